import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealMetricsServer } from '../../../../parity/real-metrics-server.ts';
import { describeNeeding } from '../../../../test/needs.ts';
import { startAggregatedMetricsServer } from './aggregated-metrics-server.ts';
import { type RealApiserver, run, startRealApiserver } from './real-apiserver.ts';
import { startUp, type UpProcess } from './up-process.ts';

const CLI = join(import.meta.dirname, '../../src/bin.ts');
/** Real time: tunnels open after seven seconds, scrapes are fifteen apart, and a rate needs two. */
const POLL = { timeout: 90_000, interval: 500 };
const pod = (number: number) => `
apiVersion: v1
kind: Pod
metadata: {name: web-${number}}
spec: {nodeName: edge-node-${number}, containers: [{name: web, image: nginx}]}
`;

// The second has the windows of its data from the samples, the first always half a minute
// (kubernetes-sigs/metrics-server v0.4.2 pkg/storage/storage.go).
const VERSIONS = [
  ['v0.4.2', /^30s$/],
  ['v0.9.0', /^\d+\.\d+s$/],
] as const;

describeNeeding(
  ['metrics-server', 'kube-apiserver', 'kubectl-1.31'],
  'up --kubeconfig, with a real metrics-server at the real kube-apiserver',
  (tools) => {
    let real: RealApiserver;
    let up: UpProcess;
    const top = async (...words: string[]) => (await real.kubectl('top', ...words, '--no-headers')).stdout;
    const phases = async () =>
      (await real.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].status.phase}')).stdout;

    beforeAll(async () => {
      real = await startRealApiserver(tools['kube-apiserver'].path, tools['kubectl-1.31'].path);
      // As it is by default: Docker 18.09.1 on edge-node-1, which KubeEdge 1.6.1 does not find the containers of.
      up = await startUp(real.kubeconfigs.admin);
      const pods = join(real.folder, 'pods.yaml');
      await writeFile(pods, [pod(1), pod(2)].join('---'));
      await real.kubectl('apply', '-f', pods);
    }, 60_000);
    afterAll(async () => {
      await up.kill();
      await real[Symbol.asyncDispose]();
    });

    it('has a pod running on each edge', async () => {
      await expect.poll(phases, POLL).toBe('Running Running');
    }, 120_000);

    describe.each(VERSIONS)('%s', (version, window) => {
      let metricsServer: RealMetricsServer;
      beforeAll(async () => {
        const program = tools['metrics-server'].path.replace('v0.4.2', version);
        metricsServer = await startAggregatedMetricsServer(real, program);
      }, 60_000);
      afterAll(() => metricsServer[Symbol.asyncDispose]());

      it('scrapes both edges at the addresses and ports they are registered with', async () => {
        const windows = async () => {
          const path = '/apis/metrics.k8s.io/v1beta1/nodes';
          const { stdout } = await real.kubectl('get', '--raw', path);
          const { items = [] } = JSON.parse(stdout || '{}') as { items?: { window: string }[] };
          return items.map((node) => node.window);
        };
        const match = expect.stringMatching(window);
        await expect.poll(windows, POLL).toEqual([match, match]);
        expect(await top('node')).toMatch(
          /^edge-node-1 +\d+m +\d+% +\d+Mi +\d+% *\nedge-node-2 +\d+m +\d+% +\d+Mi +\d+% *\n$/,
        );
      }, 120_000);

      it('has the pod of the edge whose Docker is found, and not that of the other', async () => {
        await expect.poll(() => top('pod', 'web-2'), POLL).toMatch(/^web-2 +[1-9]\d*m +[1-9]\d*Mi/);
        const rounds = metricsServer.rounds();
        await expect.poll(() => metricsServer.rounds(), POLL).toBeGreaterThan(rounds + 1);
        expect((await real.kubectl('top', 'pod', 'web-1')).stderr).toBe(
          'Error from server (NotFound): podmetrics.metrics.k8s.io "default/web-1" not found\n',
        );
        expect(await top('pod', '-A')).toMatch(/^default +web-2 [^\n]*\n$/);
      }, 120_000);

      if (version === 'v0.9.0') itHasBothOnceCured();
    });

    function itHasBothOnceCured() {
      it('has both pods once the Docker of the edge is another', async () => {
        const [, control = ''] = /^control +(\S+)$/m.exec(up.text()) ?? [];
        const acted = await run(process.execPath, [CLI, 'act', 'cure', 'docker', '--control', control]);
        expect(acted).toMatchObject({ exitCode: 0, stderr: '' });
        await expect.poll(() => top('pod', 'web-1'), POLL).toMatch(/^web-1 +[1-9]\d*m +[1-9]\d*Mi/);
      }, 120_000);
    }
  },
);

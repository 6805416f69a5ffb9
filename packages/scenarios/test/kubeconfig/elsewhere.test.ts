import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';
import { startAggregatedMetricsServer } from './aggregated-metrics-server.ts';
import { type RealApiserver, run, startRealApiserver } from './real-apiserver.ts';
import { startUp, type UpProcess } from './up-process.ts';

/** Real time: tunnels open after seven seconds, cAdvisor looks every ten to twenty. */
const POLL = { timeout: 60_000, interval: 250 };
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {nodeName: edge-node-1, containers: [{name: web, image: nginx}]}
`;

// A kubectl that execs by WebSocket: kube-apiserver 1.32 hands an older one's SPDY on with the Host of the client, for which
// cloudcore before v1.10.0 has no session (docs/exec.md).
// All of it in a network namespace, where the rules of the host are the test's own.
describeNeeding(
  ['kubectl-1.31', 'kube-apiserver', 'iptables'],
  'up --kubeconfig --listen, for an API server that reaches its nodes by DNAT',
  (tools) => {
    let keeper: ChildProcess;
    let inside: readonly string[];
    let real: RealApiserver;
    let process: UpProcess;
    const summary = (node: string) =>
      real.kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`);

    beforeAll(async () => {
      // A host has a way to any address; here the loopback is all there is, so it has to be there.
      const prepare =
        'ip link set lo up && ip address add 10.66.255.254/16 dev lo && echo ready && exec sleep infinity';
      keeper = spawn('unshare', ['-rn', 'sh', '-c', prepare], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(createInterface({ input: keeper.stdout as NodeJS.ReadableStream }), 'line');
      inside = ['nsenter', '-t', String(keeper.pid), '-U', '-n', '--preserve-credentials', '--'];
      real = await startRealApiserver(tools['kube-apiserver'].path, tools['kubectl-1.31'].path, inside);
      process = await startUp(
        real.kubeconfigs.admin,
        ['--docker', '20.10.24', '--listen', '127.0.0.1'],
        inside,
      );
      const pod = join(real.folder, 'pod.yaml');
      await writeFile(pod, POD);
      await real.kubectl('apply', '-f', pod);
    }, 120_000);
    afterAll(async () => {
      await process.kill();
      await real[Symbol.asyncDispose]();
      keeper.kill();
    });

    it('reports the addresses of the scenario, which nobody can dial', async () => {
      const { stdout } = await real.kubectl('get', 'nodes', '-o', 'wide', '--no-headers');
      expect(stdout).toMatch(/^edge-node-1 +Ready .* 10\.66\.0\.11 /m);
      const refused = await summary('edge-node-1');
      expect(refused.stderr).toMatch(/connection refused/);
    });

    it('is reached by the rules that it prints: node proxy, logs, exec', async () => {
      const rules = process.text().match(/^iptables .*$/gm) ?? [];
      expect(rules).toHaveLength(4);
      for (const rule of rules) {
        const [nsenter = '', ...words] = [...inside, ...rule.split(' ')];
        expect(await run(nsenter, words)).toMatchObject({ exitCode: 0, stderr: '' });
      }
      const pods = async () => {
        const { stdout } = await summary('edge-node-1');
        return (JSON.parse(stdout || '{}') as { pods?: { podRef: { name: string } }[] }).pods;
      };
      await expect.poll(pods, POLL).toMatchObject([{ podRef: { name: 'web' } }]);
      await expect
        .poll(async () => (await summary('edge-node-2')).stdout, POLL)
        .toContain('"nodeName": "edge-node-2"');
      const log = await real.kubectl('logs', 'web');
      expect(log.stdout).toMatch(/^web of default\/web runs on edge-node-1, line 0\n/);
      const { stdout } = await real.kubectl('exec', 'web', '--', 'hostname');
      expect(stdout).toBe('web\n');
    }, 120_000);

    describeNeeding(
      'metrics-server',
      'and by a metrics-server on the network of that host',
      ({ 'metrics-server': built }) => {
        it('which has the metrics of both nodes and of the pod', async () => {
          const program = built.path.replace('v0.4.2', 'v0.9.0');
          await using _server = await startAggregatedMetricsServer(real, program, inside);
          const top = async (...words: string[]) =>
            (await real.kubectl('top', ...words, '--no-headers')).stdout;
          await expect.poll(() => top('pod', 'web'), POLL).toMatch(/^web +[1-9]\d*m +[1-9]\d*Mi/);
          expect(await top('node')).toMatch(/^edge-node-1 +\d+m [^\n]*\nedge-node-2 +\d+m [^\n]*\n$/);
        }, 120_000);
      },
    );

    it('removes the nodes in the end, with their pods', async () => {
      expect({ code: await process.interrupt(), text: process.text() }).toMatchObject({ code: 0 });
      expect((await real.kubectl('get', 'nodes,pods', '-o', 'name')).stdout).toBe('');
    }, 60_000);
  },
);

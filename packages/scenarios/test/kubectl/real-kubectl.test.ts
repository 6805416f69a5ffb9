import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADMIN, kubeconfig, simToken } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { runKubectl } from 'kubeedge-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';
import { type DemoCluster, startDemoCluster } from './demo-cluster.ts';

const execute = promisify(execFile);

describeNeeding('kubectl-1.20', 'the simulated kubectl against the real one', (found) => {
  const { path: real } = found['kubectl-1.20'];
  for (const summary of ['20.10-v1.6.1', '18.09-v1.6.1']) {
    const state: { world?: World; laptop?: Host; cluster?: DemoCluster; home?: string } = {};

    beforeAll(async () => {
      const world = await createLoopbackWorld();
      state.world = world;
      state.home = await mkdtemp(join(tmpdir(), 'kubectl-'));
      await world.run(async () => {
        const cluster = await startDemoCluster(world, { summary });
        state.cluster = cluster;
        state.laptop = world.net.host({ name: 'laptop', address: '10.0.0.9' });
        const { authorityPem } = cluster;
        const token = simToken(world, ADMIN);
        const config = kubeconfig({
          server: cluster.apiserver.url,
          token,
          ...(authorityPem && { authorityPem }),
        });
        await writeFile(join(state.home ?? '', 'config'), config);
        while (world.trace.of('metrics-server.cycle').length === 0) await world.clock.sleep(20);
      });
    });

    afterAll(async () => {
      await state.world?.[Symbol.asyncDispose]();
      if (state.home !== undefined) await rm(state.home, { recursive: true });
    });

    it.each([
      'get nodes',
      'get nodes -o wide',
      'get nodes edge-node-1',
      'get pods -A',
      'get pods -A -o wide',
      'get pods -n factory --no-headers',
      'get pods -n nowhere',
      'get pod nope',
      'get things',
      'top node',
      'top node edge-node-1',
      'top node nope',
      'top node -l node-role.kubernetes.io/edge',
      'top pod',
      'top pod -A',
      'top pod -A --sort-by=cpu',
      'top pod -n factory --containers',
      'top pod nginx-1',
      'top pod nope',
      'top pod -n nowhere',
      'get --raw /api/v1/nodes/edge-node-1/proxy/stats/summary',
      'get --raw /api/v1/nodes/nope/proxy/stats/summary',
      'get --raw /nowhere',
    ])(`prints the same for "%s" on ${summary}`, async (line) => {
      const { world, laptop, cluster, home } = state;
      if (world === undefined || laptop === undefined || cluster === undefined || home === undefined) {
        throw new Error('the cluster was not started');
      }
      const args = line.split(' ');
      const own = await world.run(() =>
        runKubectl(world, laptop, args, {
          server: cluster.apiserver.endpoint,
          token: simToken(world, ADMIN),
        }),
      );
      const env = { HOME: home, KUBECONFIG: join(home, 'config'), TZ: 'UTC' };
      const theirs = await execute(real, args, { env, timeout: 20_000 }).then(
        ({ stdout, stderr }) => ({ stdout, stderr, exitCode: 0 }),
        ({ stdout, stderr, code }) => ({ stdout, stderr, exitCode: code as number }),
      );
      expect(steady(own)).toEqual(steady(theirs));
    });

    it(`answers the real client's other commands on ${summary}`, async () => {
      const env = { HOME: state.home ?? '', KUBECONFIG: join(state.home ?? '', 'config'), TZ: 'UTC' };
      const run = async (line: string) =>
        (await execute(real, line.split(' '), { env, timeout: 20_000 })).stdout;
      expect(await run('version')).toContain(
        'Server Version: version.Info{Major:"1", Minor:"19", GitVersion:"v1.19.8"',
      );
      expect(await run('api-resources')).toMatch(/pods +metrics[.]k8s[.]io\/v1beta1 +true +PodMetrics/);
      expect(await run('describe node edge-node-1')).toMatch(/Container Runtime Version: +docker:\/\/18.9.1/);
      expect(await run('describe pod nginx-1')).toMatch(/IP: +172.17.0.2/);
      expect(await run('get pod nginx-1 -o yaml')).toContain('hostIP: 10.66.0.11');
      expect(JSON.parse(await run('get nodes -o json')).items).toHaveLength(2);
    });
  }
});

/** Without what differs between any two runs: clock readings, process ids, and ages that grow meanwhile. */
function steady<T extends { stdout: string; stderr: string }>(result: T): T {
  const stderr = result.stderr
    .replace(/^W\d{4} [\d:.]+ +\d+ /gm, 'W ')
    .replace(/age: \d+m[\d.]+s/g, 'age: some');
  return { ...result, stderr };
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { simulationTest, test } from '@kubeedge-sim/vitest';
import { describe, expect } from 'vitest';
import { describeRun } from '../src/failure.ts';

const NGINX = 'default/nginx-7848d4b86f-x2wqz';

describe('the fixture', () => {
  test('is the founding report', async ({ simulation }) => {
    await expect(simulation).toHaveNodeMetrics('edge-node-1');
    await expect(simulation).not.toHavePodMetrics(NGINX);
    await expect(simulation).toHaveOutcome('symptom');
    await expect(simulation).toExplain('engine-refuses-cadvisor');
    await expect(simulation).not.toExplain('dnat-rule-missing');
    expect(simulation).toHaveSeenMessage({
      type: 'METRIC_CONNECT',
      direction: 'to-edge',
      node: 'edge-node-1',
    });
    expect(simulation).not.toHaveSeenMessage({ type: 'LOGS_CONNECT' });
    expect(simulation).not.toHaveLogged('edgecore', /too new/);
    await simulation.act('cure docker');
    await simulation.settle();
    await expect(simulation).toBeHealthy();
    await expect(simulation).toHavePodMetrics(NGINX);
  });

  test('is what the command that reproduces it plays', async ({ simulation }) => {
    await simulation.act('edgestream edge-node-2 off');
    await simulation.act('cure docker');
    await simulation.advance(90_000);
    const { outcome } = await simulation.diagnose();
    const [, command = ''] = /npx kubeedge-sim (.*)/.exec(describeRun(simulation)) ?? [];
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const cli = fileURLToPath(new URL('bin.ts', import.meta.resolve('kubeedge-sim')));
    const { stdout } = spawnSync(process.execPath, [cli, ...words, '--json'], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ outcome, seed: simulation.seed, cell: simulation.cell });
    expect(outcome).toBe('healthy');
  });

  const worlds = new Set<unknown>();
  test.concurrent.for([1, 2, 3, 4])(
    'is another one in each test (%i)',
    async (seed, { simulation, expect }) => {
      expect(worlds).not.toContain(simulation.cluster.world);
      worlds.add(simulation.cluster.world);
      expect(simulation.seed).toBe(1);
      await simulation.act(`edgedport edge-node-1 ${10_350 + seed}`);
      expect(simulation.acts()).toHaveLength(1);
    },
  );

  describe('with other options for a suite', () => {
    test.override('simulationOptions', { docker: '20.10', seed: 7, settled: false });

    test('has them', ({ simulation: { cell, seed, scenario } }) => {
      expect([scenario.id, cell.docker, seed]).toEqual(['missing-pod-metrics', '20.10.27', 7]);
    });
  });
});

simulationTest({ docker: '20.10', net: 'loopback', settled: false })(
  'runs on loopback',
  async ({ simulation }) => {
    const { address } = simulation.cluster.host('master-1');
    const answer = await simulation.curl('master-1', `https://${address}:6443/version`);
    expect(JSON.parse(answer.stdout)).toMatchObject({ major: '1' });
  },
);

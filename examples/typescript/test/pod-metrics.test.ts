import { simulationTest, test } from '@kubeedge-sim/vitest';
import { startSimulation } from 'kubeedge-sim';
import { describe, expect } from 'vitest';

test('an edge with Docker 18.09 has no pod metrics until it is cured', async ({ simulation }) => {
  await expect(simulation).toHaveNodeMetrics('edge-node-1');
  await expect(simulation).not.toHavePodMetrics({ node: 'edge-node-1' });
  await expect(simulation).toExplain('engine-refuses-cadvisor');
  expect(simulation).toHaveSeenMessage({ type: 'METRIC_CONNECT', direction: 'to-edge', node: 'edge-node-1' });

  await simulation.act('cure docker');
  await simulation.settle();
  await expect(simulation).toBeHealthy();
  await expect(simulation).toHavePodMetrics('default/nginx-*');
});

describe('a cluster whose DNAT rule is missing', () => {
  test.override('simulationOptions', { scenario: 'dnat-rule-missing', seed: 7 });

  test('shows no metrics of its edges', async ({ simulation }) => {
    await expect(simulation).toExplain('no-dnat-rule');
  });
});

const onLoopback = simulationTest({ edgecore: 'v1.6.2', net: 'loopback', settled: false });

onLoopback('kube-apiserver answers real clients', async ({ simulation }) => {
  const { address } = simulation.cluster.host('master-1');
  const { stdout } = await simulation.curl('master-1', `https://${address}:6443/version`);
  expect(JSON.parse(stdout)).toHaveProperty('major', '1');
});

test('without a fixture', async () => {
  await using simulation = await startSimulation({ docker: '20.10', seed: 3 });
  await expect(simulation).toBeHealthy();
});

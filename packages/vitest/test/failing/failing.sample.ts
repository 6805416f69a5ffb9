import { simulationTest, test } from '@kubeedge-sim/vitest';
import type { Simulation } from 'kubeedge-sim';
import { expect } from 'vitest';

const started: Simulation[] = [];

test('a matcher that fails', async ({ simulation }) => {
  started.push(simulation);
  await expect(simulation).toHavePodMetrics('default/nginx-*');
});

test('a matcher that fails with not, after acts', async ({ simulation }) => {
  started.push(simulation);
  await simulation.act('cure docker');
  await simulation.settle();
  await expect(simulation).not.toHavePodMetrics({ node: 'edge-node-1' });
});

test('another cause than the one that is named', async ({ simulation }) => {
  started.push(simulation);
  await expect(simulation).toExplain('dnat-rule-missing');
});

test('a message that was never sent', ({ simulation }) => {
  started.push(simulation);
  expect(simulation).toHaveSeenMessage({ type: 'LOGS_CONNECT', node: 'edge-node-1' });
});

test('a line that was never printed', ({ simulation }) => {
  started.push(simulation);
  expect(simulation).toHaveLogged('edgecore', /client version .* is too new/, { node: 'edge-node-1', v: 4 });
});

test('a body that throws', async ({ simulation }) => {
  started.push(simulation);
  await simulation.act('dnat del 10350');
  throw new Error('something of the test itself');
});

test('a wait without an end', { timeout: 4_000 }, async ({ simulation }) => {
  started.push(simulation);
  // A timer of the world's keeps virtual time going for as long as the test waits.
  for (;;) await simulation.advance(1_000);
});

const onLoopback = simulationTest({ net: 'loopback', settled: false });
onLoopback('a wait without an end on loopback', { timeout: 8_000 }, async ({ simulation }) => {
  started.push(simulation);
  await simulation.advance(3_600_000);
});

// It takes half a minute until tunnels are open and metrics-server has scraped.
const settledOnLoopback = simulationTest({ net: 'loopback' });
settledOnLoopback('a simulation that does not start in time', { timeout: 1_500 }, ({ simulation }) => {
  started.push(simulation);
});

test('has left no world behind', () => {
  const ends = started.map(({ cluster }) => {
    try {
      return cluster.world.run(async () => {});
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  });
  expect(ends).toEqual(Array(8).fill('SIM_ERR_DISPOSED'));
});

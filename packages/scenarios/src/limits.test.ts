import { describe, expect, it } from 'vitest';
import { readLimits, withLimits } from './limits.ts';
import { findScenario } from './select.ts';
import { startSimulation } from './simulation.ts';

describe('limits of a cluster', () => {
  it('are read as names and numbers', () => {
    expect(readLimits(undefined)).toEqual({});
    expect(readLimits(['messageBytes=4Mi', 'connections=7'])).toEqual({
      messageBytes: 4 * 1024 * 1024,
      connections: 7,
    });
    for (const text of [
      'messageBytes',
      'messageBytes=0',
      'messageBytes=-1',
      'messageBytes=1MB',
      'message=1',
      '',
    ]) {
      expect(() => readLimits([text])).toThrow(/give <name>=<number>.*sessionKeys.*gzipBytes/);
    }
  });

  it('reach the half that has them', () => {
    const scenario = withLimits(findScenario('missing-pod-metrics'), {
      messageBytes: 5,
      sessionKeys: 6,
      gzipBytes: 7,
    });
    const { limits, edges } = scenario.describe(scenario.defaults, 0);
    expect(limits).toEqual({ messageBytes: 5, sessionKeys: 6 });
    expect(edges.map((edge) => edge.limits)).toEqual(edges.map(() => ({ messageBytes: 5, gzipBytes: 7 })));
  });

  it('hold in a simulation', async () => {
    // A CONNECT is longer than that.
    await using simulation = await startSimulation({ limits: { messageBytes: 100 }, settled: false });
    await simulation.advance(120_000);
    const reached = simulation.events().filter(({ kind }) => kind === 'limit.reached');
    expect(reached[0]).toMatchObject({ component: 'edgecore', detail: { limit: 'messageBytes', most: 100 } });
    const { stdout } = await simulation.kubectl('top', 'node');
    expect(stdout).not.toMatch(/edge-node-1 +\d/);
  });

  it('are refused when they are none', async () => {
    await expect(startSimulation({ limits: { messageBytes: 0 } })).rejects.toThrow(/limit messageBytes/);
  });
});

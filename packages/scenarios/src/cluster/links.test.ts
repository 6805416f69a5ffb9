import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { CLOUD_NODE, CONTROL_EDGE, describeFoundingCluster, EDGE } from '../catalog/founding-cluster.ts';
import { UsageError } from '../usage-error.ts';
import { formatAction, parseAction } from './action.ts';
import type { Cluster } from './cluster.ts';
import { startLocalCluster } from './local-cluster.ts';

/** edgestream's ticker, which paces its dials. */
const GRID_MS = 2_000;

describe('a silent cut of 40 s', () => {
  test('is noticed by neither side, and the tunnel goes on after it', async () => {
    await inCluster(async (cluster) => {
      const { clock } = cluster.world;
      await cluster.act({ do: 'cut', node: EDGE, mode: 'silent' });
      let answered = false;
      const answer = cluster.kubectl(summaryOf(EDGE)).finally(() => {
        answered = true;
      });
      await clock.sleep(20_000);
      // The other edge's line is another one.
      expect((await cluster.kubectl(summaryOf(CONTROL_EDGE))).exitCode).toBe(0);
      await clock.sleep(20_000);
      expect(answered).toBe(false);
      expect(tunnelStates(cluster)).toEqual(['dialling', 'open']);
      expect(cluster.world.trace.of('tunnel.session-end')).toEqual([]);
      expect(clock.pending()).toContain(`tunnel ping of ${EDGE}`);
      const healedMs = clock.now();
      await cluster.act({ do: 'heal', node: EDGE });
      expect(await answer).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(EDGE) });
      expect(clock.now() - healedMs).toBeLessThan(1_000);
      await clock.sleep(20_000);
      expect(tunnelStates(cluster)).toEqual(['dialling', 'open']);
      expect(sessions(cluster)).toHaveLength(1);
    });
  });
});

describe('a cut by reset', () => {
  test('makes the edge dial at once, then on its grid until it is healed', async () => {
    await inCluster(async (cluster) => {
      const { clock } = cluster.world;
      const cutMs = clock.now();
      await cluster.act({ do: 'cut', node: EDGE, mode: 'rst' });
      await clock.sleep(7_000);
      await cluster.act({ do: 'heal', node: EDGE });
      await clock.sleep(5_000);
      const [first, , ...after] = tunnels(cluster);
      const states = after.map(({ detail }) => detail.state);
      const failed = Array.from({ length: 4 }, () => ['dialling', 'failed']).flat();
      expect(states).toEqual(['closed', ...failed, 'dialling', 'open']);
      const dials = after.filter(({ detail }) => detail.state === 'dialling').map(({ atMs }) => atMs);
      expect(dials[0]).toBe(cutMs);
      for (const atMs of dials.slice(1)) expect((atMs - (first?.atMs ?? 0)) % GRID_MS).toBe(0);
      expect(after.find(({ detail }) => detail.state === 'failed')?.detail.error).toMatch(
        /connection refused$/,
      );
    });
  });

  test('that is over at once costs no time: a new session takes the place of the old', async () => {
    await inCluster(async (cluster) => {
      const cutMs = cluster.world.clock.now();
      await cluster.act({ do: 'cut', node: EDGE, mode: 'rst' });
      await cluster.act({ do: 'heal', node: EDGE });
      await cluster.world.clock.sleep(1_000);
      const [old, replacement, ...more] = sessions(cluster);
      expect(more).toEqual([]);
      expect(replacement?.atMs).toBe(cutMs);
      expect(replacement?.detail.connection).not.toBe(old?.detail.connection);
      expect((await cluster.kubectl(summaryOf(EDGE))).exitCode).toBe(0);
      expect(tunnels(cluster, CONTROL_EDGE)).toHaveLength(2);
    });
  });
});

test('a delay of 200 ms costs round trips, not one for each line of the answer', async () => {
  await inCluster(async (cluster) => {
    const ask = async () => {
      const startMs = cluster.world.clock.now();
      const path = `/api/v1/nodes/${EDGE}/proxy/metrics/cadvisor`;
      const { stdout } = await cluster.kubectl(['get', '--raw', path]);
      return { tookMs: cluster.world.clock.now() - startMs, lines: stdout.split('\n').length };
    };
    const near = await ask();
    await cluster.act({ do: 'delay', node: EDGE, delayMs: 200 });
    const far = await ask();
    expect(far.lines).toBe(near.lines);
    expect(far.lines).toBeGreaterThan(50);
    expect(far.tookMs - near.tookMs).toBeGreaterThanOrEqual(400);
    expect(far.tookMs - near.tookMs).toBeLessThan(5 * 400);
  });
});

describe('the words of link actions', () => {
  test.each([
    ['cut edge-node-1 silent', { do: 'cut', node: EDGE, mode: 'silent' }],
    ['cut edge-node-1 edge-node-2 rst', { do: 'cut', node: EDGE, peer: CONTROL_EDGE, mode: 'rst' }],
    ['heal edge-node-1', { do: 'heal', node: EDGE }],
    ['heal edge-node-1 master-1', { do: 'heal', node: EDGE, peer: CLOUD_NODE }],
    ['delay edge-node-1 200', { do: 'delay', node: EDGE, delayMs: 200 }],
    ['delay edge-node-1 edge-node-2 0', { do: 'delay', node: EDGE, peer: CONTROL_EDGE, delayMs: 0 }],
  ] as const)('%s', (words, action) => {
    expect(parseAction(words.split(' '))).toEqual(action);
    expect(formatAction(action)).toBe(words);
  });

  test.each([
    ['cut --silent edge-node-1', 'cut edge-node-1 silent'],
    ['cut edge-node-1 edge-node-2 --rst', 'cut edge-node-1 edge-node-2 rst'],
  ])('%s is %s', (words, plain) => {
    expect(parseAction(words.split(' '))).toEqual(parseAction(plain.split(' ')));
  });

  test.each([
    'cut',
    'cut --silent',
    'cut edge-node-1',
    'cut silent',
    'heal',
    'heal a b c',
    'delay edge-node-1 soon',
    'delay 5',
  ])('%s is none, and the forms are told', (words) => {
    expect(() => parseAction(words.split(' '))).toThrow(
      `the forms are\n  ${words.split(' ')[0]} <node> [node]`,
    );
  });

  test('must name two nodes that there are', async () => {
    await inCluster(async (cluster) => {
      await expect(cluster.act({ do: 'cut', node: CLOUD_NODE, mode: 'rst' })).rejects.toThrow(UsageError);
      await expect(cluster.act({ do: 'heal', node: 'edge-9' })).rejects.toThrow(/edge-9.*edge-node-1/);
    });
  });
});

/** A healthy cluster that has been running for a while. */
async function inCluster(body: (cluster: Cluster) => Promise<void>): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(async () => {
      const versions = {
        edgecore: 'v1.6.2',
        cloudcore: 'v1.6.2',
        docker: '20.10.24',
        metricsServer: 'v0.4.2',
      };
      const description = describeFoundingCluster(versions, world.clock.now());
      const cluster = world.own(await startLocalCluster(world, description));
      await world.clock.sleep(10_300);
      await body(cluster);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

const summaryOf = (node: string) => ['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`];

const tunnels = ({ world }: Cluster, node = EDGE) =>
  world.trace.of('edgestream.tunnel').filter(({ host }) => host === node);

const tunnelStates = (cluster: Cluster) => tunnels(cluster).map(({ detail }) => detail.state);

const sessions = ({ world }: Cluster) =>
  world.trace.of('tunnel.session').filter(({ detail }) => detail.hostname === EDGE);

import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, httpRequest, NetError, type World } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { describeFoundingCluster, EDGE, EDGE_POD } from '../src/catalog/founding-cluster.ts';
import type { Cluster } from '../src/cluster/cluster.ts';
import type { ClusterDescription } from '../src/cluster/description.ts';
import { startLocalCluster } from '../src/cluster/local-cluster.ts';

// A cloud of every era with an edge of every era. What a pair can do together follows from hostnameHeadersSent and
// hostnameHeadersRead, from what each side knows to serve, and from what the cloud does with an edge it cannot name.

const tags = ['v1.3.1', 'v1.4.0', 'v1.6.1', 'v1.7.2', 'v1.9.5', 'v1.10.3', 'v1.13.5', 'v1.23.1'];

/**
 * What metrics and logs come to: `+` comes through, `4` is not routed, `0` has no session, `.` hangs, `!` edgecore ends
 * and its unit starts it again, `X` cloudcore does.
 */
const outcomes = `
  edge ╲ cloud  v1.3.1  v1.4.0  v1.6.1  v1.7.2  v1.9.5  v1.10.3  v1.13.5  v1.23.1
  v1.3.1        4+      !!      !!      !!      XX      00       00       00
  v1.4.0        4+      ++      ++      ++      XX      00       00       00
  v1.6.1        4+      ++      ++      ++      XX      00       00       00
  v1.7.2        4+      ++      ++      ++      ++      ++       ++       ++
  v1.9.5        4+      ++      ++      ++      ++      ++       ++       ++
  v1.10.3       4+      ++      ++      ++      ++      ++       ++       ++
  v1.13.5       4+      ++      ++      ++      ++      ++       ++       ++
  v1.23.1       4+      ++      ++      ++      ++      ++       ++       ++
`;

describe('cloud and edge of different releases', () => {
  test.each(tags)('an edge of %s', async (edge) => {
    const cells: string[] = [];
    for (const cloud of tags) cells.push(await outcomeOf(cloud, edge));
    const expected = outcomes.split('\n').find((line) => line.startsWith(`  ${edge} `)) ?? '';
    expect(cells.join(' ')).toBe(expected.trim().split(/ +/).slice(1).join(' '));
  });
});

test('an edge up to v1.9 does not know CLOSE_CONNECT: it stays, unread; a later one dials again', async () => {
  const dials = async (edge: string) => {
    await using world = createMemoryWorld({ seed: 1 });
    return await world.run(async () => {
      // The hostname header of v1.6 is none that v1.10 reads, so that its Node cannot be written.
      const dialect = { ...dialectOf(edge), hostnameHeadersSent: ['SessionHostNameOveride'] };
      const cluster = await start(world, 'v1.10.3', { edge, dialect });
      await world.clock.sleep(300_000);
      const opened = cluster.world.trace.of('edgestream.tunnel').filter(({ host }) => host === EDGE);
      return opened.filter(({ detail }) => detail.state === 'open').length;
    });
  };
  expect(await dials('v1.6.1')).toBe(1);
  expect(await dials('v1.10.3')).toBe(3);
});

async function outcomeOf(cloud: string, edge: string): Promise<string> {
  await using world = createMemoryWorld({ seed: 1 });
  return await world.run(async () => {
    const cluster = await start(world, cloud, { edge });
    await world.clock.sleep(20_000);
    const metrics = await ask(cluster, '/stats/summary');
    const { namespace, name } = EDGE_POD;
    const logs = await ask(cluster, `/containerLogs/${namespace}/${name}/nginx?tailLines=1`);
    const ended = world.trace.of('systemd.restart').map(({ detail }) => detail.unit);
    const letter = ended.includes('cloudcore.service') ? 'X' : '!';
    return ended.length > 0 ? letter.repeat(2) : metrics + logs;
  });
}

/** What a request to 10003 by the edge's address comes to. */
async function ask({ world, host, description }: Cluster, path: string): Promise<string> {
  const cloud = host(description.cloud.name);
  const giveUp = new AbortController();
  using _ = world.clock.setTimeout(() => giveUp.abort(), 5_000);
  try {
    const response = await httpRequest(cloud, {
      target: { address: cloud.address, port: 10_003 },
      tls: { verify: false },
      component: 'curl',
      path,
      headers: { host: `${host(EDGE).address}:10350` },
      signal: giveUp.signal,
    });
    const body = await response.text();
    if (response.status !== 200) return response.status === 404 ? '4' : '0';
    return body.length > 20 ? '+' : '.';
  } catch (error) {
    if (!giveUp.signal.aborted && !(error instanceof NetError)) throw error;
    return '.';
  }
}

/** The founding cluster with a cloud of one release and edges of another, which may speak a dialect of its own. */
async function start(
  world: World,
  cloudcore: string,
  { edge, dialect = dialectOf(edge) }: { edge: string; dialect?: ReturnType<typeof dialectOf> },
): Promise<Cluster> {
  const cell = { cloudcore, edgecore: 'v1.13.5', docker: '20.10.24', metricsServer: 'v0.4.2' };
  const founding = describeFoundingCluster(cell, world.clock.now());
  // From v1.14.0 on edgecore has no Docker client; its edgestream stands on the rest of v1.13.5.
  const { edgestream } = edgecoreRelease(edge);
  const release = { ...edgecoreRelease('v1.13.5'), edgestream };
  const description: ClusterDescription = {
    ...founding,
    edges: founding.edges.slice(0, 1).map((described) => ({
      ...described,
      edgecore: { tag: edge, release, dialect },
    })),
  };
  return world.own(await startLocalCluster(world, description));
}

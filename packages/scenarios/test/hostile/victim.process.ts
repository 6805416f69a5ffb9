// A cluster on loopback, in a process of its own that others may try to bring down: cloud, two edges, and a third edge
// whose cloud is whoever listens on the port given. It says what memory it holds, and what its trace has.

import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { resolveCell } from '../../src/cell.ts';
import { startCloud } from '../../src/cluster/cloud-half.ts';
import { startEdges, surroundingsIn } from '../../src/cluster/edge-half.ts';
import { declareHosts } from '../../src/cluster/hosts.ts';
import { createPki } from '../../src/cluster/pki.ts';
import { limitCluster } from '../../src/limits.ts';
import { findScenario } from '../../src/select.ts';
import { chooseRelease, type Seen, type VictimRequest, type VictimStarted } from './victim-messages.ts';

const options = chooseRelease(process.argv[2] ?? '{}');
const world = await createLoopbackWorld({
  uplink: true,
  traceEventsKept: 20_000,
  traceTextKept: 4 * 1024 * 1024,
});
const scenario = findScenario('missing-pod-metrics');
const versions = { edgecore: options.release, docker: '20.10.24' };
const founding = scenario.describe(resolveCell(scenario.defaults, versions), world.clock.now());
const [first, second] = founding.edges;
if (first === undefined || second === undefined) throw new Error('The founding cluster has lost its edges.');
const third = { ...second, name: 'edge-node-3', address: '10.66.0.13' };
const description = limitCluster({ ...founding, edges: [first, second, third] }, options.limits);
const hosts = declareHosts(world, description);
const pki = await createPki(world, hosts.cloud, hosts.edges);
world.own(await startCloud(world, hosts, description, pki));
const surroundings = surroundingsIn(world, hosts, pki, description.edges);
world.own(await startEdges(world, surroundings, description.edges.slice(0, 2)));
const elsewhere = { address: 'localhost', port: options.rawCloudPort };
const attacked = { ...surroundings, cloudcore: { ...surroundings.cloudcore, tunnel: elsewhere } };
world.own(await startEdges(world, attacked, description.edges.slice(2)));
world.net.actAs(hosts.cloud);

const pemOf = ({ pem = '', keyPem = '' }: (typeof pki)['tunnel']) => ({ cert: pem, key: keyPem });
const started: VictimStarted = {
  cloud: hosts.cloud.address,
  loopbacks: Object.fromEntries(hosts.edges.map(({ name, loopbackAddress }) => [name, loopbackAddress])),
  edge: pemOf(pki.edges['edge-node-2'] as (typeof pki)['tunnel']),
  tunnel: pemOf(pki.tunnel),
};

let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 20).unref();

function seen(): Seen {
  // Twice: what finalizers let go of is collected by the next.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const rssBytes = process.memoryUsage.rss();
  const peak = Math.max(peakBytes, rssBytes);
  peakBytes = rssBytes;
  return { heldBytes: heapUsed + external, rssBytes, peakBytes: peak };
}

process.on('message', (request: VictimRequest) => {
  if (request.ask === 'memory') process.send?.(seen());
  else if (request.ask === 'events') {
    const events = world.trace.events.filter(
      ({ id, kind }) => id > request.after && request.kinds.includes(kind),
    );
    process.send?.({ events, last: world.trace.events.at(-1)?.id ?? 0 });
  } else void stop();
});

async function stop(): Promise<void> {
  await world[Symbol.asyncDispose]();
  process.disconnect();
}

process.send?.(started);

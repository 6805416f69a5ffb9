import type { Certificate, World } from '@kubeedge-sim/sim-kit';
import type { EdgeNodeDescription } from '../cluster/description.ts';
import { type EdgeSurroundings, type JoinSource, startEdges } from '../cluster/edge-half.ts';
import { startHealthServer } from './health.ts';

export interface EdgeProcessOptions {
  /** The nodes, given the second octet of the world's leased addresses, which no other world of the machine has. */
  describe: (nowMs: number, lease: number) => readonly EdgeNodeDescription[];
  /** Where edgecore dials; names are looked up at each dial. */
  cloudcore: EdgeSurroundings['cloudcore'];
  /** The certificate of every node, or where they get one from. */
  certificate: Certificate | JoinSource;
  /** `modules.edged.taints` of every node. */
  taints?: EdgeSurroundings['taints'];
  /** An address of the machine to serve health on, too. */
  publishOn?: string;
  healthPort: number;
}

export interface EdgeProcess {
  readonly nodes: readonly EdgeNodeDescription[];
  readonly healthUrl: string;
  /** Resolves when every node that is to have a tunnel has had it at once. */
  readonly connected: Promise<void>;
}

/** Starts edge nodes whose cloud is another process, here or on another machine. `world` has an uplink; they end with it. */
export async function startEdgeProcess(world: World, options: EdgeProcessOptions): Promise<EdgeProcess> {
  const { cloudcore, certificate, publishOn, healthPort } = options;
  const nodes = options.describe(world.clock.now(), Number(world.net.leasePrefix?.split('.')[1]));
  const declared = new Map(
    nodes.map(({ name, address }) => [name, world.net.host({ name, address, inbound: 'drop' })]),
  );
  const withTunnel = nodes.filter(({ edgeStream = true }) => edgeStream).map(({ name }) => name);
  const tunnels = watchTunnels(world, withTunnel);
  const where = { port: healthPort, ...(publishOn !== undefined && { publishOn }) };
  const health = world.own(await startHealthServer(world, tunnels.missing, where));
  const hosts = {
    addressOf: (described: string) => described,
    find(name: string) {
      const host = declared.get(name);
      if (host !== undefined) return host;
      throw new RangeError(
        `Looked for node ${JSON.stringify(name)}, found only ${[...declared.keys()].join(', ')}.`,
      );
    },
  };
  const certificates = Object.fromEntries(nodes.map(({ name }) => [name, certificate]));
  const surroundings = { hosts, certificates, cloudcore, reportPods: true, taints: options.taints };
  world.own(await startEdges(world, surroundings, nodes));
  return { nodes, healthUrl: health.url, connected: tunnels.all };
}

/** Keeps account of who has a tunnel, by the events of edgestream. */
function watchTunnels(world: World, names: readonly string[]) {
  const open = new Set<string>();
  const all = Promise.withResolvers<void>();
  if (names.length === 0) all.resolve();
  world.trace.subscribe((event) => {
    if (event.kind !== 'edgestream.tunnel') return;
    if (event.detail.state === 'open') open.add(event.host);
    else open.delete(event.host);
    if (open.size === names.length) all.resolve();
  });
  const missing = () =>
    names.filter((name) => !open.has(name)).map((name) => `${name} has no tunnel to the cloud`);
  return { missing, all: all.promise };
}

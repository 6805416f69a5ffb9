import { hostname } from 'node:os';
import { cloudcoreRelease, createObjectStore } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { type ApiClient, ApiError, connectApiServer } from '../bridge/api-client.ts';
import { startBridge } from '../bridge/bridge.ts';
import { CREATED_BY, findRuns, NODES, OWNER_LABEL, type Ownership, removeRun } from '../bridge/owner.ts';
import { refusal, remedy } from '../bridge/refusal.ts';
import { resolveCell } from '../cell.ts';
import { startBridgedCluster } from '../cluster/bridged-cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import { STREAM_PORT } from '../cluster/stream-rule.ts';
import { onChosenCluster } from '../cluster-file/choose.ts';
import { serveUpControl } from '../control/serve-up.ts';
import { readLimits, withLimits } from '../limits.ts';
import { describeWithFaults, runtimeActions } from '../scenario.ts';
import { findScenario, withFaults } from '../select.ts';
import { readKubeconfig } from '../twin/kubeconfig.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { warnOfListening } from './listen.ts';
import type { UpFlags } from './up.ts';

/** What a KubeSphere edge is given by `add_default_taint`. */
const EDGE_TAINT = { key: 'node-role.kubernetes.io/edge', effect: 'NoSchedule' };

/**
 * Registers a scenario's edges in a real API server and keeps them there until `stop` aborts; then they are removed.
 * @throws UsageError for what the user or the server can mend
 */
export async function upInCluster(
  io: Io,
  id: string,
  flags: UpFlags & { kubeconfig: string },
  stop: AbortSignal,
): Promise<void> {
  refuseWithoutEffect(flags);
  const access = await readKubeconfig(flags.kubeconfig, flags.context);
  await using world = await createLoopbackWorld({ seed: flags.seed, links: true });
  const client = await connectApiServer(world, access);
  try {
    await removeDeadRuns(io, world, client);
    if (flags.cleanup !== true) await serve(io, id, flags, stop, { world, client });
  } catch (error) {
    throw error instanceof ApiError ? refusal(flags.kubeconfig, error) : error;
  }
}

function refuseWithoutEffect(flags: UpFlags): void {
  const given = Object.entries({
    '--docker-host': flags.dockerHost,
    '--metrics-server': flags.metricsServer,
    '--as-host': flags.asHost,
    '--anonymous': flags.anonymous,
    '--external-metrics-server': flags.externalMetricsServer,
  }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  const names = given.map(([name]) => name).join(', ');
  throw new UsageError(
    `Got ${names} together with --kubeconfig, where it has no effect: pods run in the simulator, and the control plane is ` +
      'yours. Leave it out.',
  );
}

/** Tells what other runs there are, and removes what the dead ones have left. */
async function removeDeadRuns(io: Io, world: World, client: ApiClient): Promise<void> {
  for (const run of await findRuns(client, world.clock.now())) {
    const nodes = run.nodes.join(', ') || 'no node';
    if (run.alive) io.out(`Run ${run.id} (${run.createdBy}) is alive and keeps ${nodes}.\n`);
    else {
      await removeRun(client, run.id);
      io.out(`Removed what the dead run ${run.id} (${run.createdBy}) had left: ${nodes}.\n`);
    }
  }
}

async function serve(
  io: Io,
  id: string,
  flags: UpFlags & { kubeconfig: string },
  stop: AbortSignal,
  { world, client }: { world: World; client: ApiClient },
): Promise<void> {
  const { kubeconfig, listen: publishOn } = flags;
  const asked = onChosenCluster(findScenario(id), flags);
  const scenario = withLimits(withFaults(asked, flags.fault), readLimits(flags.limit));
  const cell = resolveCell(scenario.defaults, flags);
  const description = withoutPods(describeWithFaults(scenario, cell, world.clock.now()));
  const nodes = description.edges.map(({ name }) => name);
  for (const name of nodes) await refuseTakenName(client, name);
  const owner = ownership(world);
  const store = createObjectStore(() => world.clock.now());
  // Disposed after all that writes.
  await using _owned = { [Symbol.asyncDispose]: () => removeOwn(io, client, owner) };
  await using bridge = await startBridge({
    world,
    client,
    store,
    owner,
    nodes,
    patches: cloudcoreRelease(description.cloudcore).nodePatch,
    taints: flags.edgeTaint === true ? [EDGE_TAINT] : [],
    report: (line) => io.error(`${line}\n`),
    remedy: (error) => remedy(kubeconfig, error),
  });
  await using cluster = await startBridgedCluster(world, description, {
    store,
    ...(publishOn !== undefined && { publishOn }),
  });
  world.net.actAs(cluster.host(description.cloud.name));
  await world.net.settled();
  await Promise.race([bridge.registered, aborted(stop)]);
  if (stop.aborted) return;
  for (const action of runtimeActions(scenario, description)) await cluster.act(action);
  await using control = await serveUpControl(
    { scenario, cell, cluster },
    { allowOrigins: flags.allowOrigin ?? [], report: (error) => io.error(`${String(error)}\n`) },
  );
  io.out(overview(cluster, client, owner, control.url, publishOn));
  warnOfListening(io, publishOn, {
    ports: [STREAM_PORT],
    what: 'read and enter the containers of these nodes',
  });
  await aborted(stop);
}

/** What runs on the nodes is for the cluster to say. */
function withoutPods(description: ClusterDescription): ClusterDescription {
  const edges = description.edges.map((edge) => ({ ...edge, machine: { ...edge.machine, pods: [] } }));
  return { ...description, edges };
}

/** @throws UsageError for a name that the cluster has already */
async function refuseTakenName(client: ApiClient, name: string): Promise<void> {
  const node = await client.request('GET', `${NODES}/${name}`).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  if (node === undefined) return;
  const { labels = {}, annotations = {} } = node.metadata;
  const owner = labels[OWNER_LABEL];
  const whose =
    owner === undefined
      ? 'a node of that name without the mark of kubeedge-sim, which is left alone'
      : `one of the run ${owner} (${annotations[CREATED_BY]}), which is alive`;
  throw new UsageError(
    `Tried to register the node ${name} at ${client.server}, found ${whose}. ` +
      'Take another cluster or scenario, or end the other run.',
  );
}

function ownership({ clock }: World): Ownership {
  const id = `${clock.now().toString(36)}-${process.pid}`;
  const user = process.env['USER'] ?? `uid ${process.getuid?.()}`;
  const at = new Date(clock.now()).toISOString();
  return { id, createdBy: `${user} on ${hostname()}, process ${process.pid}, ${at}` };
}

async function removeOwn(io: Io, client: ApiClient, { id }: Ownership): Promise<void> {
  try {
    const nodes = await removeRun(client, id);
    io.out(`Removed ${nodes.join(', ') || 'no node'} from ${client.server}.\n`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    io.error(
      `Tried to remove the nodes of this run: ${error.message}. They are marked ${OWNER_LABEL}=${id}; ` +
        'the next run removes them, and so does `kubeedge-sim up --kubeconfig FILE --cleanup` 40 s from now.\n',
    );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function overview(
  cluster: Cluster,
  client: ApiClient,
  { id }: Ownership,
  control: string,
  publishOn: string | undefined,
): string {
  const { cloud, edges } = cluster.description;
  const cloudcore = publishOn ?? cluster.host(cloud.name).address;
  const lines = [
    `API server       ${client.server}`,
    `stream server    https://${cloudcore}:${STREAM_PORT}`,
    ...edges.map(({ name, address }) => {
      const host = cluster.host(name);
      const reported = publishOn === undefined ? host.address : address;
      return `${name.padEnd(16)} ${reported}   edged http://${host.loopbackAddress}:10350`;
    }),
    `control          ${control}`,
    '',
    `Nodes, leases and their pods are marked or bound to what is marked ${OWNER_LABEL}=${id}, and go when this ends.`,
    ...(publishOn === undefined ? [] : natLines(publishOn, edges, cluster.host(cloud.name).nat.rules)),
    '',
    'kubectl run web --image=nginx --overrides \'{"spec": {"nodeName": "edge-node-1"}}\'',
    '',
    'Serving until interrupted (Ctrl-C).',
  ];
  return `${lines.join('\n')}\n`;
}

/** The rules that the kubelets' clients need. OUTPUT is for those on the host's network, PREROUTING for pods. */
function natLines(
  publishOn: string,
  edges: ClusterDescription['edges'],
  ours: readonly string[],
): readonly string[] {
  // The guide's port, and that of cloudcore's own iptables manager from v1.8.0 on.
  const toCloudcore = new RegExp(`--dport (\\d+) .*:${STREAM_PORT}$`);
  const ports = new Set(ours.flatMap((rule) => toCloudcore.exec(rule)?.[1] ?? []));
  const rules = ['OUTPUT', 'PREROUTING'].flatMap((chain) =>
    edges.flatMap(({ address }) =>
      [...ports].map(
        (port) =>
          `iptables -t nat -A ${chain} -p tcp -d ${address} --dport ${port} -j DNAT --to-destination ${publishOn}:${STREAM_PORT}`,
      ),
    ),
  );
  return [
    '',
    'On the host of the API server, and on every node whose pods ask kubelets (metrics-server, Prometheus):',
    ...rules,
  ];
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ADMIN, kubeconfig as kubeconfigText, simToken } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { resolveCell } from '../cell.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { startLocalCluster } from '../cluster/local-cluster.ts';
import { cloudPorts } from '../cluster/publish.ts';
import { readRealEdge, realEdgeLines, withRealEdge } from '../cluster/real-edge.ts';
import { onChosenCluster } from '../cluster-file/choose.ts';
import { serveUpControl } from '../control/serve-up.ts';
import { endpointsOf } from '../control/world-json.ts';
import { readLimits, withLimits } from '../limits.ts';
import { readCaller } from '../route/caller.ts';
import { describeWithFaults, runtimeActions } from '../scenario.ts';
import { findScenario, withFaults } from '../select.ts';
import { startHealthServer } from '../standalone/health.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { warnOfListening, whatACloudShows } from './listen.ts';
import type { VersionFlags } from './options.ts';

export interface UpFlags extends VersionFlags {
  /** The caller outside clients act as, a host or a pod, in the words of `route`; default the API server's host. */
  asHost?: string;
  /** Address of a real Docker engine for the edge under study. */
  dockerHost?: string;
  /** Leaves metrics-server to a process of the user's. */
  externalMetricsServer?: boolean;
  /** Origins of pages that may use the control API. */
  allowOrigin?: string[];
  /** Whether the API server lets in who shows no credential. */
  anonymous?: boolean;
  /** Limits other than the default ones, `name=value`. */
  limit?: string[];
  /** An address of the machine to serve on, too. */
  listen?: string;
  healthPort: number;
  /** A real API server to register the edges in. */
  kubeconfig?: string;
  context?: string;
  /** Only removes what dead runs have left there. */
  cleanup?: boolean;
  /** Whether the nodes are registered with the taint of edges. */
  edgeTaint?: boolean;
}

/** Serves a scenario's cluster on loopback until `stop` aborts; leaves nothing. */
export async function up(io: Io, id: string, flags: UpFlags, stop: AbortSignal): Promise<void> {
  const { kubeconfig } = flags;
  if (kubeconfig !== undefined) {
    const { upInCluster } = await import('./up-kubeconfig.ts');
    return upInCluster(io, id, { ...flags, kubeconfig }, stop);
  }
  refuseWithoutKubeconfig(flags);
  const asked = onChosenCluster(findScenario(id), flags);
  const scenario = withLimits(withFaults(asked, flags.fault), readLimits(flags.limit));
  if (flags.dockerHost !== undefined && flags.docker !== undefined)
    throw new UsageError(
      'Got both --docker and --docker-host; an edge has one engine. Leave one of them out.',
    );
  await using folder = await temporaryFolder();
  await using world = await createLoopbackWorld({ seed: flags.seed, links: true });
  const real = flags.dockerHost === undefined ? undefined : await readRealEdge(world, flags.dockerHost);
  const cell = resolveCell(scenario.defaults, real === undefined ? flags : { ...flags, docker: real.docker });
  const simulated = describeWithFaults(scenario, cell, world.clock.now());
  const described = real === undefined ? simulated : withRealEdge(simulated, scenario.edge, real);
  const description = {
    ...described,
    anonymous: flags.anonymous === true,
    ...(flags.externalMetricsServer === true && {
      metricsServer: { ...described.metricsServer, external: true },
    }),
  };
  const cluster = world.own(await startLocalCluster(world, description, publishing(flags)));
  // Nothing else of `up` can be asked from another machine whether it serves.
  if (flags.listen !== undefined)
    world.own(await startHealthServer(world, () => [], { port: flags.healthPort, ...publishing(flags) }));
  actAs(cluster, flags.asHost ?? description.cloud.name);
  await world.net.settled();
  // What happens at run time needs a cluster that has come up.
  const actions = runtimeActions(scenario, description);
  if (actions.length > 0) await scenario.settle(cluster);
  for (const action of actions) await cluster.act(action);
  await using control = await serveUpControl(
    { scenario, cell, cluster },
    { allowOrigins: flags.allowOrigin ?? [], report: (error) => io.error(`${tell(error)}\n`) },
  );
  const config = join(folder.path, 'kubeconfig');
  const { apiserver: server } = endpointsOf(cluster);
  const access = kubeconfigText({ server, token: simToken(world, ADMIN) });
  await writeFile(config, access, { mode: 0o600 });
  const hint = `npx kubeedge-sim act cut ${scenario.edge} silent    (cures and other actions: show ${scenario.id})`;
  io.out(
    overview(cluster, { config, control: control.url, hint }, [
      ...(description.metricsServer.external === true ? externalLines(cluster, config) : []),
      ...(real === undefined ? [] : realEdgeLines(scenario.edge, real)),
    ]),
  );
  const ports = [...cloudPorts(description), flags.healthPort];
  warnOfListening(io, flags.listen, { ports, what: whatACloudShows });
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

function refuseWithoutKubeconfig({ context, cleanup, edgeTaint }: UpFlags): void {
  const given = Object.entries({ '--context': context, '--cleanup': cleanup, '--edge-taint': edgeTaint })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (given.length > 0)
    throw new UsageError(
      `Got ${given.join(', ')} without --kubeconfig, whose cluster it is about. Give that, too.`,
    );
}

const tell = (error: unknown) => (error instanceof Error ? error.stack : String(error));

const publishing = ({ listen }: UpFlags) => (listen === undefined ? {} : { publishOn: listen });

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'kubeedge-sim-up-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** @throws UsageError for a caller that is not there */
function actAs(cluster: Cluster, name: string): void {
  const { host, pod } = readCaller(cluster, name);
  cluster.world.net.actAs(host, { pod });
}

/** The flags that make a metrics-server of the user's own the cluster's. */
function externalLines(cluster: Cluster, config: string): string[] {
  const { hostname, port } = new URL(endpointsOf(cluster).metricsServer);
  const kept = cluster.description.metricsServer.args.filter(
    (argument) => !/^--(secure-port|cert-dir)=/.test(argument),
  );
  const configs = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'];
  return [
    'metrics-server is yours to start there:',
    `  metrics-server --bind-address=${hostname} --secure-port=${port} --cert-dir=${dirname(config)} \\`,
    `    ${configs.map((name) => `--${name}=${config}`).join(' ')} \\`,
    `    ${kept.join(' ')}`,
  ];
}

function overview(
  cluster: Cluster,
  { config, control, hint }: { config: string; control: string; hint: string },
  about: readonly string[],
): string {
  const { apiserver, streamServer, tunnelServer, metricsServer, ksApiserver, edges } = endpointsOf(cluster);
  const lines = [
    `kube-apiserver   ${apiserver}`,
    `stream server    ${streamServer}`,
    `tunnel server    ${tunnelServer}`,
    `metrics-server   ${metricsServer}`,
    ...(ksApiserver === undefined ? [] : [`ks-apiserver     ${ksApiserver}`]),
    ...edges.map(({ node, kubelet, edged }) => `${node.padEnd(16)} ${kubelet} (by DNAT)   edged ${edged}`),
    ...about,
    '',
    `kubeconfig       ${config}`,
    `control          ${control}`,
    '',
    `kubectl --kubeconfig ${config} top pod -A`,
    hint,
    '',
    'Serving until interrupted (Ctrl-C).',
  ];
  return `${lines.join('\n')}\n`;
}

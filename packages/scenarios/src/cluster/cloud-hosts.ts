import {
  type KubeApiserverOptions,
  startIptablesManager,
  startKubeApiserver,
  type TunnelPortStore,
} from '@kubeedge-sim/cloud-sim';
import { type SimProcess, startSystemdUnit } from '@kubeedge-sim/edge-sim';
import { type Host, Opened, splitWords, type World } from '@kubeedge-sim/sim-kit';
import { cloudcoreRow } from './cloudcore-row.ts';
import type { ClusterDescription } from './description.ts';
import type { ClusterHosts } from './hosts.ts';
import { runIptables } from './iptables-action.ts';
import { STREAM_PORT } from './stream-rule.ts';

const APISERVER_PORT = 6_443;
/** CloudHub, its certificates, stream server, tunnel server. */
const CLOUDCORE_PORTS = [10_000, 10_002, 10_003, 10_004];

export interface CloudHostParts {
  /** What all API servers of the cluster have in common. */
  apiserver: KubeApiserverOptions;
  tunnelPorts: TunnelPortStore;
  restartDelayMs: number;
  /** A cloudcore on this host. */
  spawn: (host: Host) => SimProcess & { started: Promise<void> };
}

/** Starts what runs on the cloud's further hosts, and sets up the balancer and the external iptables manager. */
export async function startCloudHosts(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  parts: CloudHostParts,
): Promise<AsyncDisposable> {
  const opened = new Opened();
  setUpBalancer(hosts, description);
  for (const { name, apiserver, cloudcore, rules = [] } of description.cloudHosts ?? []) {
    const host = hosts.find(name);
    for (const line of rules) setUp(host, splitWords(line));
    if (apiserver === true) opened.use(await startKubeApiserver(world, host, parts.apiserver));
    if (cloudcore !== true) continue;
    let started: Promise<void> = Promise.resolve();
    const unit = startSystemdUnit(world, host, {
      name: 'cloudcore.service',
      restartDelayMs: parts.restartDelayMs,
      spawn() {
        const process = parts.spawn(host);
        started = process.started;
        return process;
      },
    });
    opened.use({ [Symbol.asyncDispose]: () => unit.stop() });
    await started;
  }
  for (const manager of startManagers(world, hosts, description, parts)) opened.use(manager);
  return { [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** DaemonSet cloud-iptables-manager: a process on every host of the cloud. */
function startManagers(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  { tunnelPorts }: CloudHostParts,
): Disposable[] {
  const managed = cloudcoreRow(description.cloudcore);
  if (description.iptablesManager !== 'external' || managed === undefined) return [];
  const ensures = managed.nat === 'managed-when-new' ? 'when-new' : 'every-cycle';
  const all = [hosts.cloud, ...(description.cloudHosts ?? []).map(({ name }) => hosts.find(name))];
  const options = { component: 'iptables-manager', ensures, streamPort: STREAM_PORT, tunnelPorts } as const;
  return all.map((host) => startIptablesManager(world, host, options));
}

/** Rules that give each of the hosts its turn: `-m statistic --mode nth`, and the last one takes what is left. */
function setUpBalancer(hosts: ClusterHosts, { cloud, cloudHosts = [], balancer }: ClusterDescription): void {
  if (balancer === undefined) return;
  const host = hosts.find(balancer.name);
  const withCloudcore = [
    cloud.name,
    ...cloudHosts.filter(({ cloudcore }) => cloudcore).map(({ name }) => name),
  ];
  const withApiserver = [
    cloud.name,
    ...cloudHosts.filter(({ apiserver }) => apiserver).map(({ name }) => name),
  ];
  const spread = [
    ...CLOUDCORE_PORTS.map((port) => ({ port, names: withCloudcore })),
    { port: APISERVER_PORT, names: withApiserver },
  ];
  for (const { port, names } of spread) {
    const first = balancer.first?.[port] ?? 0;
    const turns = names.map((_, at) => names[(at + first) % names.length] as string);
    for (const [at, name] of turns.entries()) {
      const left = turns.length - at;
      const turn =
        left === 1 ? [] : ['-m', 'statistic', '--mode', 'nth', '--every', String(left), '--packet', '0'];
      const to = `${hosts.find(name).address}:${port}`;
      setUp(host, [
        '-t',
        'nat',
        '-A',
        'PREROUTING',
        '-p',
        'tcp',
        '--dport',
        String(port),
        ...turn,
        '-j',
        'DNAT',
        '--to',
        to,
      ]);
    }
  }
}

/** @throws RangeError with iptables' own words */
function setUp(host: Host, words: readonly string[]): void {
  const { stderr, exitCode } = runIptables(host, words);
  if (exitCode !== 0)
    throw new RangeError(`Tried iptables ${words.join(' ')} on ${host.name}: ${stderr.trim()}`);
}

import type { CommandResult } from '../cluster/cluster.ts';
import type { Simulation } from '../simulation.ts';
import { UsageError } from '../usage-error.ts';
import { readCaller, readEndpoint } from './caller.ts';
import { rehearse } from './rehearse.ts';
import { routeText } from './route-text.ts';

/** What `route` can be asked; a rehearsal needs neither caller nor endpoint, and then looks at all of them. */
export interface RouteQuestion {
  caller?: string | undefined;
  to?: string | undefined;
  /** Address of the pod that dials, instead of the one it has. */
  from?: string | undefined;
  rehearse?: string | undefined;
  /** The hosts a rehearsal is run on; default: those of the cloud. */
  hosts?: readonly string[] | undefined;
}

/** Answers it for a running cluster; nothing is dialled but the API server. @throws UsageError */
export async function askRoute(simulation: Simulation, question: RouteQuestion): Promise<CommandResult> {
  const { cluster } = simulation;
  const stdout =
    question.rehearse === undefined
      ? routeOf(simulation, question)
      : await rehearsalOf(simulation, question, question.rehearse);
  return { stdout: cluster.world.net.describe(stdout), stderr: '', exitCode: 0 };
}

function routeOf({ cluster }: Simulation, { caller: name, to, from }: RouteQuestion): string {
  if (name === undefined || to === undefined)
    throw new UsageError('Got no caller or no endpoint; expected route <caller> <ip:port>, or --rehearse.');
  const read = readCaller(cluster, name);
  const caller = from === undefined ? read : { ...read, pod: from };
  return routeText(caller, to, cluster.world.net.route(caller.host, readEndpoint(to), podOf(caller)));
}

async function rehearsalOf(simulation: Simulation, question: RouteQuestion, line: string): Promise<string> {
  const { cluster } = simulation;
  const { cloud, cloudHosts = [] } = cluster.description;
  const hosts = question.hosts ?? [cloud.name, ...cloudHosts.map(({ name }) => name)];
  const names =
    question.caller === undefined ? hosts.flatMap((host) => [host, `pod:any@${host}`]) : [question.caller];
  const callers = names.map((name) => readCaller(cluster, name));
  const endpoints = question.to === undefined ? await kubeletEndpoints(simulation) : [question.to];
  for (const host of hosts) readCaller(cluster, host);
  return rehearse({ world: cluster.world, callers, endpoints, hosts, line });
}

const podOf = ({ pod }: { pod?: string }) => (pod === undefined ? {} : { pod });

interface NodeJson {
  metadata: { labels?: Record<string, string> };
  status: {
    addresses?: { type: string; address: string }[];
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
  };
}

/** Where an API server dials the kubelets of the edges: address and port of their Nodes. */
async function kubeletEndpoints(simulation: Simulation): Promise<string[]> {
  const { body } = await simulation.get('/api/v1/nodes');
  const { items } = JSON.parse(body) as { items: NodeJson[] };
  return items
    .filter(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/edge'] !== undefined)
    .flatMap(({ status }) => {
      const address = status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      const port = status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10_250;
      return address === undefined ? [] : [`${address}:${port}`];
    });
}

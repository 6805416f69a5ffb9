import { createHash } from 'node:crypto';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import { METRICS_SERVER_POD_ADDRESS } from '../cluster/description.ts';
import type { ClusterFile, EdgeFile, PodFile } from './cluster-file.ts';
import { withDefaults } from './merge.ts';

/** What may be missing even then, because its absence says something. */
type Absent =
  | 'extends'
  | 'command'
  | 'requests'
  | 'limits'
  | 'previous'
  | 'log'
  | 'ip'
  | 'lines'
  | 'edgeWatcher'
  | 'kubeedgeVersion'
  | 'advertiseAddress'
  | 'kubesphere'
  | 'balancer'
  | 'rules'
  | 'prometheus'
  | 'join'
  | 'nodeIp'
  | 'edgedPort'
  | 'labels'
  | 'env'
  | 'files';

type Filled<T> = T extends readonly (infer Item)[]
  ? readonly Filled<Item>[]
  : T extends object
    ? { [K in Exclude<keyof T, Absent>]-?: Filled<NonNullable<T[K]>> } & {
        [K in Extract<keyof T, Absent>]?: K extends 'log' | 'join' | 'edgeWatcher' | 'kubesphere'
          ? Filled<NonNullable<T[K]>>
          : T[K];
      }
    : T;

/** A cluster file in which nothing is left to a default. */
export type CompleteCluster = Filled<Omit<ClusterFile, 'extends'>>;
export type CompletePod = Filled<PodFile>;
export type CompleteEdge = Filled<EdgeFile>;

/** Puts in every default: those of the schema, and those that depend on what the file says. */
export function complete({ extends: _base, ...file }: ClusterFile): CompleteCluster {
  const filled = withDefaults(file) as CompleteCluster;
  const { cloudcore } = filled;
  const { metricsServer } = filled;
  const taken = new Set([filled.cloud.address, ...Object.values(filled.edges).map(({ address }) => address)]);
  const edges = Object.entries(filled.edges).map(([name, edge]) => {
    const own = {
      address: edge.address ?? freeAddress(taken),
      edgecore: edge.edgecore ?? cloudcore,
      pods: completePods(edge.pods),
    };
    return [name, { ...own, ...edge, ...own }];
  });
  return {
    ...filled,
    metricsServer: {
      ...metricsServer,
      ...(!metricsServer.hostNetwork && { ip: metricsServer.ip ?? METRICS_SERVER_POD_ADDRESS }),
    },
    // The first addresses of KubeKey's range for pods (kubesphere/kubekey v1.1.0 apis/kubekey/v1alpha1/default.go).
    cloud: { ...filled.cloud, pods: completePods(filled.cloud.pods, '10.233.64', 3) },
    edges: Object.fromEntries(edges) as CompleteCluster['edges'],
    dnatPorts: filled.dnatPorts ?? defaultDnatPorts(filled),
  };
}

/**
 * From v1.8 on cloudcore keeps the rules itself; until then they are set up by hand, as its guide says, or by EdgeWatcher.
 */
function defaultDnatPorts({ cloudcore, edgeWatcher }: CompleteCluster): readonly number[] {
  const byHand = (cloudcoreRow(cloudcore)?.nat ?? 'manual') === 'manual';
  return byHand && edgeWatcher === undefined ? [10_350] : [];
}

/** The next of 10.66.0.11, 10.66.0.12 and on that no node has. */
function freeAddress(taken: Set<string>): string {
  let index = 0;
  const next = () => `10.66.${(index + 11) >> 8}.${(index + 11) & 255}`;
  while (taken.has(next())) index++;
  taken.add(next());
  return next();
}

const DEFAULT_CONTAINERS = [{ name: 'nginx', image: 'nginx:1.19' }];

/** Pods by `namespace/name` with all that a file may leave out. */
export function completePods(
  pods: Readonly<Record<string, PodFile>>,
  network = '172.17.0',
  first = 2,
): Record<string, CompletePod> {
  const entries = Object.entries(pods).map(([key, pod], index): [string, PodFile] => {
    const { containers = DEFAULT_CONTAINERS, uid = uidOf(key), ip = `${network}.${first + index}` } = pod;
    return [key, { ...pod, containers, uid, ...(pod.hostNetwork !== true && { ip }) }];
  });
  const filled = withDefaults({ cloud: { pods: Object.fromEntries(entries) } }) as CompleteCluster;
  return filled.cloud.pods;
}

/** The machine of an edge of which nothing is said. */
export function completeMachine(): CompleteEdge['machine'] {
  const [edge] = Object.values((withDefaults({ edges: { any: {} } }) as CompleteCluster).edges);
  return (edge as CompleteEdge).machine;
}

/** A UUID that depends on the name only, so that a pod has the same one in every run. */
function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

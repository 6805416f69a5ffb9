import { createHash } from 'node:crypto';
import type { PodDescription } from '@kubeedge-sim/edge-sim';
import { edgePods, machine } from '../catalog/founding-cluster.ts';
import type { ClusterDescription, EdgeNodeDescription } from '../cluster/description.ts';
import type { Cell } from '../scenario.ts';

/** The cloud of a cluster with no edges yet; `metricsServerArgs` come after those of the cluster. */
export function describeCloud(
  { metricsServer, ...cluster }: ClusterDescription,
  metricsServerArgs: readonly string[],
): ClusterDescription {
  const args = [...metricsServer.args, ...metricsServerArgs];
  return { ...cluster, metricsServer: { ...metricsServer, args }, edges: [] };
}

export interface EdgeChoice extends Pick<Cell, 'edgecore' | 'docker'> {
  name: string;
  /** The InternalIP it reports. */
  address: string;
  podCount: number;
}

/** An edge with the founding report's machine, and its pods under names of their own. */
export function describeEdge(choice: EdgeChoice, nowMs: number): EdgeNodeDescription {
  const { name, address, edgecore, docker, podCount } = choice;
  const pods = podsOf(name, podCount, nowMs);
  return { name, address, nodeIp: address, edgecore, docker, machine: machine(nowMs, { pods }) };
}

/** The report's three pods over and over, each named for its node: a cluster has a name once. */
function podsOf(node: string, count: number, nowMs: number): PodDescription[] {
  const models = edgePods(nowMs, 1);
  return Array.from({ length: count }, (_, index) => {
    const model = models[index % models.length] as PodDescription;
    const round = Math.floor(index / models.length);
    const name = [model.labels?.['app'], ...(round === 0 ? [] : [round + 1]), node].join('-');
    const ip = model.hostNetwork === true ? '' : `172.17.${(index + 2) >> 8}.${(index + 2) & 255}`;
    return { ...model, name, uid: uidOf(`${model.namespace}/${name}`), ip };
  });
}

/** A UUID that depends on the name only, so that a restarted edge has the pods it had. */
function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

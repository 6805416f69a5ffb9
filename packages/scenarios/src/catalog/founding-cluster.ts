import { argumentsFor, type MetricsServerTag } from '@kubeedge-sim/cloud-sim';
import { edgecoreRelease, type MachineDescription, type PodDescription } from '@kubeedge-sim/edge-sim';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import { complete, completeMachine, completePods } from '../cluster-file/complete.ts';
import { describeCluster, describeMachine, describePods } from '../cluster-file/describe.ts';
import { laboratoryCloudPods, laboratoryPods } from '../presets/laboratory.data.ts';
import { defaultMetricsServerArgs } from '../presets/metrics-server-args.data.ts';
import type { Cell } from '../scenario.ts';

/** The edge under study, and the healthy one beside it. */
export const EDGE = 'edge-node-1';
export const CONTROL_EDGE = 'edge-node-2';
export const CLOUD_NODE = 'master-1';
export const CLOUD_ADDRESS = '192.168.0.139';
/** The pod of the report. */
export const EDGE_POD = { namespace: 'default', name: 'nginx-7848d4b86f-x2wqz' };
export const CLOUD_POD = { namespace: 'kube-system', name: 'coredns-867b49865c-5vqxz' };

/** Docker of the control edge and of the cloud node: one that every release with a Docker client agrees with. */
export const CONTROL_DOCKER = '20.10.24';
/** edgecore of the control edge where the cell's own could not be scraped however healthy. */
const CONTROL_EDGECORE = 'v1.6.2';

/** Arguments of metrics-server, as far as the cell's knows them. */
export const metricsServerArgs = ({ metricsServer, cloudcore }: Cell): readonly string[] =>
  argumentsFor(
    metricsServer as MetricsServerTag,
    defaultMetricsServerArgs,
    cloudcoreRow(cloudcore)?.tunnelPortFirst ?? undefined,
  );

const ADDRESSES: Readonly<Record<string, string>> = { [EDGE]: '10.66.0.11', [CONTROL_EDGE]: '10.66.0.12' };

/** The address of an edge's host. @throws RangeError */
export function addressOfEdge(name: string): string {
  const address = ADDRESSES[name];
  if (address !== undefined) return address;
  const known = Object.keys(ADDRESSES).join(', ');
  throw new RangeError(`Looked for the edge ${name}, found only ${known}. Use one of these names.`);
}

/** The report's cluster with the cell's versions: a master with all cloud components and two edges that differ in Docker. */
export function describeFoundingCluster(cell: Cell, nowMs: number): ClusterDescription {
  const canBeScraped = edgecoreRelease(cell.edgecore).edgestream?.metrics != null;
  const file = complete({
    kubernetes: 'v1.19.8',
    cloudcore: cell.cloudcore,
    metricsServer: { version: cell.metricsServer, args: metricsServerArgs(cell) },
    cloud: { name: CLOUD_NODE, address: CLOUD_ADDRESS, docker: CONTROL_DOCKER, pods: laboratoryCloudPods },
    edges: {
      [EDGE]: {
        address: addressOfEdge(EDGE),
        edgecore: cell.edgecore,
        docker: cell.docker,
        pods: laboratoryPods(1),
      },
      [CONTROL_EDGE]: {
        address: addressOfEdge(CONTROL_EDGE),
        edgecore: canBeScraped ? cell.edgecore : CONTROL_EDGECORE,
        docker: CONTROL_DOCKER,
        pods: laboratoryPods(2),
      },
    },
  });
  return describeCluster(file, nowMs);
}

/** A machine that is 30 days up; an edge box unless `part` says otherwise. */
export function machine(
  nowMs: number,
  part: Pick<MachineDescription, 'pods'> & Partial<MachineDescription>,
): MachineDescription {
  return { ...describeMachine(completeMachine(), {}, nowMs), ...part };
}

/** The three pods of the laboratory, as the first or the second edge has them. */
export const edgePods = (nowMs: number, edge: number): PodDescription[] =>
  describePods(completePods(laboratoryPods(edge)), nowMs);

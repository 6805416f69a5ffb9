import type { Action } from '../cluster/action.ts';
import type { ClusterDescription, EdgeNodeDescription } from '../cluster/description.ts';
import type { Text } from '../text.ts';

/**
 * One thing that is wrong with a cluster. It changes what the cluster is said to be, never what comes of it, so faults
 * can be put together on any world.
 */
export interface Fault {
  id: string;
  /** What is wrong, not what is seen. */
  title: Text;
  /** The description with the fault in it; `edge` names the edge it concerns. */
  apply(description: ClusterDescription, edge: string): ClusterDescription;
  /** What happens once the cluster has come up. */
  once?(edge: string, description: ClusterDescription): readonly Action[];
}

/** Names a fault's id and texts; a place for checks that concern all faults. */
export const defineFault = (fault: Fault): Fault => fault;

/** The description with one edge changed. */
export function changeEdge(
  description: ClusterDescription,
  name: string,
  change: Partial<EdgeNodeDescription>,
): ClusterDescription {
  const edges = description.edges.map((edge) => (edge.name === name ? { ...edge, ...change } : edge));
  return { ...description, edges };
}

/** The description with other arguments of metrics-server. */
export function changeMetricsServer(
  description: ClusterDescription,
  change: (args: readonly string[]) => readonly string[],
): ClusterDescription {
  const { metricsServer } = description;
  return { ...description, metricsServer: { ...metricsServer, args: change(metricsServer.args) } };
}

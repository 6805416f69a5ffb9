import { engineProfile } from '@kubeedge-sim/edge-sim';
import { curesOf } from '../catalog/cures.ts';
import type { Cell, Scenario } from '../scenario.ts';
import { UsageError } from '../usage-error.ts';
import { tagOf } from './check-meaning.ts';
import type { ClusterFile, EdgeFile } from './cluster-file.ts';
import type { CompleteEdge } from './complete.ts';
import { describeCluster } from './describe.ts';
import { type ResolvedCluster, withLayer } from './resolve.ts';

/**
 * The scenario on another cluster than its own: its faults are put into that one, its looks are at that one's first
 * edge, and its versions are those of the cluster, unless the cell says otherwise.
 * @throws UsageError for a cluster without edges
 */
export function onCluster(scenario: Scenario, cluster: ResolvedCluster): Scenario {
  const [first, second] = Object.entries(cluster.complete.edges);
  if (first === undefined) {
    throw new UsageError(
      `Tried to play ${scenario.id} on ${nameOf(cluster)}, found a cluster without edges. Name one under "edges".`,
    );
  }
  const [edge, { address }] = first;
  const defaults = cellOf(cluster, first[1]);
  return {
    ...scenario,
    defaults,
    edge,
    control: second?.[0] ?? edge,
    cures: curesOf(edge, address),
    describe: (cell, nowMs) => describeCluster(withCell(cluster, edge, defaults, cell).complete, nowMs),
  };
}

const nameOf = ({ layers }: ResolvedCluster) => layers.at(-1)?.name ?? 'the cluster';

function cellOf({ complete }: ResolvedCluster, edge: CompleteEdge): Cell {
  return {
    edgecore: tagOf(edge.edgecore),
    cloudcore: tagOf(complete.cloudcore),
    docker: engineProfile(edge.docker).version,
    metricsServer: tagOf(complete.metricsServer.version),
  };
}

/** The cluster with what the cell says otherwise: Docker at the edge under study, edgecore at all of them. */
function withCell(cluster: ResolvedCluster, edge: string, own: Cell, cell: Cell): ResolvedCluster {
  const edges: Record<string, EdgeFile> = {};
  if (cell.edgecore !== own.edgecore) {
    for (const name of Object.keys(cluster.complete.edges)) edges[name] = { edgecore: cell.edgecore };
  }
  if (cell.docker !== own.docker) edges[edge] = { ...edges[edge], docker: cell.docker };
  const file: ClusterFile = {
    edges,
    ...(cell.cloudcore !== own.cloudcore && { cloudcore: cell.cloudcore }),
    ...(cell.metricsServer !== own.metricsServer && { metricsServer: { version: cell.metricsServer } }),
  };
  return withLayer(cluster, 'the versions asked for', file);
}

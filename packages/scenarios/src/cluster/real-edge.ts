import {
  describeDockerHost,
  EdgeError,
  type EngineIdentity,
  engineProfile,
  knownEngineVersions,
  type MachineDescription,
} from '@kubeedge-sim/edge-sim';
import type { World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';

/** A real engine as it was found when the cluster was described. */
export interface RealEdge {
  dockerHost: string;
  engine: EngineIdentity;
  machine: MachineDescription;
  /** The simulated engine nearest to it: what a cell's `docker` is then. */
  docker: string;
}

/** @throws EdgeError EDGE_ERR_DOCKER_HOST, EDGE_ERR_DOCKER_HOST_UNREACHABLE */
export async function readRealEdge(world: World, dockerHost: string): Promise<RealEdge> {
  const { engine, machine } = await describeDockerHost(world, dockerHost);
  const docker = nearestEngine(engine.version) ?? (knownEngineVersions().at(-1) as string);
  return { dockerHost, engine, machine, docker };
}

/** The description with one edge on the real engine. */
export function withRealEdge(
  description: ClusterDescription,
  name: string,
  { dockerHost, machine }: RealEdge,
): ClusterDescription {
  const edges = description.edges.map((edge) =>
    edge.name === name ? { ...edge, dockerHost, machine } : edge,
  );
  return { ...description, edges };
}

/** What `up` says of a real engine. */
export function realEdgeLines(name: string, { dockerHost, engine, machine }: RealEdge): string[] {
  const pods = machine.pods.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return [
    '',
    `${name} runs on Docker ${engine.version} at ${dockerHost}, which is only read.`,
    pods === ''
      ? 'No container there has the labels io.kubernetes.pod.name and io.kubernetes.pod.namespace yet; without them it is no pod.'
      : `Pods there: ${pods}. The API server knows those that ran when this began.`,
  ];
}

/** The version of the simulated engine that is nearest to a real one; undefined where its line is not known. */
export function nearestEngine(version: string): string | undefined {
  try {
    return engineProfile(version).version;
  } catch (error) {
    if (error instanceof EdgeError) return undefined;
    throw error;
  }
}

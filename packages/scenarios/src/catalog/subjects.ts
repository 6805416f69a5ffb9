import type { ClusterDescription } from '../cluster/description.ts';

/** Whom the looks are at. */
export interface Subjects {
  cloud: { name: string; address: string };
  /** The edge under study: the first one. */
  edge: string;
  edgeAddress: string;
  /** The edge beside it: the second one; where there is none, the same. */
  control: string;
  /** A pod of the edge under study: its first one. */
  edgePod: { namespace: string; name: string };
  /** A namespace that has pods on the edge under study only; where there is none, that of its first pod. */
  edgeNamespace: string;
  /** A pod of the cloud node: its first one. */
  cloudPod: { namespace: string; name: string };
}

/** A cluster may have no pods: then what is looked for is not found. */
const NO_POD = { namespace: 'default', name: 'none' };

/** The nodes and pods of a cluster that the looks are at. */
export function subjectsOf({ cloud, edges }: Pick<ClusterDescription, 'cloud' | 'edges'>): Subjects {
  const [edge, control] = edges;
  const [edgePod = NO_POD] = edge?.machine.pods ?? [];
  const [cloudPod = NO_POD] = cloud.machine.pods;
  const elsewhere = new Set(
    [cloud, ...edges.slice(1)].flatMap(({ machine }) => machine.pods.map(({ namespace }) => namespace)),
  );
  const own = edge?.machine.pods.map(({ namespace }) => namespace) ?? [];
  return {
    cloud: { name: cloud.name, address: cloud.address },
    edge: edge?.name ?? '',
    edgeAddress: edge?.address ?? '',
    control: control?.name ?? edge?.name ?? '',
    edgePod,
    edgeNamespace: own.find((namespace) => !elsewhere.has(namespace)) ?? edgePod.namespace,
    cloudPod,
  };
}

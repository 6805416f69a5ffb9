// What of a cluster's nodes and pods the twin needs: everything else of a dump is dropped as it is read.
export type ReadyStatus = 'True' | 'False' | 'Unknown' | 'absent';

export interface DumpNode {
  name: string;
  /** The names behind `node-role.kubernetes.io/`. */
  roles: readonly string[];
  labels: Readonly<Record<string, string>>;
  /** status.nodeInfo; absent in a node whose kubelet never reported. */
  kubeletVersion?: string;
  containerRuntimeVersion?: string;
  ready: ReadyStatus;
  addresses: readonly { type: string; address: string }[];
  kubeletPort?: number;
  /** status.capacity, as quantity texts. */
  cpu?: string;
  memory?: string;
  osImage?: string;
  kernelVersion?: string;
}

export interface DumpPod {
  namespace: string;
  name: string;
  uid?: string;
  labels: Readonly<Record<string, string>>;
  /** Absent: not scheduled. */
  nodeName?: string;
  /** As the API has it: Pending, Running, Succeeded, Failed, Unknown. */
  phase: string;
  hostNetwork: boolean;
  podIP?: string;
  containers: readonly { name: string; image: string }[];
}

/** An item that is no node and no pod one could name; none is dropped without one of these. */
export interface BadItem {
  /** e.g. `cluster.json items[12], Pod default/nginx`. */
  place: string;
  problem: string;
}

export interface Dump {
  /** Files or URLs it was read from. */
  sources: readonly string[];
  /** Every item found: the sum of all lists below. */
  items: number;
  nodes: readonly DumpNode[];
  pods: readonly DumpPod[];
  bad: readonly BadItem[];
  /** Items of other kinds, which a twin does not need, by kind. */
  otherKinds: ReadonlyMap<string, number>;
}

/** A text of a dump, and where it is from. */
export interface DumpSource {
  name: string;
  text: string;
}

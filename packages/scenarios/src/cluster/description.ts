import type { MachineDescription } from '@kubeedge-sim/edge-sim';

/** A node of the cloud: a kubelet on port 10250 and the control plane beside it. */
export interface CloudNodeDescription {
  name: string;
  address: string;
  docker: string;
  machine: MachineDescription;
}

/** A node at the edge: edgecore and a Docker engine, behind a NAT. */
export interface EdgeNodeDescription {
  name: string;
  address: string;
  edgecore: string;
  docker: string;
  machine: MachineDescription;
}

/** A whole cluster. Every host, version and rule is stated here; what follows from it is not. */
export interface ClusterDescription {
  /** Version of kube-apiserver and of the cloud node's kubelet. */
  kubernetes: string;
  cloudcore: string;
  metricsServer: { version: string; args: readonly string[] };
  /** The node all cloud components run on. */
  cloud: CloudNodeDescription;
  edges: readonly EdgeNodeDescription[];
  /** Ports whose dials from the cloud node go to cloudcore's stream server, as the KubeEdge guide tells to set up. */
  dnatPorts: readonly number[];
}

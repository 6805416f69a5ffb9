export type { ApiService } from './aggregation.ts';
export type {
  ClusterDescription,
  ContainerDescription,
  NodeDescription,
  PodDescription,
} from './describe-cluster.ts';
export { goErrorText } from './go-errors.ts';
export { goDuration } from './human-duration.ts';
export { type KubeApiserver, type KubeApiserverOptions, startKubeApiserver } from './kube-apiserver.ts';
export { type KubeconfigOptions, kubeconfig } from './kubeconfig.ts';
export {
  type NodeLifecycleOptions,
  startNodeHeartbeats,
  startNodeLifecycleController,
} from './node-lifecycle-controller.ts';
export { createObjectStore, type NodeHeartbeat, type ObjectStore, type StoreEvent } from './object-store.ts';
export type { Node, NodeAddress, NodeCondition, NodeStatus, ObjectMeta, Pod, PodPhase } from './objects.ts';
export type { Secret, SecretStore } from './secret-store.ts';
export type { Status } from './status.ts';
export type { Table, TableColumn, TableRow } from './table.ts';

import './trace-kinds.ts';

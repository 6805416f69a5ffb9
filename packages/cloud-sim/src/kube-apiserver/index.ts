export type { ApiService } from './aggregation.ts';
export type { AuthenticationOptions, User } from './authentication.ts';
export type {
  ClusterDescription,
  ContainerDescription,
  NodeDescription,
  PodDescription,
} from './describe-cluster.ts';
export type { FrontProxy } from './front-proxy.ts';
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
export type {
  ConfigMap,
  Endpoints,
  Event,
  KubeObject,
  Lease,
  Namespace,
  Node,
  NodeAddress,
  NodeCondition,
  NodeStatus,
  ObjectMeta,
  Pod,
  PodCondition,
  PodPhase,
  Secret,
  Service,
  Unstored,
} from './objects.ts';
export { randomSuffix } from './random-suffix.ts';
export type { ResourceType } from './resource-types.ts';
export * as resourceTypes from './resource-types.ts';
export type { SecretStore } from './secret-store.ts';
export {
  type ReadinessProbe,
  type ServiceReadiness,
  type ServiceReadinessOptions,
  watchServiceReadiness,
} from './service-readiness.ts';
export { ADMIN, serviceAccount, simToken } from './sim-tokens.ts';
export type { Status } from './status.ts';
export type { Table, TableColumn, TableRow } from './table.ts';
export type { ObjectEvent, TypedObjects } from './typed-objects.ts';

import './trace-kinds.ts';

import { listOf, mapOf, type Shape, type StructShape, struct } from './shape.ts';

// What of the objects the simulator's own programs look into, as k8s.io/api v0.19.10 core/v1/types.go,
// coordination/v1/types.go and k8s.io/apimachinery v0.19.10 pkg/apis/meta/v1/types.go have it. A time is checked to be text.

const strings = (...names: string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, 'string'] as const));

const ownerReference = struct('v1.OwnerReference', {
  ...strings('apiVersion', 'kind', 'name', 'uid'),
  controller: 'bool',
  blockOwnerDeletion: 'bool',
});

export const objectMeta: StructShape = struct('v1.ObjectMeta', {
  ...strings('name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion'),
  ...strings('creationTimestamp', 'deletionTimestamp'),
  generation: 'int64',
  deletionGracePeriodSeconds: 'int64',
  labels: mapOf('string'),
  annotations: mapOf('string'),
  ownerReferences: listOf(ownerReference),
  finalizers: listOf('string'),
});

/** Of an object of any type; `content` is what its type adds. */
export const objectShape = (kind: string, content: StructShape['members'] = {}): StructShape =>
  struct(kind, { ...strings('kind', 'apiVersion'), metadata: objectMeta, ...content });

const containers = listOf(
  struct('v1.Container', {
    ...strings('name', 'image', 'imagePullPolicy', 'terminationMessagePath', 'terminationMessagePolicy'),
    resources: struct('v1.ResourceRequirements', {
      limits: mapOf('quantity'),
      requests: mapOf('quantity'),
    }),
    stdin: 'bool',
    tty: 'bool',
  }),
);

const containerState = struct('v1.ContainerState', {
  running: struct('v1.ContainerStateRunning', strings('startedAt')),
  waiting: struct('v1.ContainerStateWaiting', strings('reason', 'message')),
  terminated: struct('v1.ContainerStateTerminated', {
    ...strings('reason', 'startedAt', 'finishedAt'),
    exitCode: 'int64',
  }),
});

const containerStatuses = listOf(
  struct('v1.ContainerStatus', {
    ...strings('name', 'image', 'imageID', 'containerID'),
    state: containerState,
    lastState: containerState,
    ready: 'bool',
    restartCount: 'int64',
  }),
);

const conditions = (name: string) =>
  listOf(struct(name, strings('type', 'status', 'lastHeartbeatTime', 'reason', 'message')));

export const podShape: StructShape['members'] = {
  spec: struct('v1.PodSpec', {
    ...strings('restartPolicy', 'schedulerName', 'serviceAccountName', 'nodeName'),
    containers,
    initContainers: containers,
    terminationGracePeriodSeconds: 'int64',
    hostNetwork: 'bool',
  }),
  status: struct('v1.PodStatus', {
    ...strings('phase', 'reason', 'hostIP', 'podIP', 'startTime', 'qosClass'),
    conditions: conditions('v1.PodCondition'),
    podIPs: listOf(struct('v1.PodIP', strings('ip'))),
    containerStatuses,
  }),
};

export const nodeShape: StructShape['members'] = {
  spec: struct('v1.NodeSpec', {
    podCIDR: 'string',
    unschedulable: 'bool',
    taints: listOf(struct('v1.Taint', strings('key', 'value', 'effect'))),
  }),
  status: struct('v1.NodeStatus', {
    capacity: mapOf('quantity'),
    allocatable: mapOf('quantity'),
    conditions: conditions('v1.NodeCondition'),
    addresses: listOf(struct('v1.NodeAddress', strings('type', 'address'))),
    daemonEndpoints: struct('v1.NodeDaemonEndpoints', {
      kubeletEndpoint: struct('v1.DaemonEndpoint', { Port: 'int64' }),
    }),
    nodeInfo: struct('v1.NodeSystemInfo', {
      ...strings('machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'architecture'),
      ...strings('containerRuntimeVersion', 'kubeletVersion', 'kubeProxyVersion', 'operatingSystem'),
    }),
  }),
};

export const configMapShape: StructShape['members'] = {
  data: mapOf('string'),
  binaryData: mapOf('[]byte'),
};

export const secretShape: StructShape['members'] = {
  type: 'string',
  data: mapOf('[]byte'),
  stringData: mapOf('string'),
};

export const namespaceShape: StructShape['members'] = {
  spec: struct('v1.NamespaceSpec', { finalizers: listOf('string') }),
  status: struct('v1.NamespaceStatus', { phase: 'string' }),
};

export const eventShape: StructShape['members'] = {
  ...strings('reason', 'message', 'firstTimestamp', 'lastTimestamp', 'type', 'reportingComponent'),
  involvedObject: struct(
    'v1.ObjectReference',
    strings('kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'),
  ),
  source: struct('v1.EventSource', strings('component', 'host')),
  count: 'int64',
};

export const serviceShape: StructShape['members'] = {
  spec: struct('v1.ServiceSpec', {
    ...strings('type', 'clusterIP'),
    ports: listOf(
      struct('v1.ServicePort', { ...strings('name', 'protocol'), port: 'int64', nodePort: 'int64' }),
    ),
    selector: mapOf('string'),
  }),
  status: struct('v1.ServiceStatus', {}),
};

export const endpointsShape: StructShape['members'] = {
  subsets: listOf(
    struct('v1.EndpointSubset', {
      addresses: listOf(struct('v1.EndpointAddress', strings('ip', 'nodeName'))),
      ports: listOf(struct('v1.EndpointPort', { ...strings('name', 'protocol'), port: 'int64' })),
    }),
  ),
};

export const leaseShape: StructShape['members'] = {
  spec: struct('v1.LeaseSpec', {
    ...strings('holderIdentity', 'acquireTime', 'renewTime'),
    leaseDurationSeconds: 'int64',
    leaseTransitions: 'int64',
  }),
};

/** k8s.io/kube-aggregator v0.19.10 pkg/apis/apiregistration/v1/types.go */
export const apiServiceShape: StructShape['members'] = {
  spec: struct('v1.APIServiceSpec', {
    ...strings('group', 'version'),
    service: struct('v1.ServiceReference', { ...strings('namespace', 'name'), port: 'int64' }),
    groupPriorityMinimum: 'int64',
    versionPriority: 'int64',
    insecureSkipTLSVerify: 'bool',
  }),
  status: struct('v1.APIServiceStatus', {
    conditions: listOf(
      struct('v1.APIServiceCondition', strings('type', 'status', 'lastTransitionTime', 'reason', 'message')),
    ),
  }),
};

export const deleteOptionsShape = struct('v1.DeleteOptions', {
  ...strings('kind', 'apiVersion', 'propagationPolicy'),
  gracePeriodSeconds: 'int64',
  preconditions: struct('v1.Preconditions', strings('uid', 'resourceVersion')),
  orphanDependents: 'bool',
  dryRun: listOf('string'),
});

export const bindingShape = objectShape('v1.Binding', {
  target: struct('v1.ObjectReference', strings('kind', 'namespace', 'name', 'uid', 'apiVersion')),
});

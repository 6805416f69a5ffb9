import { isRecord, type JsonObject } from './json-object.ts';
import type { KubeObject, Node, NodeInfo, Pod, Secret } from './objects.ts';
import { namespaces, nodes, pods, type ResourceType, secrets } from './resource-types.ts';

/** A new object: its status is for others to write. */
export function asCreated(type: ResourceType, object: KubeObject): KubeObject {
  switch (type) {
    case pods: {
      const { spec } = object as unknown as Partial<Pod>;
      return {
        ...object,
        status: { phase: 'Pending', qosClass: qosClassOf(spec?.containers) },
      } as KubeObject;
    }
    case namespaces:
      return { ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as KubeObject;
    default:
      return object;
  }
}

/**
 * Adds to an object that a client has sent what its type has in any case: what upstream defaults, and the empty parts that
 * Go writes out (kubernetes/kubernetes v1.19.10 pkg/apis/core/v1/defaults.go, pkg/registry/core/…/strategy.go).
 */
export function completed(type: ResourceType, object: KubeObject): KubeObject {
  switch (type) {
    case nodes:
      return nodeDefaults(object as unknown as Partial<Node> & KubeObject);
    case pods:
      return podDefaults(object as unknown as Partial<Pod> & KubeObject);
    case secrets:
      return secretDefaults(object as Secret & { stringData?: Record<string, string> });
    default:
      return { ...type.emptyParts, ...object };
  }
}

/** Text is kept as bytes (pkg/apis/core/v1/conversion.go Convert_v1_Secret_To_core_Secret). */
function secretDefaults({ stringData, ...secret }: Secret & { stringData?: Record<string, string> }): Secret {
  const bytes = Object.entries(stringData ?? {}).map(
    ([key, text]) => [key, Buffer.from(text).toString('base64')] as const,
  );
  return {
    ...secret,
    ...(bytes.length > 0 && { data: { ...secret.data, ...Object.fromEntries(bytes) } }),
    type: secret.type || 'Opaque',
  };
}

const emptyNodeInfo: NodeInfo = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

function nodeDefaults(node: Partial<Node> & KubeObject): KubeObject {
  const { status } = node;
  const capacity = status?.capacity ?? {};
  return {
    ...node,
    spec: node.spec ?? {},
    status: {
      ...status,
      capacity,
      allocatable: status?.allocatable ?? capacity,
      conditions: status?.conditions ?? [],
      addresses: status?.addresses ?? [],
      daemonEndpoints: {
        kubeletEndpoint: { Port: status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0 },
      },
      nodeInfo: { ...emptyNodeInfo, ...status?.nodeInfo },
    },
  } as unknown as KubeObject;
}

function podDefaults(pod: Partial<Pod> & KubeObject): KubeObject {
  const spec = (pod.spec ?? {}) as unknown as JsonObject;
  const containers = Array.isArray(spec['containers']) ? spec['containers'] : undefined;
  const withResources = (list: unknown[] | undefined) =>
    list?.filter(isRecord).map((container) => ({
      ...container,
      resources: container['resources'] ?? {},
      imagePullPolicy: container['imagePullPolicy'] ?? pullPolicy(container['image']),
      terminationMessagePath: container['terminationMessagePath'] ?? '/dev/termination-log',
      terminationMessagePolicy: container['terminationMessagePolicy'] ?? 'File',
    }));
  return {
    ...pod,
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      ...spec,
      ...(containers !== undefined && { containers: withResources(containers) }),
    },
    status: { phase: 'Pending', qosClass: qosClassOf(containers), ...pod.status },
  } as unknown as KubeObject;
}

const pullPolicy = (image: unknown) =>
  typeof image !== 'string' || /^[^@]*:latest$/.test(image) || !/[:@][^/]*$/.test(image)
    ? 'Always'
    : 'IfNotPresent';

/** kubernetes/kubernetes v1.19.10 pkg/apis/core/v1/helper/qos/qos.go, for requests and limits that are all or not there. */
function qosClassOf(containers: unknown[] = []): string {
  const amounts = containers.filter(isRecord).map(({ resources }) => {
    const { limits, requests } = (resources ?? {}) as { limits?: JsonObject; requests?: JsonObject };
    return { limits: limits ?? {}, requests: requests ?? limits ?? {} };
  });
  const asked = amounts.some(
    ({ limits, requests }) => Object.keys(limits).length + Object.keys(requests).length > 0,
  );
  if (!asked) return 'BestEffort';
  const guaranteed = amounts.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

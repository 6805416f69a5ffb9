import type {
  ConfigMap,
  Endpoints,
  Event,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
} from './objects.ts';

import {
  configMapPrinter,
  endpointsPrinter,
  eventPrinter,
  leasePrinter,
  namespacePrinter,
  secretPrinter,
  servicePrinter,
} from './printers.ts';
import type { StructShape } from './shape.ts';
import {
  configMapShape,
  endpointsShape,
  eventShape,
  leaseShape,
  namespaceShape,
  nodeShape,
  podShape,
  secretShape,
  serviceShape,
} from './shapes.data.ts';
import { nodePrinter, type Printer, podPrinter } from './table.ts';

/** A sort of objects that the store keeps and the face serves; the core group is ''. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** As in paths, e.g. `configmaps`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** What members clients' objects are checked for, besides metadata. */
  readonly shape?: StructShape['members'];
  /** What a client's object has in any case, as Go writes out empty parts. */
  readonly emptyParts?: object;
  /** Whether `…/NAME/status` is a resource of its own. */
  readonly hasStatus?: boolean;
  /** Whether a PUT of what is not there creates it, e.g. for leases. */
  readonly createsOnUpdate?: boolean;
  /** Whether a PUT may come without a resourceVersion; default true for built-in types, false for others. */
  readonly unconditionalUpdate?: boolean;
  /** What field selectors may name besides `metadata.name` and `metadata.namespace`. */
  fields?(object: T): Readonly<Record<string, string>>;
  /** One of the fields, by which the store finds objects without looking at all of them. */
  readonly indexedField?: string;
  /** What `kubectl get` prints; default name and age. */
  readonly printer?: Printer<T>;
}

/** `v1`, `coordination.k8s.io/v1`: the apiVersion of objects of the type. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

const core = { group: '', version: 'v1' } as const;

export const nodes: ResourceType<Node> = {
  ...core,
  plural: 'nodes',
  kind: 'Node',
  shape: nodeShape,
  namespaced: false,
  shortNames: ['no'],
  hasStatus: true,
  fields: ({ spec }) => ({ 'spec.unschedulable': String(spec?.unschedulable === true) }),
  printer: nodePrinter,
};

export const pods: ResourceType<Pod> = {
  ...core,
  plural: 'pods',
  kind: 'Pod',
  shape: podShape,
  namespaced: true,
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
  // kubernetes/kubernetes v1.19.10 pkg/registry/core/pod/strategy.go ToSelectableFields
  fields: ({ spec, status }) => ({
    'spec.nodeName': spec.nodeName ?? '',
    'spec.restartPolicy': spec.restartPolicy ?? '',
    'spec.schedulerName': spec.schedulerName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.nominatedNodeName': '',
  }),
  indexedField: 'spec.nodeName',
  printer: podPrinter,
};

export const configMaps: ResourceType<ConfigMap> = {
  ...core,
  plural: 'configmaps',
  kind: 'ConfigMap',
  shape: configMapShape,
  namespaced: true,
  shortNames: ['cm'],
  printer: configMapPrinter,
};

export const secrets: ResourceType<Secret> = {
  ...core,
  plural: 'secrets',
  kind: 'Secret',
  shape: secretShape,
  namespaced: true,
  fields: ({ type }) => ({ type: type ?? '' }),
  printer: secretPrinter,
};

export const namespaces: ResourceType<Namespace> = {
  ...core,
  plural: 'namespaces',
  kind: 'Namespace',
  shape: namespaceShape,
  namespaced: false,
  shortNames: ['ns'],
  hasStatus: true,
  fields: ({ status }) => ({ 'status.phase': status?.phase ?? '' }),
  printer: namespacePrinter,
};

export const events: ResourceType<Event> = {
  ...core,
  plural: 'events',
  kind: 'Event',
  shape: eventShape,
  emptyParts: { involvedObject: {} },
  namespaced: true,
  shortNames: ['ev'],
  // kubernetes/kubernetes v1.19.10 pkg/registry/core/event/strategy.go ToSelectableFields
  fields: ({ involvedObject, reason, reportingComponent, source, type }) => ({
    'involvedObject.kind': involvedObject?.kind ?? '',
    'involvedObject.namespace': involvedObject?.namespace ?? '',
    'involvedObject.name': involvedObject?.name ?? '',
    'involvedObject.uid': involvedObject?.uid ?? '',
    'involvedObject.apiVersion': involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': involvedObject?.fieldPath ?? '',
    reason: reason ?? '',
    reportingComponent: reportingComponent ?? '',
    source: source?.component ?? reportingComponent ?? '',
    type: type ?? '',
  }),
  createsOnUpdate: true,
  printer: eventPrinter,
};

export const services: ResourceType<Service> = {
  ...core,
  plural: 'services',
  kind: 'Service',
  shape: serviceShape,
  emptyParts: { spec: {}, status: { loadBalancer: {} } },
  namespaced: true,
  shortNames: ['svc'],
  categories: ['all'],
  hasStatus: true,
  printer: servicePrinter,
};

export const endpoints: ResourceType<Endpoints> = {
  ...core,
  plural: 'endpoints',
  kind: 'Endpoints',
  shape: endpointsShape,
  namespaced: true,
  shortNames: ['ep'],
  createsOnUpdate: true,
  printer: endpointsPrinter,
};

export const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  shape: leaseShape,
  namespaced: true,
  createsOnUpdate: true,
  unconditionalUpdate: false,
  printer: leasePrinter,
};

/** What every store has from the beginning. */
export const builtInTypes: readonly ResourceType[] = [
  configMaps,
  endpoints,
  events,
  leases,
  namespaces,
  nodes,
  pods,
  secrets,
  services,
];

import type { BeehiveMessage } from '@kubeedge-sim/wire';
import type { EdgeObjects, NodeStatusReport, PodStatusReport } from './edge-objects.ts';
import { objectOf, readNode, readNodeStatus } from './read-node-status.ts';
import { readPodReports, readPodStatus } from './read-pods.ts';

/** What goes back to an edge for a message of its own. */
export interface Answer {
  readonly resource: string;
  readonly resourceVersion?: string;
  readonly content: unknown;
}

export interface EdgeMessage {
  readonly node: string;
  readonly message: BeehiveMessage;
  readonly embeddedKubelets: boolean;
  readonly patchesInBase64: boolean;
  onNodeStatus(ready: boolean): void;
}

/**
 * Does for an edge's message what edgecontroller does; undefined where it answers nothing: for what it does not know,
 * and for most of what fails.
 * kubeedge v1.6.1, v1.12.0 cloud/pkg/edgecontroller/controller/upstream.go dispatchMessage
 */
export function answerEdge(objects: EdgeObjects, edge: EdgeMessage): Answer | undefined {
  const { message, embeddedKubelets } = edge;
  const [namespace = '', type = '', name = ''] = message.resource.split('/');
  switch (`${type} ${message.operation}`) {
    case 'nodestatus insert':
      return insertNodeStatus(objects, message, namespace, name);
    case 'nodestatus update':
      return updateNodeStatus(objects, edge, namespace, name);
    case 'node query':
      return queryNode(objects, message, name);
    case 'node insert':
      return embeddedKubelets ? insertNode(objects, message, name) : undefined;
    case 'nodepatch patch':
      return patchNode(objects, edge, name);
    case 'lease insert':
    case 'lease update':
      if (!embeddedKubelets) return undefined;
      objects.renewLease(name);
      return { resource: message.resource, content: found(message.content) };
    case 'lease query':
      return embeddedKubelets ? { resource: message.resource, content: missing('leases', name) } : undefined;
    case 'podstatus update':
      updatePodStatus(objects, message, namespace, name);
      return undefined;
    case 'podpatch patch':
      return embeddedKubelets ? patchPod(objects, edge, namespace, name) : undefined;
    case 'pod delete':
      return deletePod(objects, edge, namespace, name);
    case 'podreports insert':
      takePods(objects, edge);
      return undefined;
    default:
      return undefined;
  }
}

// upstream.go updateNodeStatus, nodeMsgResponse.
function insertNodeStatus(
  objects: EdgeObjects,
  { content }: BeehiveMessage,
  namespace: string,
  name: string,
) {
  if (objects.node(name) === undefined) objects.createNode(name, readNode(content));
  return { resource: `${namespace}/node/${name}`, content: 'OK' };
}

function updateNodeStatus(
  objects: EdgeObjects,
  edge: EdgeMessage,
  namespace: string,
  name: string,
): Answer | undefined {
  const report = readNodeStatus(objectOf(edge.message.content)['Status']);
  edge.onNodeStatus(report.ready?.status === 'True');
  if (!write(objects, name, report)) return undefined;
  return {
    resource: `${namespace}/node/${name}`,
    resourceVersion: versionOf(objects, name),
    content: 'OK',
  };
}

function write(objects: EdgeObjects, name: string, report: NodeStatusReport): boolean {
  return objects.node(name) !== undefined && objects.updateNode(name, report);
}

const versionOf = (objects: EdgeObjects, name: string) => objects.node(name)?.metadata.resourceVersion ?? '';

// upstream.go queryInner: nothing comes back for what is not there.
function queryNode(objects: EdgeObjects, { resource }: BeehiveMessage, name: string): Answer | undefined {
  const node = objects.node(name);
  if (node === undefined) return undefined;
  return { resource, resourceVersion: node.metadata.resourceVersion, content: node };
}

// kubeedge v1.12.0 upstream.go registerNode.
function insertNode(objects: EdgeObjects, { resource, content }: BeehiveMessage, name: string): Answer {
  if (objects.node(name) !== undefined) {
    const status = failure('AlreadyExists', 409, 'nodes', name, `nodes "${name}" already exists`);
    return { resource, content: { Object: objects.node(name), Err: status } };
  }
  objects.createNode(name, readNode(content));
  return { resource, content: found(objects.node(name)) };
}

// kubeedge v1.12.0, v1.12.1 upstream.go patchNode.
function patchNode(objects: EdgeObjects, edge: EdgeMessage, name: string): Answer | undefined {
  const { resource } = edge.message;
  const patch = readPatch(edge);
  if (patch === undefined) return undefined;
  const report = { ...readNodeStatus(objectOf(patch)['status']), patch: true };
  edge.onNodeStatus(report.ready?.status === 'True');
  if (objects.node(name) === undefined)
    return edge.embeddedKubelets ? { resource, content: missing('nodes', name) } : undefined;
  if (!objects.updateNode(name, report)) return undefined;
  return { resource, resourceVersion: versionOf(objects, name), content: found(objects.node(name)) };
}

// upstream.go updatePodStatus, unmarshalPodStatusMessage: one pod's, or those of a namespace.
function updatePodStatus(
  objects: EdgeObjects,
  { content }: BeehiveMessage,
  namespace: string,
  name: string,
): void {
  const statuses = name === '' && Array.isArray(content) ? content : [content];
  for (const each of statuses.map(objectOf)) {
    const status = readPodStatus(each['Status']);
    const { Name: pod } = each;
    if (typeof pod !== 'string' || status === undefined) continue;
    if (objects.updatePodStatus(namespace, pod, status)) deleteEnded(objects, namespace, pod, status);
  }
}

/** A pod that was asked to go, and has: no kubelet of its own deletes it before v1.12.0. */
function deleteEnded(objects: EdgeObjects, namespace: string, name: string, status: PodStatusReport): void {
  const { metadata } = objects.pod(namespace, name) ?? {};
  const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (metadata?.deletionTimestamp === undefined || !ended) return;
  if (status.containers.every(({ state }) => state?.running === undefined))
    objects.deletePod(namespace, name, metadata.uid);
}

// kubeedge v1.12.0, v1.12.1 upstream.go patchPod.
function patchPod(
  objects: EdgeObjects,
  edge: EdgeMessage,
  namespace: string,
  name: string,
): Answer | undefined {
  const { resource } = edge.message;
  const status = readPodStatus(objectOf(readPatch(edge))['status']);
  if (status === undefined) return undefined;
  if (!objects.updatePodStatus(namespace, name, status)) return { resource, content: missing('pods', name) };
  const pod = objects.pod(namespace, name);
  return { resource, resourceVersion: pod?.metadata.resourceVersion ?? '', content: found(pod) };
}

// upstream.go deletePod: a uid as text, up to v1.11; the kubelet's options since.
function deletePod(
  objects: EdgeObjects,
  edge: EdgeMessage,
  namespace: string,
  name: string,
): Answer | undefined {
  const { resource, content } = edge.message;
  const options = edge.patchesInBase64 ? readPatch(edge) : content;
  const uid = typeof content === 'string' && options === content ? content : uidOf(options);
  if (typeof uid !== 'string') return undefined;
  objects.deletePod(namespace, name, uid);
  return edge.embeddedKubelets ? { resource, content: 'OK' } : undefined;
}

const uidOf = (options: unknown) => objectOf(objectOf(options)['preconditions'])['uid'];

/** The JSON of a message that is text; undefined for what is none. */
function readPatch({ message: { content }, patchesInBase64 }: EdgeMessage): unknown {
  if (typeof content !== 'string') return undefined;
  try {
    return JSON.parse(patchesInBase64 ? Buffer.from(content, 'base64').toString() : content);
  } catch {
    return undefined;
  }
}

/** Ours: edges of the simulator whose pods nobody has described say themselves what they run. */
function takePods(objects: EdgeObjects, { node, message }: EdgeMessage): void {
  if (message.resource === 'kubeedge-sim/podreports') objects.takePods(node, readPodReports(message.content));
}

const found = (object: unknown) => ({ Object: object, Err: null });

const missing = (resource: string, name: string) => ({
  Object: null,
  Err: failure('NotFound', 404, resource, name, `${resource} "${name}" not found`),
});

/** k8s.io/apimachinery v0.22 pkg/api/errors/errors.go StatusError, in JSON. */
function failure(reason: string, code: number, kind: string, name: string, message: string) {
  const details = { name, kind };
  return { ErrStatus: { metadata: {}, status: 'Failure', message, reason, details, code } };
}

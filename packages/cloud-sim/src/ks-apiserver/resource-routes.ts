import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Node, Pod } from '../kube-apiserver/objects.ts';
import { annotateNode } from './annotate-node.ts';
import { type ApiClient, ApiError } from './api-client.ts';
import { listResources, nodeFilter, podFilter } from './resource-list.ts';
import { sendEntity, sendGoError } from './send.ts';
import type { KubesphereVersion } from './versions.data.ts';

export const RESOURCES_ROOT = '/kapis/resources.kubesphere.io/v1alpha3';

export const resourcePaths = [
  '/nodes',
  '/nodes/{name}',
  '/pods',
  '/namespaces/{namespace}/pods',
  '/namespaces/{namespace}/pods/{name}',
].map((path) => RESOURCES_ROOT + path);

export interface ResourceRouteOptions {
  version: KubesphereVersion;
  now(): number;
  get: ApiClient;
  eventOf(request: FastifyRequest): number;
}

/**
 * Adds lists and single objects of nodes and pods, as the console's pages of edge nodes ask for them. Upstream answers from
 * informers; here each request lists anew, and the objects are those of the same instant.
 *
 * kubesphere/kubesphere v3.1.0 pkg/kapis/resources/v1alpha3/handler.go.
 */
export function addResourceRoutes(app: FastifyInstance, options: ResourceRouteOptions): void {
  const { version, get, now, eventOf } = options;
  const params = (request: FastifyRequest) => new URLSearchParams(request.url.replace(/^[^?]*\??/, ''));
  const annotatedAt = () => (version.annotatedAt ? now() : undefined);
  const nodesAndPods = async (parent: number) => {
    const nodes = await get<{ items: Node[] }>({ path: '/api/v1/nodes', resource: 'nodes', parent });
    const pods = await get<{ items: Pod[] }>({ path: '/api/v1/pods', resource: 'pods', parent });
    return { nodes: nodes.items.map(withoutType), pods: pods.items.map(withoutType) };
  };
  const route = (path: string, answer: (request: FastifyRequest) => Promise<object | string>) =>
    app.get(RESOURCES_ROOT + path, async (request: FastifyRequest, reply: FastifyReply) => {
      try {
        const found = await answer(request);
        // Whatever goes wrong, a missing object too, is 500.
        return typeof found === 'string' ? sendGoError(reply, found, 500) : sendEntity(reply, found);
      } catch (error) {
        if (error instanceof ApiError) return sendGoError(reply, error.message, 500);
        throw error;
      }
    });

  route('/nodes', async (request) => {
    const { nodes, pods } = await nodesAndPods(eventOf(request));
    const list = listResources(nodes, params(request), version, nodeFilter);
    const running = pods.filter(({ status: { phase } }) => phase !== 'Succeeded' && phase !== 'Failed');
    return {
      items: list.items.map((node) => annotateNode(node, running, annotatedAt())),
      totalItems: list.totalItems,
    };
  });
  route('/nodes/:name', async (request) => {
    const { name } = request.params as { name: string };
    const { nodes, pods } = await nodesAndPods(eventOf(request));
    const node = nodes.find(({ metadata }) => metadata.name === name);
    return node === undefined ? `node "${name}" not found` : annotateNode(node, pods, annotatedAt());
  });
  for (const path of ['/pods', '/namespaces/:namespace/pods']) {
    route(path, async (request) => {
      const { pods } = await nodesAndPods(eventOf(request));
      return listResources(pods.filter(inNamespace(request)), params(request), version, podFilter(version));
    });
  }
  route('/namespaces/:namespace/pods/:name', async (request) => {
    const { name } = request.params as { name: string };
    const { pods } = await nodesAndPods(eventOf(request));
    return (
      pods.filter(inNamespace(request)).find(({ metadata }) => metadata.name === name) ??
      `pod "${name}" not found`
    );
  });
}

function inNamespace(request: FastifyRequest): (pod: Pod) => boolean {
  const { namespace } = request.params as { namespace?: string };
  return ({ metadata }) => namespace === undefined || metadata.namespace === namespace;
}

/** Objects of an informer carry no kind. */
const withoutType = <T extends Node | Pod>({ metadata, spec, status }: T) =>
  ({ metadata, spec, status }) as T;

import type { Endpoint } from '@kubeedge-sim/sim-kit';
import type { RemoteCommandWants } from '@kubeedge-sim/spdy';
import { kubeletOf } from './node-proxy.ts';
import type { ObjectStore } from './object-store.ts';
import { containerOf } from './pod-container.ts';
import { isTrue } from './query.ts';
import { badRequest, notFound, type Status } from './status.ts';

/** What of a pod can be connected to. */
export type Subresource = 'exec' | 'attach' | 'portforward';

/** Where on which node a request goes. */
export interface NodeLocation {
  /** The node's name. */
  readonly node: string;
  readonly target: Endpoint;
  /** Path and query. */
  readonly path: string;
}

/**
 * Where a request on a pod goes, or why it goes nowhere.
 * kubernetes v1.19.10 pkg/registry/core/pod/strategy.go streamLocation, PortForwardLocation
 */
export function locatePod(
  store: ObjectStore,
  asked: { namespace: string; name: string; subresource: Subresource; query: URLSearchParams },
): NodeLocation | Status {
  const { namespace, name, subresource, query } = asked;
  const pod = store.pod(namespace, name);
  if (pod === undefined) return notFound({ resource: 'pods' }, name);
  const container = subresource === 'portforward' ? '' : containerOf(pod, query.get('container') ?? '');
  if (typeof container !== 'string') return container;
  const { nodeName } = pod.spec;
  if (!nodeName) return badRequest(`pod ${name} does not have a host assigned`);
  const target = kubeletOf(store, nodeName);
  if ('status' in target) return target;
  if (subresource === 'portforward') {
    const ports = query.getAll('ports').join(',');
    const asked = ports === '' ? '' : `?${new URLSearchParams({ port: ports })}`;
    return { node: nodeName, target, path: `/portForward/${namespace}/${name}${asked}` };
  }
  const parameters = streamParameters(query, subresource);
  return { node: nodeName, target, path: `/${subresource}/${namespace}/${name}/${container}${parameters}` };
}

/** The streams that a client asks for. */
export const wantsOf = (query: URLSearchParams): RemoteCommandWants => ({
  stdin: isTrue(query.get('stdin')),
  stdout: isTrue(query.get('stdout')),
  stderr: isTrue(query.get('stderr')),
  tty: isTrue(query.get('tty')),
});

/** The kubelet has other names for it, and knows only `1`. strategy.go streamParams */
function streamParameters(query: URLSearchParams, subresource: 'exec' | 'attach'): string {
  const wants = wantsOf(query);
  const parameters = new URLSearchParams();
  if (subresource === 'exec') for (const word of query.getAll('command')) parameters.append('command', word);
  // url.Values.Encode writes the names in order.
  if (wants.stderr) parameters.append('error', '1');
  if (wants.stdin) parameters.append('input', '1');
  if (wants.stdout) parameters.append('output', '1');
  if (wants.tty) parameters.append('tty', '1');
  return parameters.size === 0 ? '' : `?${parameters}`;
}

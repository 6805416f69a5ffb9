import { getPodFailed, podMissing } from '../messages.ts';
import type { PodClient } from '../nodes.ts';
import type { CloudcoreRelease } from '../release.ts';
import { firstHeader, type GoRequest } from './go-request.ts';

/** Which session a metrics request is for. */
export interface SessionKey {
  readonly key: string;
  /** The X-Forwarded-Uri that decided, if one did. */
  readonly forwardedUri?: string;
}

/**
 * The part of the Host header before its first colon (so `[fd00` of an IPv6 literal), or the node's name in
 * `X-Forwarded-Uri: /api/v1/nodes/NAME/proxy/…` when that has at least seven slash-separated parts.
 * kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getMetrics
 */
export function metricsSessionKey(release: CloudcoreRelease, request: GoRequest): SessionKey {
  const key = request.host.split(':')[0] ?? '';
  if (!release.forwardedUri) return { key };
  const forwardedUri = firstHeader(request, 'X-Forwarded-Uri');
  const parts = forwardedUri.split('/');
  if (!forwardedUri.startsWith('/api/v1/nodes/') || parts.length <= 6) return { key };
  return { key: parts[4] ?? '', forwardedUri };
}

/** A pod that kube-apiserver does not know: its error, and the sentence cloudcore makes of it. */
export interface PodUnknown {
  readonly error: string;
  readonly sentence: string;
}

/**
 * The session of a logs or exec request.
 * kubeedge v1.6.1, v1.8.2 cloud/pkg/cloudstream/streamserver.go getContainerLogs; v1.10.0 getSessionKey
 */
export function podSessionKey(
  from: CloudcoreRelease['logsSessionKey'],
  { host, url }: GoRequest,
  pods: PodClient | undefined,
): { key: string } | PodUnknown {
  if (from === 'host-header') return { key: host.split(':')[0] ?? '' };
  const [, , namespace = '', name = ''] = url.path.split('/');
  const key = pods?.nodeOf(namespace, name);
  if (key !== undefined) return { key };
  return { error: podMissing(name), sentence: getPodFailed(namespace, name) };
}

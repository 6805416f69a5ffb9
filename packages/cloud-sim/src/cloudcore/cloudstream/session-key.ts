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

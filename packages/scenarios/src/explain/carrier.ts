import type { TraceEvent } from '@kubeedge-sim/sim-kit';
import type { Evidence } from './explanation.ts';

/** The edge that a request was sent to, as cloudcore decided it. */
export interface Carrier {
  edge: string;
  /** With the key that was looked up. */
  request: TraceEvent<'stream.request'>;
  /** The message into the tunnel. */
  message: TraceEvent<'tunnel.message'>;
}

/**
 * Through whose tunnel a request went, and so whose answer it got: cloudcore goes by the key of a session, whatever
 * node the caller had in mind.
 * @returns undefined where a request met no tunnel
 */
export function carrierOf(evidence: Evidence, asked: { id: number }): Carrier | undefined {
  const request = evidence.from('stream.request', asked.id).at(-1);
  const message = evidence
    .from('tunnel.message', asked.id)
    .findLast(({ detail }) => detail.direction === 'to-edge');
  if (request === undefined || message === undefined) return undefined;
  return { edge: message.detail.session, request, message };
}

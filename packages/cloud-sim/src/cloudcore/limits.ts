import type { ConnectionLimits } from '@kubeedge-sim/sim-kit';

const MI = 1024 * 1024;

/**
 * What one cloudcore takes from its peers before it calls them hostile. Bounds of the simulator's, so that no peer
 * brings down its process; what a release itself cuts or refuses is release data and has other names.
 */
export interface CloudcoreLimits extends ConnectionLimits {
  /** One tunnel message, its fragments together, in bytes. A longer one closes the tunnel with 1009. */
  readonly messageBytes: number;
  /** Request line and headers together, in bytes; more is answered 431. Go's own default, DefaultMaxHeaderBytes. */
  readonly headerBytes: number;
  /** Body of a request to 10002, of releases without a cap of their own, in bytes; more is answered 413. */
  readonly bodyBytes: number;
  /** Keys of the session table; closed sessions are forgotten to stay below it, then edges are refused with 503. */
  readonly sessionKeys: number;
  /** Requests in one session's table; a further one is answered as if the tunnel had closed. */
  readonly sessionRequests: number;
  /** Bytes on their way to an edge that does not read; with more its tunnel is closed. */
  readonly sessionWaitingBytes: number;
}

export const cloudcoreLimitsDefault: CloudcoreLimits = {
  connections: 20_000,
  headerTimeoutMs: 60_000,
  pipelinedRequests: 100,
  messageBytes: 16 * MI,
  headerBytes: MI,
  bodyBytes: 16 * MI,
  sessionKeys: 40_000,
  sessionRequests: 10_000,
  sessionWaitingBytes: 32 * MI,
};

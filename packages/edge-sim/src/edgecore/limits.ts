import type { ConnectionLimits } from '@kubeedge-sim/sim-kit';

const MI = 1024 * 1024;

/**
 * What one edgecore takes from its peers before it calls them hostile. Bounds of the simulator's, so that no peer
 * brings down its process; what a release itself cuts or refuses is release data and has other names.
 */
export interface EdgecoreLimits extends ConnectionLimits {
  /** One message of the cloud, its fragments together, in bytes. A longer one closes the tunnel with 1009. */
  readonly messageBytes: number;
  /** CONNECTs served at one time; a further one is not served. */
  readonly sessionRequests: number;
  /** Bytes on their way to a cloud that does not read; with more the tunnel is closed. */
  readonly sessionWaitingBytes: number;
  /** What waits for one request's connection to edged, in bytes and 64 for each message; with more the tunnel is closed. */
  readonly requestWaitingBytes: number;
  /** An answer of edged that comes gzipped, packed and unpacked, in bytes; a longer one ends as if it had been cut. */
  readonly gzipBytes: number;
  /** Request line and headers to edged, in bytes; more is answered 431. Go's own default, DefaultMaxHeaderBytes. */
  readonly headerBytes: number;
  /** The body of a request to edged, in bytes; a longer one closes the connection. */
  readonly bodyBytes: number;
}

export const edgecoreLimitsDefault: EdgecoreLimits = {
  connections: 5_000,
  headerTimeoutMs: 60_000,
  pipelinedRequests: 100,
  messageBytes: 16 * MI,
  sessionRequests: 5_000,
  sessionWaitingBytes: 64 * MI,
  requestWaitingBytes: 32 * MI,
  gzipBytes: 16 * MI,
  headerBytes: MI,
  bodyBytes: MI,
};

/** Tells that a limit was reached: by whom, and what follows. */
export type ReachLimit = (
  limit: keyof EdgecoreLimits,
  by: { peer: string; consequence: string },
  parent?: number,
) => void;

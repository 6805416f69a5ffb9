import type { RequestKind } from '../release.ts';

/**
 * Cloudcore's half of one multiplexed request. kubeedge v1.6.1 cloud/pkg/cloudstream/apiserverconnection.go
 * APIServerConnection.
 */
export interface ApiserverConnection {
  readonly kind: RequestKind;
  /** Drawn by the session; 0 before. */
  messageId: number;
  /** The latest trace event of this request, for what follows from it. */
  traceId: number | undefined;
  /** Its name in log lines, e.g. `APIServer_MetricsConnection MessageID 1`. */
  describe(): string;
  /**
   * Says that the edge has ended the request.
   * @throws GoPanic `close of closed channel` when told twice, in releases that close a channel here
   */
  setEdgePeerDone(): void;
  /** Writes DATA to the client; a promise means that it does not read fast enough. */
  writeToApiserver(data: Uint8Array): Promise<void> | undefined;
}

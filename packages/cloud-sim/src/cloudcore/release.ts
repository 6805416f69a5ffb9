import { CloudcoreError } from './errors.ts';
import { releaseRows } from './releases.data.ts';

/** What a routed request asks for; one handler each. */
export type RequestKind = 'logs' | 'exec' | 'attach' | 'metrics';

/** One go-restful route: `root` is the web service's path, `path` the route's below it. */
export interface StreamRoute {
  readonly method: string;
  readonly root: string;
  readonly path: string;
  readonly kind: RequestKind;
}

/** Log statements by our name; the values are `file:line` as klog prints it. */
export type LogStatement =
  | 'prepareStream'
  | 'metricsError'
  | 'addConnectionError'
  | 'deletedFrom'
  | 'readerError'
  | 'frameType'
  | 'readMessageError'
  | 'proxyError'
  | 'addConnection'
  | 'deleteConnection'
  | 'endSuccessful'
  | 'writeConnectError'
  | 'sendInfoError'
  | 'sendRemoveError'
  | 'sentRemove'
  | 'edgePeerDone'
  | 'execError'
  | 'execAddConnectionError'
  | 'execDeletedFrom'
  | 'execWriteConnectError'
  | 'execSendInfoError'
  | 'execSendRemoveError'
  | 'execReadError'
  | 'execWriteError'
  | 'attachError'
  | 'attachDeletedFrom'
  | 'attachWriteConnectError'
  | 'attachSendInfoError'
  | 'attachSendRemoveError'
  | 'attachReadError'
  | 'attachWriteError'
  | 'logsError'
  | 'logsPodError'
  | 'logsAddConnectionError'
  | 'logsDeletedFrom'
  | 'logsEndSuccessful'
  | 'logsWriteConnectError'
  | 'logsSendInfoError'
  | 'logsSendRemoveError'
  | 'logsSentRemove'
  | 'logsEdgePeerDone'
  | 'upgradeRefused'
  | 'newAgent'
  | 'tunnelCa'
  | 'tunnelCert'
  | 'prepareTunnel'
  | 'receivedMessage'
  | 'restfulWriteHeader'
  | 'getNodeError'
  | 'updatePortError'
  | 'portTimedOut'
  | 'portUpdated'
  | 'closeConnectSent'
  | 'closeConnectError'
  | 'upgradeFailed'
  | 'monitor';

/** A missing name means that the release has no such statement. */
export type LogSources = { readonly [name in LogStatement]?: string };

/**
 * How cloudcore of one KubeEdge release behaves. Plain data; see releases.data.ts for where each was read.
 */
export interface CloudcoreRelease {
  /** Tag, e.g. `v1.6.1`. */
  readonly release: string;
  readonly cloudstream: true;
  /** Vendored version of go-restful; from 2.16.0 on a 405 carries `Allow`, and a 406 has a longer body. */
  readonly goRestful: '2.9.6' | '2.16.0';
  /** Vendored version of gorilla/websocket: how it words what is wrong with a frame. */
  readonly gorilla: '1.4' | '1.5';
  /** What is routed on port 10003. */
  readonly routes: readonly StreamRoute[];
  /** `X-Forwarded-Uri: /api/v1/nodes/NAME/proxy/…` overrides the Host header as session key (metrics). */
  readonly forwardedUri: boolean;
  /** Port edgecore is told to dial for metrics: the one of the client's Host header, or 10350. */
  readonly metricsTargetPort: 'host-header' | 'constant';
  /** What stands in for an empty SessionInternalIP. */
  readonly internalIpFallback: 'peer-address' | 'none';
  readonly streamTlsMinVersion: 'TLSv1.0' | 'TLSv1.2';
  /** OpenSSL names of the suites of port 10004 for TLS 1.2. */
  readonly tunnelCipherSuites12: readonly string[];
  /** `Can not find …`, `The tunnel connection …` instead of lower case. */
  readonly capitalMessages: boolean;
  /**
   * What names the session of a logs request: the Host header before its first colon, or the Node of the pod in
   * its path, asked of kube-apiserver.
   */
  readonly logsSessionKey: 'host-header' | 'pod-node';
  /** The same for exec and attach. */
  readonly execSessionKey: 'host-header' | 'pod-node';
  /**
   * What becomes of an exec or attach whose client has gone: its goroutine reads on as fast as it can until the edge
   * ends the request; or tells the edge of it and ends; or tells it again and again until it ends the request. After
   * a reset all read on.
   */
  readonly execClientGone: 'spins' | 'removes' | 'removes-until-done';
  /**
   * When it is seen that the edge has ended an exec: once its client has gone; or when something for the edge could
   * not be sent; or with each piece for the edge.
   */
  readonly execLooksAtEdge: 'client-gone' | 'write-failed' | 'each-read';
  /** What becomes of a pod that is not there: one line of its own before the error's, or one in all. */
  readonly podErrorLines: 2 | 1;
  /** What a failed metrics request's log line begins with. */
  readonly metricsErrorPrefix: string;
  /** What a failed logs request's log line begins with. */
  readonly logsErrorPrefix: string;
  /** What a failed exec request's log line begins with. */
  readonly execErrorPrefix: string;
  /** What a failed attach request's log line begins with. */
  readonly attachErrorPrefix: string;
  /** A closed session is reported in one line (wrapped) instead of two. */
  readonly addErrorWrapped: boolean;
  /** Errors of a connection's Serve never reach the log nor the status. */
  readonly serveErrorShadowed: boolean;
  /** A normal end counts as an error: superfluous 500, error line. The body is not affected. */
  readonly edgePeerDoneIsError: boolean;
  /** A connection whose client left stays in the session's table. */
  readonly deletedOnErrorOnly: boolean;
  /** `close`: telling a connection twice that its edge is done panics; `send`: it does not. */
  readonly edgePeerStop: 'close' | 'send';
  /**
   * Who decides on status.daemonEndpoints.kubeletEndpoint.Port of an edge's Node, the port metrics-server
   * and kube-apiserver dial: the edge in its status; cloudcore with every status it passes on; or cloudcore
   * when a tunnel connects, and statuses then keep a port that is not zero.
   */
  readonly nodePortWriter: 'edge' | 'node-status' | 'tunnel-connect';
  /**
   * Edges' patches of their Node are applied as they are, a port in them too; without it they are dropped.
   */
  readonly nodePatch: boolean;
  /** They are read as base64 instead of as text. */
  readonly nodePatchBase64?: true;
  /** Tunnel port of a cluster's first cloudcore; null: the release knows no tunnel ports. */
  readonly tunnelPortFirst: number | null;
  /** What a cloudcore does whose address has a tunnel port on record, as after every restart. */
  readonly tunnelPortReuse: 'keep' | 'panic';
  /** Who redirects tunnel ports to 10003: people, or cloudcore on its own host. */
  readonly nat: 'manual' | 'managed-when-new' | 'managed-every-cycle';
  /** What follows when the Node of a connecting edge cannot be written. */
  readonly nodeWriteFailure: 'none' | 'exit' | 'close-connect';
  /** Whether the process shows its own metrics on 127.0.0.1:9091. */
  readonly monitor: boolean;
  /** Log lines about upgrades and ports show Go's complaints about their format verbs. */
  readonly formatVerbs: 'wrong' | 'right';
  readonly logSources: LogSources;
}

/** One release of the table: a cloudcore with cloudstream, or one from before it. */
export type ReleaseRow = CloudcoreRelease | { readonly release: string; readonly cloudstream: false };

/** Tags of the whole table, oldest first, releases without cloudstream included. */
export function knownCloudcoreReleases(): string[] {
  return releaseRows.map((row) => row.release);
}

/**
 * The data of one KubeEdge release.
 * @param tag e.g. `v1.6.1`
 * @throws CloudcoreError CLOUDCORE_ERR_RELEASE_UNKNOWN naming the nearest tags, CLOUDCORE_ERR_NO_CLOUDSTREAM
 */
export function cloudcoreRelease(tag: string): CloudcoreRelease {
  const row: ReleaseRow | undefined = releaseRows.find((candidate) => candidate.release === tag);
  if (row === undefined) {
    const nearest = nearestTags(tag).join(', ');
    throw new CloudcoreError('CLOUDCORE_ERR_RELEASE_UNKNOWN', { found: JSON.stringify(tag), nearest });
  }
  if (!row.cloudstream) throw new CloudcoreError('CLOUDCORE_ERR_NO_CLOUDSTREAM', { found: tag });
  return row;
}

function nearestTags(tag: string): string[] {
  const wanted = versionNumber(tag);
  const distance = (known: string) => Math.abs(versionNumber(known) - wanted);
  return knownCloudcoreReleases()
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 3);
}

/** Orders `v1.6.1` and `1.6` alike; anything else counts as the newest. */
function versionNumber(tag: string): number {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(tag);
  if (match === null) return Number.MAX_SAFE_INTEGER;
  return Number(match[1]) * 1_000_000 + Number(match[2]) * 1_000 + Number(match[3] ?? 0);
}

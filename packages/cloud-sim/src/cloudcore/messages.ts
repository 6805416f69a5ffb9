import type { CloudcoreRelease } from './release.ts';

// VERBATIM texts of the real cloudcore, typos and trailing blanks kept. Each names where it is printed.

/** kubeedge v1.6.1 cloud/pkg/cloudstream/session.go String */
export const sessionText = (hostname: string) => `Tunnel session [${hostname}]`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/containermetrics_connection.go String */
export const metricsConnectionText = (id: number) => `APIServer_MetricsConnection MessageID ${id}`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/containerlog_connection.go String */
export const logsConnectionText = (id: number) => `APIServer_LogsConnection MessageID ${id}`;

/**
 * kubeedge v1.6.1 cloud/pkg/cloudstream/containerexec_connection.go String; v1.14.0 containerattach_connection.go
 * String
 */
export const hijackedConnectionText = (kind: 'exec' | 'attach', id: number) =>
  `APIServer_${kind === 'exec' ? 'Exec' : 'Attach'}Connection MessageID ${id}`;

/** kubeedge v1.6.1 pkg/stream/edgedexecconnection.go String; v1.14.0 edgedattachconnection.go String */
export const edgedHijackedText = (kind: 'exec' | 'attach', id: number) =>
  `EDGE_${kind.toUpperCase()}_CONNECTOR Message MessageID ${id}`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getExec; v1.14.0 getAttach */
export const hijackedSessionMissing = (release: CloudcoreRelease, kind: 'exec' | 'attach', key: string) =>
  `${release.capitalMessages ? 'Exec: Can' : `${kind}: can`} not find ${key} session `;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getExec */
export const notAnUpgrade = (release: CloudcoreRelease) =>
  `${release.capitalMessages ? 'R' : 'r'}equest was not an upgrade`;

/** golang/go src/net/http/server.go (*response).WriteHeader of a connection that was hijacked. */
export const hijackedWriteHeader = (caller: string) =>
  'http: response.WriteHeader on hijacked connection from ' +
  `github.com/emicklei/go-restful.(*Response).WriteHeader (${caller})`;

/** kubeedge v1.6.1 pkg/stream/edgedlogconnection.go String */
export const edgedLogsText = (id: number) => `EDGE_LOGS_CONNECTOR Message MessageID ${id}`;

/** kubeedge v1.6.1 pkg/stream/edgedmetricsconnection.go String */
export const edgedMetricsText = (id: number) => `EDGE_Metrics_CONNECTOR Message MessageID ${id}`;

/** kubeedge v1.6.1 pkg/stream/message.go String */
export const messageText = (id: number, type: string) => `MESSAGE: connectid ${id} MessageType ${type}`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getMetrics */
export const sessionMissing = (release: CloudcoreRelease, key: string) =>
  `${release.capitalMessages ? 'Can' : 'can'} not find ${key} session `;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/session.go AddAPIServerConnection */
export const tunnelHasClosed = (release: CloudcoreRelease, session: string) =>
  `${release.capitalMessages ? 'The' : 'the'} tunnel connection of ${session} has closed`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/session.go ProxyTunnelMessageToApiserver */
export const connectionMissing = (release: CloudcoreRelease, id: number, session: string) =>
  `${release.capitalMessages ? 'Can' : 'can'} not find apiServer connection id ${id} in ${session}`;

/** kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getMetrics, getExec; wrapped: v1.12.0; v1.14.0 getAttach */
export const addConnectionFailed = (
  release: CloudcoreRelease,
  kind: 'connection' | 'exec connection' | 'attach connection',
  session: string,
  error: string,
) => `${release.addErrorWrapped ? 'add apiServer' : 'Add apiserver'} ${kind} into ${session} error ${error}`;

/** golang/go src/net/http/server.go (*response).WriteHeader, with go-restful's wrapper as the caller. */
export const superfluousWriteHeader = (caller: string) =>
  'http: superfluous response.WriteHeader call from ' +
  `github.com/emicklei/go-restful.(*Response).WriteHeader (${caller})`;

/** kubeedge v1.8.2 cloud/pkg/cloudstream/streamserver.go getContainerLogs; v1.10.0 getSessionKey */
export const getPodFailed = (namespace: string, name: string) =>
  `get pod ${namespace}/${name} failed: ${podMissing(name)}`;

/** kubeedge v1.10.0 cloud/pkg/cloudstream/streamserver.go getContainerLogs */
export const sessionKeyFailed = (error: string) => `can not get session key: ${error}`;

/** k8s.io/apimachinery v0.19 pkg/api/errors/errors.go NewNotFound; client-go rest/request.go Name. */
export const podMissing = (name: string) =>
  name === '' ? 'resource name may not be empty' : `pods "${name}" not found`;

/** k8s.io/apimachinery v0.19 pkg/api/errors/errors.go NewNotFound; client-go rest/request.go Name. */
export const nodeMissing = (name: string) =>
  name === '' ? 'resource name may not be empty' : `nodes "${name}" not found`;

/** kubeedge v1.9.0 cloud/pkg/cloudstream/tunnelserver.go updateNodeKubeletEndpoint, as are the next three. */
export const getNodeFailed = (name: string) =>
  'Failed while getting a Node to retry updating node KubeletEndpoint Port, ' +
  `node: ${name}, error: ${nodeMissing(name)}`;

export const updatePortFailed = (release: CloudcoreRelease, name: string, port: number) =>
  `Failed to update node KubeletEndpoint Port, node: ${name}, ` +
  `tunnelPort: ${portText(release, port)}, err: ${nodeMissing(name)}`;

export const updatePortTimedOut = (name: string) =>
  `Update KubeletEndpoint Port of Node '${name}' error: timed out waiting for the condition. `;

export const updatePortDone = (release: CloudcoreRelease, name: string, port: number) =>
  `Update node KubeletEndpoint Port successfully, node: ${name}, tunnelPort: ${portText(release, port)}`;

// %s of an int.
const portText = (release: CloudcoreRelease, port: number) =>
  release.formatVerbs === 'right' ? `${port}` : `%!s(int=${port})`;

/** kubeedge v1.10.0 cloud/pkg/cloudstream/tunnelserver.go updateNodeKubeletEndpoint; an edge is told so. */
export const updatePortRefusal = 'failed to Update KubeletEndpoint Port';

/** kubeedge v1.10.0 cloud/pkg/cloudstream/tunnelserver.go connect */
export const upgradeFailed = (release: CloudcoreRelease, reason: string) =>
  'Failed to upgrade the HTTP server connection to the WebSocket protocol: ' +
  `${release.formatVerbs === 'right' ? '' : '%v'}${reason}`;

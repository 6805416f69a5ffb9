import * as sources from './log-sources.data.ts';
import type { ReleaseRow, StreamRoute } from './release.ts';

// One row per KubeEdge release. Data only: what differs by release is looked up here, never compared by
// version. Every path below is in kubeedge/kubeedge at the row's tag, cloud/pkg/cloudstream/ unless it says
// otherwise. Message types, caps, connect headers and Go traits are in the wire package's dialect of the same
// tag. v1.6.1 and v1.6.2 (identical in cloud/) are exact; of the others, routes, ports and the members below
// were read.

// streamserver.go installDebugHandler. go-restful picks by path first and by method second, so that the order
// of routes does not matter.
const logRoutes = [
  { method: 'GET', root: '/containerLogs', path: '/{podNamespace}/{podID}/{containerName}', kind: 'logs' },
] as const satisfies StreamRoute[];
const execRoutes = [
  { method: 'GET', root: '/exec', path: '/{podNamespace}/{podID}/{containerName}', kind: 'exec' },
  { method: 'POST', root: '/exec', path: '/{podNamespace}/{podID}/{containerName}', kind: 'exec' },
  { method: 'GET', root: '/exec', path: '/{podNamespace}/{podID}/{uid}/{containerName}', kind: 'exec' },
  { method: 'POST', root: '/exec', path: '/{podNamespace}/{podID}/{uid}/{containerName}', kind: 'exec' },
] as const satisfies StreamRoute[];
const attachRoutes = [
  { method: 'GET', root: '/attach', path: '/{podNamespace}/{podID}/{containerName}', kind: 'attach' },
  { method: 'POST', root: '/attach', path: '/{podNamespace}/{podID}/{containerName}', kind: 'attach' },
  { method: 'GET', root: '/attach', path: '/{podNamespace}/{podID}/{uid}/{containerName}', kind: 'attach' },
  { method: 'POST', root: '/attach', path: '/{podNamespace}/{podID}/{uid}/{containerName}', kind: 'attach' },
] as const satisfies StreamRoute[];
const statsRoutes = [
  { method: 'GET', root: '/stats', path: '', kind: 'metrics' },
  { method: 'GET', root: '/stats', path: '/summary', kind: 'metrics' },
  { method: 'GET', root: '/stats', path: '/container', kind: 'metrics' },
  { method: 'GET', root: '/stats', path: '/{podName}/{containerName}', kind: 'metrics' },
  { method: 'GET', root: '/stats', path: '/{namespace}/{podName}/{uid}/{containerName}', kind: 'metrics' },
] as const satisfies StreamRoute[];
const cadvisorRoutes = [
  { method: 'GET', root: '/metrics', path: '', kind: 'metrics' },
  { method: 'GET', root: '/metrics', path: '/cadvisor', kind: 'metrics' },
] as const satisfies StreamRoute[];
const resourceRoutes = [
  { method: 'GET', root: '/metrics', path: '/probes', kind: 'metrics' },
  { method: 'GET', root: '/metrics', path: '/resource', kind: 'metrics' },
] as const satisfies StreamRoute[];

const routes3 = [...logRoutes, ...execRoutes];
const routes4 = [...routes3, ...statsRoutes];
const routes5 = [...routes4, ...cadvisorRoutes];
const routes6 = [...routes5, ...resourceRoutes];
const routes14 = [...routes6, ...attachRoutes];

// tunnelserver.go Start. OpenSSL's names; TLS 1.3 ignores the list.
const cipherRsa = ['ECDHE-RSA-AES128-GCM-SHA256'];
const cipherEcdsa = ['ECDHE-ECDSA-AES128-GCM-SHA256'];

// Each era says what it changes against the one before.
const era3 = {
  cloudstream: true,
  goRestful: '2.9.6',
  gorilla: '1.4',
  routes: routes3,
  forwardedUri: false,
  metricsTargetPort: 'constant',
  internalIpFallback: 'none',
  // streamserver.go Start sets no MinVersion: Go's own floor for servers, TLS 1.0 up to Go 1.21.
  streamTlsMinVersion: 'TLSv1.0',
  tunnelCipherSuites12: cipherEcdsa,
  capitalMessages: true,
  logsSessionKey: 'host-header',
  execSessionKey: 'host-header',
  // containerexec_connection.go Serve: the outer loop polls, the inner one meets the same end again
  execClientGone: 'spins',
  execLooksAtEdge: 'client-gone',
  podErrorLines: 2,
  metricsErrorPrefix: '',
  logsErrorPrefix: '',
  execErrorPrefix: '',
  attachErrorPrefix: 'Failed to get attach, err: ',
  addErrorWrapped: false,
  // `if err := …Serve()` declares a new err, so that the deferred report never sees it.
  serveErrorShadowed: true,
  edgePeerDoneIsError: false,
  deletedOnErrorOnly: false,
  edgePeerStop: 'close',
  // cloud/pkg/edgecontroller/controller/upstream.go updateNodeStatus writes the edge's status as it is.
  nodePortWriter: 'edge',
  nodePatch: false,
  tunnelPortFirst: null,
  tunnelPortReuse: 'keep',
  nat: 'manual',
  nodeWriteFailure: 'none',
  formatVerbs: 'wrong',
  monitor: false,
} as const;
const era4 = { ...era3, routes: routes4 } as const;
// containermetrics_connection.go SendConnection, tunnelserver.go connect
const era5 = {
  ...era4,
  routes: routes5,
  metricsTargetPort: 'host-header',
  internalIpFallback: 'peer-address',
} as const;
const era6 = { ...era5, routes: routes6, forwardedUri: true } as const;
// cloud/cmd/cloudcore/app/server.go NegotiateTunnelPort (commit 320132bf8),
// edgecontroller/controller/upstream.go createNode, updateNodeStatus; the rules for the ports are still
// made by hand
const era7 = {
  ...era6,
  serveErrorShadowed: false,
  nodePortWriter: 'node-status',
  tunnelPortFirst: 10_350,
} as const;
// containermetrics_connection.go Serve, streamserver.go getMetrics: the connection is deleted only if err !=
// nil
const era8 = {
  ...era7,
  metricsTargetPort: 'constant',
  edgePeerDoneIsError: true,
  deletedOnErrorOnly: true,
  // server.go negotiatePort counts up before it looks; iptables/iptables.go (new)
  tunnelPortFirst: 10_351,
  nat: 'managed-when-new',
} as const;
// tunnelserver.go updateNodeKubeletEndpoint (new), upstream.go updateNodeStatus (a non-zero port is kept),
// iptables/iptables.go getAddedAndDeletedCloudCoreIPPort
const era9 = {
  ...era8,
  // streamserver.go getContainerLogs, from v1.8.2
  logsSessionKey: 'pod-node',
  // containerexec_connection.go Serve sendCloseMessage
  execClientGone: 'removes',
  capitalMessages: false,
  nodePortWriter: 'tunnel-connect',
  nat: 'managed-every-cycle',
  nodeWriteFailure: 'exit',
} as const;
// tunnelserver.go connect: os.Exit is gone (PR 3571)
const era10 = {
  ...era9,
  // streamserver.go getSessionKey
  execSessionKey: 'pod-node',
  podErrorLines: 1,
  metricsErrorPrefix: 'Failed to get metrics, err: ',
  logsErrorPrefix: 'Failed to get container logs, err: ',
  execErrorPrefix: 'Failed to get exec, err: ',
  // containerexec_connection.go Serve: break after a write that failed (kubeedge/kubeedge#3417)
  execLooksAtEdge: 'write-failed',
  nodeWriteFailure: 'close-connect',
} as const;
const era11 = { ...era10, streamTlsMinVersion: 'TLSv1.2' } as const;
// upstream.go patchNode (new)
const era12 = { ...era11, addErrorWrapped: true, nodePatch: true } as const;
// containermetrics_connection.go SetEdgePeerDone: a send guarded by closeChan instead of close()
const era13 = {
  ...era12,
  edgePeerStop: 'send',
  // containerexec_connection.go Serve: one read a round, and a client that is gone is met again in the next
  execClientGone: 'removes-until-done',
  execLooksAtEdge: 'each-read',
  // cloud/pkg/common/monitor/monitor.go (new), cloud/cmd/cloudcore/app/server.go
  monitor: true,
} as const;
const era14 = { ...era13, routes: routes14 } as const;
// go.mod
const era18 = { ...era14, gorilla: '1.5' } as const;
// tunnelserver.go: klog.Errorf for klog.Error, %d for %s
const era21 = { ...era18, formatVerbs: 'right' } as const;

export const releaseRows = [
  { release: 'v1.2.0', cloudstream: false },
  { release: 'v1.2.1', cloudstream: false },
  { release: 'v1.3.0', ...era3, logSources: sources.from1_3_0, tunnelCipherSuites12: cipherRsa },
  { release: 'v1.3.1', ...era3, logSources: sources.from1_3_1 },
  { release: 'v1.4.0', ...era4, logSources: sources.from1_4_0 },
  { release: 'v1.5.0', ...era5, logSources: sources.from1_5_0 },
  { release: 'v1.6.0', ...era6, logSources: sources.from1_6_0 },
  { release: 'v1.6.1', ...era6, logSources: sources.from1_6_0 },
  { release: 'v1.6.2', ...era6, logSources: sources.from1_6_0 },
  // server.go NegotiateTunnelPort returns nil for an address that has its port, and is dereferenced (PR
  // 2876).
  { release: 'v1.7.0', ...era7, logSources: sources.from1_7_0, tunnelPortReuse: 'panic' },
  { release: 'v1.7.1', ...era7, logSources: sources.from1_7_0 },
  { release: 'v1.7.2', ...era7, logSources: sources.from1_7_0 },
  { release: 'v1.8.0', ...era8, logSources: sources.from1_8_0 },
  { release: 'v1.8.1', ...era8, logSources: sources.from1_8_0 },
  { release: 'v1.8.2', ...era8, logsSessionKey: 'pod-node', logSources: sources.from1_8_2 },
  { release: 'v1.9.0', ...era9, logSources: sources.from1_9_0 },
  { release: 'v1.9.1', ...era9, logSources: sources.from1_9_0 },
  { release: 'v1.9.2', ...era9, logSources: sources.from1_9_0 },
  { release: 'v1.9.3', ...era9, logSources: sources.from1_9_0 },
  { release: 'v1.9.4', ...era9, logSources: sources.from1_9_4 },
  { release: 'v1.9.5', ...era9, logSources: sources.from1_9_4 },
  { release: 'v1.10.0', ...era10, logSources: sources.from1_10_0 },
  { release: 'v1.10.1', ...era10, logSources: sources.from1_10_0 },
  { release: 'v1.10.2', ...era10, logSources: sources.from1_10_2 },
  { release: 'v1.10.3', ...era10, logSources: sources.from1_10_2 },
  { release: 'v1.11.0', ...era11, logSources: sources.from1_11_0 },
  { release: 'v1.11.1', ...era11, logSources: sources.from1_11_1 },
  { release: 'v1.11.2', ...era11, logSources: sources.from1_11_1 },
  { release: 'v1.11.3', ...era11, logSources: sources.from1_11_1 },
  // An edge of v1.12.0 takes the port away again, which its own cloudcore cannot prevent: the embedded
  // kubelet writes daemonEndpoints on every status update
  // (vendor/k8s.io/kubernetes/pkg/kubelet/kubelet_node_status.go defaultNodeStatusFuncs,
  // nodestatus/setters.go DaemonEndpoints), and kubelet.go NewMainKubelet fills it with kubeCfg.Port, which
  // is 10250: pkg/apis/componentconfig/edgecore/v1alpha2/default.go sets ReadOnlyPort 10350 and
  // EnableServer false, and SetDefaults_KubeletConfiguration Port (apis/config/v1beta1/defaults.go). The
  // node is always read from the cloud (edge/pkg/metamanager/process.go processQuery), so 10351 differs
  // from 10250, and the difference is sent as a patch within 10 s (tryUpdateNodeStatus,
  // nodeStatusHasChanged), which upstream.go patchNode applies as it is; only the old updateNodeStatus
  // keeps a non-zero port. Nothing redirects 10250. kubeedge/kubeedge issue 4310. v1.12.1 vendors
  // kubeedge/kubernetes v1.22.6-kubeedge3: the setter is gone, initialNode registers ReadOnlyPort (10350)
  // once, and what cloudcore writes stays.
  // cloud/pkg/edgecontroller/controller/upstream.go patchNode: base64, the message's bytes from v1.12.1 on.
  { release: 'v1.12.0', ...era12, nodePatchBase64: true, logSources: sources.from1_12_0 },
  { release: 'v1.12.1', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.2', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.3', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.4', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.5', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.6', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.12.7', ...era12, logSources: sources.from1_12_0 },
  { release: 'v1.13.0', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.13.1', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.13.2', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.13.3', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.13.4', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.13.5', ...era13, logSources: sources.from1_13_0 },
  { release: 'v1.14.0', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.14.1', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.14.2', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.14.3', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.14.4', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.14.5', ...era14, logSources: sources.from1_14_0 },
  { release: 'v1.15.0', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.15.1', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.15.2', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.15.3', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.15.4', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.0', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.1', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.2', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.3', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.4', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.5', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.16.6', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.0', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.1', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.2', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.3', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.4', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.17.5', ...era14, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.18.0', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.18.1', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.18.2', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.18.3', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.19.0', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.19.1', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.19.2', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.20.0', ...era18, logSources: sources.from1_15_0, goRestful: '2.16.0' },
  { release: 'v1.21.0', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.21.1', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.21.2', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.22.0', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.22.1', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.22.2', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.23.0', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
  { release: 'v1.23.1', ...era21, logSources: sources.from1_21_0, goRestful: '2.16.0' },
] satisfies ReleaseRow[];

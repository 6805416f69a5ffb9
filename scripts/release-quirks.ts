/** What differs between releases of KubeEdge, by the name it has in a release's data. */
export interface Quirk {
  readonly what: string;
  /** Where it was read: paths of kubeedge/kubeedge at the tags of the table. */
  readonly source: string;
  /** A test file, and words of the test that shows it on and off. */
  readonly test: readonly [file: string, words: string] | 'not shown';
}

const cloud = (file: string, words: string) =>
  [`packages/cloud-sim/src/cloudcore/${file}.test.ts`, words] as const;
const edge = (file: string, words: string) =>
  [`packages/edge-sim/src/edgecore/${file}.test.ts`, words] as const;
const wire = (file: string, words: string) => [`packages/wire/src/${file}.test.ts`, words] as const;

const streamserver = 'cloud/pkg/cloudstream/streamserver.go';
const tunnelserver = 'cloud/pkg/cloudstream/tunnelserver.go';
const cloudMetrics = 'cloud/pkg/cloudstream/containermetrics_connection.go';
const cloudExec = 'cloud/pkg/cloudstream/containerexec_connection.go';
const upstreamGo = 'cloud/pkg/edgecontroller/controller/upstream.go';
const edgeMetrics = 'pkg/stream/edgedmetricsconnection.go';
const edgeLogs = 'pkg/stream/edgedlogconnection.go';
const edgeTunnel = 'edge/pkg/edgestream/tunnel.go';
const edgedServer = 'edge/pkg/edged/server/server.go';

/** Of packages/wire/src/dialects.data.ts. */
export const wireQuirks: Readonly<Record<string, Quirk>> = {
  messageTypes: {
    what: 'Message types there are constants for; CLOSE_CONNECT is 5, ATTACH_CONNECT 6',
    source: 'pkg/stream/message.go, constants.go',
    test: edge('edgestream/quirks', "describe('CLOSE_CONNECT'"),
  },
  bodyBytesMax: {
    what: 'Bytes of data after which a received message is cut',
    source: 'pkg/stream/message.go ReadMessageFromTunnel',
    test: wire('message', 'of v1.9.4 lets exactly 1 MiB of data through'),
  },
  hostnameHeadersSent: {
    what: 'Headers by which the edge tells its hostname',
    source: 'pkg/stream/constants.go, edge/pkg/edgestream/edgestream.go',
    test: ['packages/scenarios/test/release-pairs.test.ts', 'hostnameHeadersSent'],
  },
  hostnameHeadersRead: {
    what: 'Headers in which the cloud looks for it',
    source: `pkg/stream/constants.go, ${tunnelserver} connect`,
    test: ['packages/scenarios/test/release-pairs.test.ts', 'hostnameHeadersRead'],
  },
  goVersion: {
    what: 'Go toolchain of the official build of cloudcore',
    source: '.github/workflows, build/cloud/Dockerfile',
    test: wire('dialect', 'v1.6.1 was built with Go 1.14'),
  },
  urlJsonFields: {
    what: "Fields of Go's url.URL in a CONNECT",
    source: 'golang/go net/url/url.go',
    test: wire('dialect', 'lack OmitHost and RawFragment'),
  },
  jsonShortEscapes: {
    what: 'A CONNECT has \\b and \\f for backspace and form feed',
    source: 'golang/go encoding/json/encode.go',
    test: wire('connect-payload', "dialectOf('v1.20.0')"),
  },
};

/** Of packages/cloud-sim/src/cloudcore/releases.data.ts. */
export const cloudQuirks: Readonly<Record<string, Quirk>> = {
  goRestful: {
    what: 'Version of go-restful; from 2.16.0 on a 405 says what is allowed',
    source: 'go.mod',
    test: cloud('request-quirks', 'goRestful:'),
  },
  gorilla: {
    what: 'Version of gorilla/websocket, which words what is wrong with a frame',
    source: 'vendor/github.com/gorilla/websocket/conn.go advanceFrame',
    test: cloud('request-quirks', "describe('gorilla'"),
  },
  routes: {
    what: 'What is routed on 10003',
    source: `${streamserver} installDebugHandler`,
    test: cloud('release', '%s answers %s with %i'),
  },
  forwardedUri: {
    what: 'X-Forwarded-Uri names the session of a metrics request',
    source: `${streamserver} getMetrics`,
    test: cloud('request-quirks', 'forwardedUri:'),
  },
  metricsTargetPort: {
    what: 'Port the edge is told to dial for metrics; from the Host header one without a port panics',
    source: `${cloudMetrics} SendConnection`,
    test: cloud('request-quirks', "describe('metricsTargetPort'"),
  },
  internalIpFallback: {
    what: 'Session key of an edge that names no address',
    source: `${tunnelserver} connect`,
    test: cloud('request-quirks', 'internalIpFallback:'),
  },
  streamTlsMinVersion: {
    what: 'Oldest TLS on 10003',
    source: `${streamserver} Start`,
    test: 'not shown',
  },
  tunnelCipherSuites12: {
    what: 'Cipher suites of 10004 for TLS 1.2',
    source: `${tunnelserver} Start`,
    test: cloud('request-quirks', 'tunnelCipherSuites12:'),
  },
  capitalMessages: {
    what: 'Errors begin with a capital',
    source: 'cloud/pkg/cloudstream/session.go, streamserver.go',
    test: cloud('request-quirks', 'capitalMessages:'),
  },
  logsSessionKey: {
    what: 'What names the session of a logs request',
    source: `${streamserver} getContainerLogs`,
    test: cloud('logs', 'the Node of the pod names the session from v1.8.2 on'),
  },
  execSessionKey: {
    what: 'What names the session of an exec',
    source: `${streamserver} getExec, getSessionKey`,
    test: cloud('request-quirks', 'execSessionKey, execErrorPrefix:'),
  },
  execClientGone: {
    what: 'An exec whose client has gone spins, tells the edge once, or tells it until it answers',
    source: `${cloudExec} Serve`,
    test: cloud('quirks', "describe('execClientGone'"),
  },
  execLooksAtEdge: {
    what: 'When it is seen that the edge has ended an exec',
    source: `${cloudExec} Serve`,
    test: cloud('quirks', "describe('execLooksAtEdge'"),
  },
  podErrorLines: {
    what: 'Lines about a pod that is not there',
    source: `${streamserver} getContainerLogs`,
    test: cloud('logs', '%s: a pod that is not there'),
  },
  metricsErrorPrefix: {
    what: 'What the line of a failed metrics request begins with',
    source: `${streamserver} getMetrics`,
    test: cloud('release', 'reports a normal end as an error'),
  },
  logsErrorPrefix: {
    what: 'What the line of a failed logs request begins with',
    source: `${streamserver} getContainerLogs`,
    test: cloud('logs', 'the end is told as the release tells it'),
  },
  execErrorPrefix: {
    what: 'What the line of a failed exec begins with',
    source: `${streamserver} getExec`,
    test: cloud('request-quirks', 'execSessionKey, execErrorPrefix:'),
  },
  addErrorWrapped: {
    what: 'A closed tunnel is told of in one line instead of two',
    source: `${streamserver} getMetrics`,
    test: cloud('request-quirks', 'addErrorWrapped:'),
  },
  serveErrorShadowed: {
    what: 'Errors of a request on its way are told to nobody',
    source: `${streamserver} getMetrics`,
    test: cloud('request-quirks', 'serveErrorShadowed:'),
  },
  edgePeerDoneIsError: {
    what: 'A normal end is logged as an error, with a superfluous WriteHeader',
    source: `${cloudMetrics} Serve`,
    test: cloud('logs', 'the end is told as the release tells it'),
  },
  deletedOnErrorOnly: {
    what: "A request whose client left stays in its session's table; DATA for it closes the tunnel",
    source: `${streamserver} getMetrics; kubeedge/kubeedge#5005`,
    test: cloud('quirks', "describe('deletedOnErrorOnly"),
  },
  edgePeerStop: {
    what: 'Told twice that a request is over, the session panics and nobody reads its tunnel any more',
    source: `${cloudMetrics} SetEdgePeerDone`,
    test: cloud('request-quirks', 'edgePeerStop:'),
  },
  nodePortWriter: {
    what: "Who writes the kubelet port into an edge's Node",
    source: `${upstreamGo} updateNodeStatus; ${tunnelserver} updateNodeKubeletEndpoint`,
    test: cloud('node-port', 'what is written with a status'),
  },
  nodePatch: {
    what: "Edges' patches of their Node are applied",
    source: `${upstreamGo} patchNode`,
    test: cloud('node-port', 'what is written with a status'),
  },
  tunnelPortFirst: {
    what: "Tunnel port of a cluster's first cloudcore",
    source: 'cloud/cmd/cloudcore/app/server.go NegotiateTunnelPort',
    test: cloud('node-port', 'an edge that connects and reports can be scraped at the port of its Node'),
  },
  tunnelPortReuse: {
    what: 'A cloudcore that finds its own tunnel port on record panics as it starts',
    source: 'cloud/cmd/cloudcore/app/server.go NegotiateTunnelPort',
    test: cloud('node-port', 'the port outlives a restart'),
  },
  nat: {
    what: 'Who redirects tunnel ports to 10003',
    source: 'cloud/pkg/cloudstream/iptables/iptables.go',
    test: cloud('node-port', "describe('chain TUNNEL-PORT'"),
  },
  nodeWriteFailure: {
    what: 'What follows when the Node of a connecting edge cannot be written',
    source: `${tunnelserver} updateNodeKubeletEndpoint, connect`,
    test: cloud('node-port', 'an edge whose Node is not there'),
  },
  monitor: {
    what: 'go_goroutines and process_cpu_seconds_total on 127.0.0.1:9091',
    source: 'cloud/pkg/common/monitor/monitor.go',
    test: cloud('quirks', "describe('monitor'"),
  },
  formatVerbs: {
    what: "Lines show Go's complaints about their verbs",
    source: `${tunnelserver} updateNodeKubeletEndpoint, connect`,
    test: cloud('node-port', '%!s(int=10351)'),
  },
  logSources: {
    what: 'File and line of each log statement, where the release has it',
    source: 'cloud/pkg/cloudstream',
    test: cloud('release', 'the log sources of v1.6.1 are those of the captures'),
  },
};

/** Of packages/edge-sim/src/edgecore/releases.data.ts. */
export const edgeQuirks: Readonly<Record<string, Quirk>> = {
  logLines: {
    what: "File and line of edgestream's log statements, where they are not those of v1.6.1",
    source: 'edge/pkg/edgestream, pkg/stream',
    test: edge('edgestream/quirks', "describe('logLines'"),
  },
  kubernetes: {
    what: 'Version of the vendored kubernetes',
    source: 'go.mod',
    test: ['packages/scenarios/src/twin/place-nodes.test.ts', 'edgecoreRelease(tag).kubeletVersion'],
  },
  kubeletVersion: {
    what: 'Version the node reports',
    source: 'pkg/util/util.go, edge/pkg/edged/edged_status.go',
    test: ['packages/scenarios/src/twin/place-nodes.test.ts', 'edgecoreRelease(tag).kubeletVersion'],
  },
  cadvisor: {
    what: 'Version of the vendored cAdvisor',
    source: 'go.mod',
    test: edge('golden', 'docker-18.09-v1.6.2'),
  },
  cadvisorDocker: {
    what: "How cAdvisor's Docker client chooses its API version",
    source: 'vendor/github.com/google/cadvisor/container/docker/client.go',
    test: edge('edgecore', 'is healed by an engine up to 1.40, and v1.6.2 is broken by the pinned client'),
  },
  dockershim: {
    what: "How dockershim's does",
    source: 'vendor/k8s.io/kubernetes/pkg/kubelet/dockershim/libdocker/kube_docker_client.go',
    test: edge('edgecore', 'Minimum supported API version is 1.44'),
  },
  runtime: {
    what: 'Container runtimes it can be given, and its default',
    source: 'common/constants/default.go',
    test: ['packages/scenarios/src/catalog/missing-pod-metrics.test.ts', 'not-applicable'],
  },
  'edged.port': {
    what: 'Where edged listens on 127.0.0.1',
    source: edgedServer,
    test: edge('edged-by-release', 'edged.port'),
  },
  'edged.paths': {
    what: 'What edged serves',
    source: edgedServer,
    test: edge('edged-by-release', 'edged.paths'),
  },
  'edged.machineMetrics': {
    what: '/metrics/cadvisor has the machine_* families',
    source: 'vendor/github.com/google/cadvisor/metrics/prometheus_machine.go',
    test: edge('edged-by-release', 'edged.machineMetrics'),
  },
  'edged.resourceMetrics': {
    what: 'What /metrics/resource has of pods: containers, the pods themselves too, starts of containers too',
    source: 'vendor/k8s.io/kubernetes/pkg/kubelet/metrics/collectors/resource_metrics.go',
    test: edge('edged-by-release', 'edged.resourceMetrics'),
  },
  'edged.debuggingDisabled': {
    what: "Logs and exec answer 405 'Debug endpoints are disabled.'",
    source: `${edgedServer}; kubeedge/kubeedge#3266, #4547`,
    test: edge('edged-by-release', 'edged.debuggingDisabled'),
  },
  'edged.streaming.exec': {
    what: 'exec at edged is served, or panics',
    source: 'edge/pkg/edged/edged_pods.go GetExec',
    test: edge('edged-by-release', 'edged.streaming'),
  },
  'edged.streaming.attach': {
    what: 'attach at edged is served, or panics',
    source: 'edge/pkg/edged/edged_pods.go GetAttach',
    test: edge('edged-by-release', 'edged.streaming'),
  },
  'edged.streaming.portForward': {
    what: 'Port forwarding at edged panics; none: it is served upstream, and is not imitated',
    source: 'edge/pkg/edged/edged_pods.go GetPortForward',
    test: edge('edged-by-release', 'edged.streaming'),
  },
  'nodeStatus.patch': {
    what: 'The node status is sent as a patch of what differs',
    source: 'edge/pkg/edged/edged_status.go; from v1.12.0 on the embedded kubelet',
    test: cloud('node-port', 'patch: true'),
  },
  'nodeStatus.port': {
    what: 'Kubelet port in it; none: it is left as it is',
    source: 'edge/pkg/edged/edged_status.go; kubeedge/kubeedge#4310',
    test: ['packages/scenarios/src/cluster/cloud-half.test.ts', 'v1.12.0 loses the tunnel port'],
  },
  'edgestream.metrics': {
    what: 'A METRIC_CONNECT is served; none: it panics',
    source: `${edgeTunnel} ServeConnection`,
    test: edge('edgestream/quirks', "describe('what is not served yet'"),
  },
  'edgestream.metrics.stopsOnCancel': {
    what: 'When a cancelled metrics request stops',
    source: `${edgeMetrics} Serve`,
    test: edge('edgestream/hostile-cloud', 'takes effect at once from v1.7.0 on'),
  },
  'edgestream.metrics.identity': {
    what: 'Accept-Encoding is identity; a CONNECT with "header": null then panics',
    source: `${edgeMetrics} Serve`,
    test: edge('edgecore', 'where the header is not written to, before v1.5.0'),
  },
  'edgestream.metrics.lineVerbosity': {
    what: 'Level at which every metrics line is logged',
    source: `${edgeMetrics} Serve`,
    test: edge('edgestream/quirks', "describe('the lines of a metrics request'"),
  },
  'edgestream.metrics.stopWord': {
    what: "'receive stop single' or 'signal'",
    source: `${edgeMetrics} Serve`,
    test: edge('edgestream/quirks', "describe('the lines of a metrics request'"),
  },
  'edgestream.metrics.name': {
    what: 'What a metrics request is called in log lines',
    source: `${edgeMetrics} String`,
    test: edge('edgestream/quirks', "describe('the lines of a metrics request'"),
  },
  'edgestream.logs.reader': {
    what: 'A log is sent by lines of at most 64 KiB, or in pieces of 256 bytes',
    source: `${edgeLogs} Serve`,
    test: edge('edgestream/log-connection', 'is read line by line up to v1.4.0, where a long line ends it'),
  },
  'edgestream.logs.stopsOnCancel': {
    what: 'When a cancelled log or exec stops',
    source: `${edgeLogs} Serve`,
    test: edge('edgestream/exec-connection', 'a REMOVE_CONNECT ends it'),
  },
  'edgestream.logs.dataVerbosity': {
    what: 'Level at which everything sent of a log is logged',
    source: `${edgeLogs} Serve`,
    test: edge('edgestream/quirks', "describe('dataVerbosity'"),
  },
  'edgestream.logs.stopWord': {
    what: "'receive stop single' or 'signal'",
    source: `${edgeLogs} Serve`,
    test: edge('edgestream/log-connection', "['v1.12.0', 'signal']"),
  },
  'edgestream.exec': {
    what: 'An EXEC_CONNECT is served, or panics',
    source: `${edgeTunnel} ServeConnection`,
    test: edge('edgestream/exec-connection', 'panics in v1.4.0'),
  },
  'edgestream.unknownType': {
    what: 'A message of a type it does not know is ignored, or ends the process',
    source: `${edgeTunnel} Serve; kubeedge/kubeedge#6882`,
    test: edge('edgestream/quirks', "describe('unknownType'"),
  },
  'edgestream.readChannelFull': {
    what: 'When the 128 slots of a request are taken the whole tunnel waits, or a goroutine does',
    source: `${edgeTunnel} WriteToLocalConnection`,
    test: edge('edgestream/quirks', "describe('readChannelFull'"),
  },
  'edgestream.readChannelEnd': {
    what: 'Each request leaves a goroutine behind; or its slots are closed, which panics while the tunnel waits for one',
    source: `${edgeLogs} Serve; kubeedge/kubeedge#6032`,
    test: edge('edgestream/quirks', "describe('readChannelEnd'"),
  },
  'edgestream.endSource': {
    what: 'The end of every request is logged at default verbosity',
    source: `${edgeTunnel} ServeConnection`,
    test: edge('edgestream/quirks', "describe('the lines of a metrics request'"),
  },
};

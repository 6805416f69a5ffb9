// The public surface of the simulated cloudcore. Everything else is internal.
export {
  type Cloudcore,
  type CloudcoreOptions,
  type HttpsOptions,
  type SessionState,
  startCloudcore,
} from './cloudcore.ts';
export { type CloudhubOptions, startCloudhub } from './cloudhub/cloudhub.ts';
export {
  type CloudcoreNames,
  type CloudhubCertificates,
  deleteCertificates,
  prepareAllCerts,
  saveCertificates,
} from './cloudhub/httpserver/prepare-certs.ts';
export {
  type HttpServerRelease,
  httpServerRelease,
  httpServerTags,
} from './cloudhub/httpserver/release.ts';
export { createToken, readToken } from './cloudhub/httpserver/token.ts';
export { type IptablesManagerOptions, startIptablesManager } from './cloudstream/iptables.ts';
export type {
  EdgeObjects,
  NodeStatusReport,
  PodChange,
  PodReport,
  PodStatusReport,
} from './edgecontroller/edge-objects.ts';
export type { ReportedPort } from './edgecontroller/upstream.ts';
export { CloudcoreError, type CloudcoreErrorCode } from './errors.ts';
export { type CloudcoreLimits, cloudcoreLimitsDefault } from './limits.ts';
export type { NodeClient, PodClient } from './nodes.ts';
export {
  type CloudcoreRelease,
  cloudcoreRelease,
  knownCloudcoreReleases,
  type RequestKind,
  type StreamRoute,
} from './release.ts';
export type { ResponseEnd, TunnelPeer } from './trace-kinds.ts';
export { createTunnelPortStore, type TunnelPortRecord, type TunnelPortStore } from './tunnel-port.ts';
export { tunnelPortsIn } from './tunnel-port-config-map.ts';

export type { Clock, Timer } from './clock.ts';
export { SimError, type SimErrorCode } from './errors.ts';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http/client.ts';
export { type HttpRequest, type HttpResponse, httpRequest } from './http/request.ts';
export { createHttpServer, type HttpListener, listenHttp } from './http/server.ts';
export { type NotUpgraded, requestUpgrade, type Upgraded, type UpgradeRequest } from './http/upgrade.ts';
export type { Ids } from './ids.ts';
export { formatKlog } from './klog.ts';
export {
  ConnectionGuard,
  type ConnectionLimits,
  chooseLimits,
  type LimitReached,
  reportLimit,
} from './limits.ts';
export { createLoopbackWorld, type LoopbackWorldOptions } from './loopback-world.ts';
export { Iptables, type IptablesResult } from './net/iptables/iptables.ts';
export { printListed } from './net/iptables/print-listing.ts';
export type { Step } from './net/iptables/traverse.ts';
export { quoteWord, splitWords } from './net/iptables/words.ts';
export type { NatChain, NatRule, NatTable } from './net/nat.ts';
export type {
  CutMode,
  DialOptions,
  DialTarget,
  Endpoint,
  Host,
  HostOptions,
  Inbound,
  Link,
  LinkState,
  Listener,
  ListenOptions,
  ListenTarget,
  Net,
  NetSocket,
  OutsideDialler,
  OutsideOptions,
} from './net/net.ts';
export { NetError, type NetErrorCode } from './net/net-error.ts';
export { drained, Outbox } from './net/outbox.ts';
export type { ChainPassage, RouteView } from './net/routing.ts';
export { Opened } from './opened.ts';
export { createRealClock } from './real-clock.ts';
export { createRng, type Rng } from './rng.ts';
export type {
  Certificate,
  CertificateAuthority,
  CertificateAuthorityOptions,
  CertificateRequest,
} from './tls/certificate.ts';
export { type EcKey, ecKeyToPem, ecKeyToSec1, ecPublicKey, readEcKey } from './tls/ec-key.ts';
export { certificatePem, derOfPem } from './tls/pem.ts';
export { readCertificate } from './tls/read-certificate.ts';
export {
  type CertificateTemplate,
  createCertificateRequest,
  type DistinguishedName,
  readCertificateRequest,
  type Signer,
  signCertificate,
  signRoot,
} from './tls/sign-certificate.ts';
export {
  checkCertificate,
  type TlsClientOptions,
  TlsError,
  type TlsServerOptions,
  type TlsVerdict,
  type TlsVersion,
} from './tls/verdict.ts';
export {
  type AnyTraceEvent,
  type Trace,
  type TraceEvent,
  type TraceInput,
  type TraceKinds,
  type TraceSeries,
  traceToNdjson,
} from './trace.ts';
export { createMemoryWorld, type World, type WorldOptions } from './world.ts';

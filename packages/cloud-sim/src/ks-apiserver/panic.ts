/**
 * What Go answers by a panic. ks-apiserver sets a handler for it and leaves go-restful's DoNotRecover as it is, so that
 * nobody recovers but net/http, which hangs up (kubesphere/kubesphere v3.1.0 and v3.4.1 pkg/apiserver/apiserver.go).
 */
export class PanicError extends Error {
  override readonly name = 'PanicError';
}

// VERBATIM texts of the real cloudcore's port 10002. Each names where it is written.

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go verifyAuthorization */
export const invalidToken = 'Invalid authorization token';

/** kubeedge v1.18.0 cloud/pkg/cloudhub/servers/httpserver/certificate/certs.go verifyAuthorization */
export const tokenFailure = (reason: string) => `token validation failure, ${reason}`;

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go edgeCoreClientCert, for the log */
export const refusedLog = (node: string, why: 'failed to verify the certificate' | 'invalid token') =>
  `failed to sign the certificate for edgenode: ${node}, ${why}`;

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go verifyCert */
export const certificateFailure = (reason: string) => `failed to verify edge certificate: ${reason}`;

/** kubeedge v1.16.0 cloud/pkg/cloudhub/servers/httpserver/server.go verifyCertSubject */
export const otherNode = 'request node name is not match with the certificate';

/** kubeedge v1.18.0 cloud/pkg/cloudhub/servers/httpserver/certificate/certs.go EdgeCoreClientCert */
export const verifyFailure = (node: string, reason: string) =>
  `failed to verify the certificate for edgenode: ${node}, err: ${reason}`;
export const signFailure = (node: string, reason: string) =>
  `failed to sign certs for edgenode ${node}, err: ${reason}`;

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go signEdgeCert, for the log */
export const readLog = (node: string, reason: string) =>
  `fail to read file when signing the cert for edgenode:${node}! error:${reason}`;
export const parseLog = (node: string, reason: string) =>
  `fail to ParseCertificateRequest of edgenode: ${node}! error:${reason}`;
export const signLog = (node: string, reason: string) =>
  `fail to signCerts for edgenode:${node}! error:${reason}`;

/** kubeedge v1.8.2 cloud/pkg/cloudhub/servers/httpserver/server.go signEdgeCert */
export const usagesFailure = (reason: string) => `unmarshal http header ExtKeyUsages fail, err: ${reason}`;

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/certutil.go NewCertFromCa */
export const noCommonName = 'must specify a CommonName';
export const noUsage = 'must specify at least one ExtKeyUsage';

/** golang/go src/net/http/request.go MaxBytesReader */
export const bodyTooLarge = 'http: request body too large';

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go electionHandler */
export const ready = 'Cloudcore is ready with no leaderelection';

/** golang/go src/runtime/panic.go */
export const nilPointer = 'runtime error: invalid memory address or nil pointer dereference';
export const noOrganization = 'runtime error: index out of range [0] with length 0';

/**
 * golang/go src/encoding/asn1/asn1.go parseField, for bytes that are no sequence; what is wrong inside of one has texts of
 * its own there.
 */
export function asn1Error(der: Uint8Array): string {
  const [identifier = 0, length = 0] = der;
  if (der.length < 2 || identifier === 0x30) return 'asn1: syntax error: sequence truncated';
  const found = `{class:${identifier >> 6} tag:${identifier & 31} length:${length} isCompound:${(identifier & 32) !== 0}}`;
  const wanted =
    '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 ' +
    'timeType:0 set:false omitEmpty:false}';
  return `asn1: structure error: tags don't match (16 vs ${found}) ${wanted} certificateRequest @2`;
}

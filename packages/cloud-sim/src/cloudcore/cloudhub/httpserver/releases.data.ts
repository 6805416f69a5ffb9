import type { HttpServerRelease } from './release.ts';

// One row per KubeEdge release, null where there is no port 10002. Data only; every path is in kubeedge/kubeedge at the
// row's tag. All were read in cloud/pkg/cloudhub/servers/httpserver/: server.go, signcerts.go, certutil.go; from v1.18.0
// on certificate/certs.go, pre_server.go and pkg/security/.

type Row = Omit<HttpServerRelease, 'logSources'>;

const era30 = {
  router: 'mux',
  // server.go StartHTTPServer: tls.NoClientCert
  asksForCertificate: false,
  readyz: 'none',
  checkNode: false,
  posts: [],
  // No MinVersion: Go's own floor for servers, TLS 1.0 up to Go 1.21.
  tlsMinVersion: 'TLSv1.0',
  signingDuration: false,
  ownDays: 36_500,
  tokenLife: { first: 2, refreshed: 1 },
  tokenRefreshDuration: false,
  requestNames: false,
  dnsNames: false,
  extKeyUsages: false,
  bodyCap: false,
  badRequest: 'panics',
  subjectCheck: false,
  tokenTexts: undefined,
  jwt: 3,
} as const satisfies Row;
// server.go electionHandler asks a checker that is nil without leader election.
const era31 = { ...era30, readyz: 'panics' } as const satisfies Row;
const era4 = { ...era31, asksForCertificate: true, signingDuration: true } as const satisfies Row;
const era5 = { ...era4, readyz: 'ready', dnsNames: true } as const satisfies Row;
// signcerts.go GenerateToken, refreshToken: twice TokenRefreshDuration
const era7 = {
  ...era5,
  readyz: 'none',
  tokenLife: { first: 2, refreshed: 2 },
  tokenRefreshDuration: true,
} as const satisfies Row;
const era8 = { ...era7, badRequest: 'empty' } as const satisfies Row;
const era82 = { ...era8, extKeyUsages: true } as const satisfies Row;
const era9 = era82;
// The fix of CVE-2022-31075 in three lines of releases; two of them got go-restful with it.
const era94 = { ...era9, bodyCap: true } as const satisfies Row;
const era102 = { ...era94, router: '2.9.6' } as const satisfies Row;
const era12 = { ...era102, posts: ['/nodeupgrade'] } as const satisfies Row;
const taskReport = '/task/{taskType}/name/{taskID}/node/{nodeID}/status';
const era15 = { ...era12, router: '2.16.0' } as const satisfies Row;
const era16 = {
  ...era15,
  posts: ['/nodeupgrade', taskReport],
  subjectCheck: true,
} as const satisfies Row;
const era18 = {
  ...era16,
  // pkg/security/certs/x509_ca.go NewSelfSigned, pre_server.go createCertsToSecret: years of 364 days
  ownDays: 36_400,
  // pkg/security/certs/x509_certs.go SignCerts
  requestNames: true,
  badRequest: 'says',
  tokenTexts: 'splited',
} as const satisfies Row;
const era20 = { ...era18, checkNode: true } as const satisfies Row;
// pkg/security/token/token.go: github.com/golang-jwt/jwt/v5
const era21 = { ...era20, jwt: 5 } as const satisfies Row;
const era22 = { ...era21, tlsMinVersion: 'TLSv1.2' } as const satisfies Row;
const era23 = { ...era22, tokenTexts: 'split' } as const satisfies Row;

const sources1_3_0 = {
  readFailed: 'server.go:122',
  parseFailed: 'server.go:126',
  signFailed: 'server.go:131',
} as const;
const sources1_3_1 = {
  readFailed: 'server.go:135',
  parseFailed: 'server.go:139',
  signFailed: 'server.go:144',
} as const;
const sources1_4_0 = {
  certificateRefused: 'server.go:101',
  tokenRefused: 'server.go:112',
  readFailed: 'server.go:176',
  parseFailed: 'server.go:180',
  signFailed: 'server.go:185',
} as const;
const sources1_5_0 = {
  certificateRefused: 'server.go:114',
  tokenRefused: 'server.go:127',
  readFailed: 'server.go:201',
  parseFailed: 'server.go:205',
  signFailed: 'server.go:210',
} as const;
const sources1_7_0 = {
  certificateRefused: 'server.go:87',
  tokenRefused: 'server.go:100',
  readFailed: 'server.go:175',
  parseFailed: 'server.go:179',
  signFailed: 'server.go:184',
} as const;
const sources1_8_0 = {
  certificateRefused: 'server.go:87',
  tokenRefused: 'server.go:100',
  readFailed: 'server.go:175',
  parseFailed: 'server.go:180',
  signFailed: 'server.go:186',
} as const;
const sources1_8_2 = {
  certificateRefused: 'server.go:88',
  tokenRefused: 'server.go:101',
  readFailed: 'server.go:176',
  parseFailed: 'server.go:181',
  usagesFailed: 'server.go:191',
  signFailed: 'server.go:198',
} as const;
const sources1_9_0 = {
  certificateRefused: 'server.go:87',
  tokenRefused: 'server.go:100',
  readFailed: 'server.go:175',
  parseFailed: 'server.go:180',
  usagesFailed: 'server.go:190',
  signFailed: 'server.go:197',
} as const;
const sources1_9_4 = {
  certificateRefused: 'server.go:87',
  tokenRefused: 'server.go:100',
  readFailed: 'server.go:176',
  parseFailed: 'server.go:181',
  usagesFailed: 'server.go:191',
  signFailed: 'server.go:198',
} as const;
const sources1_10_2 = {
  certificateRefused: 'server.go:90',
  tokenRefused: 'server.go:103',
  readFailed: 'server.go:179',
  parseFailed: 'server.go:184',
  usagesFailed: 'server.go:194',
  signFailed: 'server.go:201',
} as const;
const sources1_12_0 = {
  certificateRefused: 'server.go:91',
  tokenRefused: 'server.go:104',
  readFailed: 'server.go:180',
  parseFailed: 'server.go:185',
  usagesFailed: 'server.go:195',
  signFailed: 'server.go:202',
} as const;
const sources1_16_0 = {
  certificateRefused: 'server.go:94',
  tokenRefused: 'server.go:107',
  readFailed: 'server.go:196',
  parseFailed: 'server.go:201',
  usagesFailed: 'server.go:211',
  signFailed: 'server.go:218',
} as const;
const sources1_16_6 = {
  certificateRefused: 'server.go:95',
  tokenRefused: 'server.go:108',
  readFailed: 'server.go:197',
  parseFailed: 'server.go:202',
  usagesFailed: 'server.go:212',
  signFailed: 'server.go:219',
} as const;
const sources1_18_0 = {
  certificateRefused: 'certs.go:54',
  tokenRefused: 'certs.go:61',
  signFailed: 'certs.go:72',
} as const;
const sources1_18_2 = {
  certificateRefused: 'certs.go:54',
  tokenRefused: 'certs.go:61',
  signFailed: 'certs.go:72',
  tokenRefreshed: 'pre_server.go:174',
} as const;
const sources1_18_3 = {
  certificateRefused: 'certs.go:54',
  tokenRefused: 'certs.go:61',
  signFailed: 'certs.go:72',
  tokenRefreshed: 'pre_server.go:183',
} as const;

export const httpServerRows: Readonly<Record<string, HttpServerRelease | null>> = {
  'v1.2.0': null,
  'v1.2.1': null,
  'v1.3.0': { ...era30, logSources: sources1_3_0 },
  'v1.3.1': { ...era31, logSources: sources1_3_1 },
  'v1.4.0': { ...era4, logSources: sources1_4_0 },
  'v1.5.0': { ...era5, logSources: sources1_5_0 },
  'v1.6.0': { ...era5, logSources: sources1_5_0 },
  'v1.6.1': { ...era5, logSources: sources1_5_0 },
  'v1.6.2': { ...era5, logSources: sources1_5_0 },
  'v1.7.0': { ...era7, logSources: sources1_7_0 },
  'v1.7.1': { ...era7, logSources: sources1_7_0 },
  'v1.7.2': { ...era7, logSources: sources1_7_0 },
  'v1.8.0': { ...era8, logSources: sources1_8_0 },
  'v1.8.1': { ...era8, logSources: sources1_8_0 },
  'v1.8.2': { ...era82, logSources: sources1_8_2 },
  'v1.9.0': { ...era9, logSources: sources1_9_0 },
  'v1.9.1': { ...era9, logSources: sources1_9_0 },
  'v1.9.2': { ...era9, logSources: sources1_9_0 },
  'v1.9.3': { ...era9, logSources: sources1_9_0 },
  'v1.9.4': { ...era94, logSources: sources1_9_4 },
  'v1.9.5': { ...era94, logSources: sources1_9_4 },
  'v1.10.0': { ...era9, logSources: sources1_9_0 },
  'v1.10.1': { ...era9, logSources: sources1_9_0 },
  'v1.10.2': { ...era102, logSources: sources1_10_2 },
  'v1.10.3': { ...era102, logSources: sources1_10_2 },
  'v1.11.0': { ...era9, logSources: sources1_9_0 },
  'v1.11.1': { ...era102, logSources: sources1_10_2 },
  'v1.11.2': { ...era102, logSources: sources1_10_2 },
  'v1.11.3': { ...era102, logSources: sources1_10_2 },
  'v1.12.0': { ...era12, logSources: sources1_12_0 },
  'v1.12.1': { ...era12, logSources: sources1_12_0 },
  'v1.12.2': { ...era12, logSources: sources1_12_0 },
  'v1.12.3': { ...era12, logSources: sources1_12_0 },
  'v1.12.4': { ...era12, logSources: sources1_12_0 },
  'v1.12.5': { ...era12, logSources: sources1_12_0 },
  'v1.12.6': { ...era12, logSources: sources1_12_0 },
  'v1.12.7': { ...era12, logSources: sources1_12_0 },
  'v1.13.0': { ...era12, logSources: sources1_12_0 },
  'v1.13.1': { ...era12, logSources: sources1_12_0 },
  'v1.13.2': { ...era12, logSources: sources1_12_0 },
  'v1.13.3': { ...era12, logSources: sources1_12_0 },
  'v1.13.4': { ...era12, logSources: sources1_12_0 },
  'v1.13.5': { ...era12, logSources: sources1_12_0 },
  'v1.14.0': { ...era12, logSources: sources1_12_0 },
  'v1.14.1': { ...era12, logSources: sources1_12_0 },
  'v1.14.2': { ...era12, logSources: sources1_12_0 },
  'v1.14.3': { ...era12, logSources: sources1_12_0 },
  'v1.14.4': { ...era12, logSources: sources1_12_0 },
  'v1.14.5': { ...era12, logSources: sources1_12_0 },
  'v1.15.0': { ...era15, logSources: sources1_12_0 },
  'v1.15.1': { ...era15, logSources: sources1_12_0 },
  'v1.15.2': { ...era15, logSources: sources1_12_0 },
  'v1.15.3': { ...era15, logSources: sources1_12_0 },
  'v1.15.4': { ...era15, logSources: sources1_12_0 },
  'v1.16.0': { ...era16, logSources: sources1_16_0 },
  'v1.16.1': { ...era16, logSources: sources1_16_0 },
  'v1.16.2': { ...era16, logSources: sources1_16_0 },
  'v1.16.3': { ...era16, logSources: sources1_16_0 },
  'v1.16.4': { ...era16, logSources: sources1_16_0 },
  'v1.16.5': { ...era16, logSources: sources1_16_0 },
  'v1.16.6': { ...era16, logSources: sources1_16_6 },
  'v1.17.0': { ...era16, logSources: sources1_16_0 },
  'v1.17.1': { ...era16, logSources: sources1_16_0 },
  'v1.17.2': { ...era16, logSources: sources1_16_0 },
  'v1.17.3': { ...era16, logSources: sources1_16_0 },
  'v1.17.4': { ...era16, logSources: sources1_16_0 },
  'v1.17.5': { ...era16, logSources: sources1_16_6 },
  'v1.18.0': { ...era18, logSources: sources1_18_0 },
  'v1.18.1': { ...era18, logSources: sources1_18_0 },
  'v1.18.2': { ...era18, logSources: sources1_18_2 },
  'v1.18.3': { ...era18, logSources: sources1_18_3 },
  'v1.19.0': { ...era18, logSources: sources1_18_0 },
  'v1.19.1': { ...era18, logSources: sources1_18_2 },
  'v1.19.2': { ...era18, logSources: sources1_18_3 },
  'v1.20.0': { ...era20, logSources: sources1_18_3 },
  'v1.21.0': { ...era21, logSources: sources1_18_3 },
  'v1.21.1': { ...era21, logSources: sources1_18_3 },
  'v1.21.2': { ...era21, logSources: sources1_18_3 },
  'v1.22.0': { ...era22, logSources: sources1_18_3 },
  'v1.22.1': { ...era22, logSources: sources1_18_3 },
  'v1.22.2': { ...era22, logSources: sources1_18_3 },
  'v1.23.0': { ...era23, logSources: sources1_18_3 },
  'v1.23.1': { ...era23, logSources: sources1_18_3 },
};

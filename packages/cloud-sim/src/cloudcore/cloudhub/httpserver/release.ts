import { CloudcoreError } from '../../errors.ts';
import { httpServerRows } from './releases.data.ts';

/** What of port 10002 and its certificates differs by KubeEdge release. Plain data. */
export interface HttpServerRelease {
  /** gorilla/mux answers 405 without a body, go-restful with one. */
  readonly router: 'mux' | '2.9.6' | '2.16.0';
  /** Whether a client certificate is asked for: without one an edge cannot renew its own. */
  readonly asksForCertificate: boolean;
  /** `GET /readyz` of a cloudcore without leader election; it panics where nobody looks whether there is one. */
  readonly readyz: 'none' | 'panics' | 'ready';
  /** `GET /node/{nodename}`. */
  readonly checkNode: boolean;
  /** POST routes for upgrades and tasks, which are not simulated. */
  readonly posts: readonly string[];
  readonly tlsMinVersion: 'TLSv1.0' | 'TLSv1.2';
  /** Whether `EdgeCertSigningDuration` counts, or edges get a hundred years. */
  readonly signingDuration: boolean;
  /** Days that the authority and cloudcore's own certificate are valid. */
  readonly ownDays: number;
  /** How many refreshes a token lives: the first one, and those that replace it. */
  readonly tokenLife: { readonly first: 2; readonly refreshed: 1 | 2 };
  /** Whether the refresh is `TokenRefreshDuration`, or always 12 hours. */
  readonly tokenRefreshDuration: boolean;
  /** Names of the certificate request are taken over. */
  readonly requestNames: boolean;
  /** DNS names of cloudcore's own certificate can be configured. */
  readonly dnsNames: boolean;
  /** The header `ExtKeyUsages` is read. */
  readonly extKeyUsages: boolean;
  /** http.MaxBytesReader of 1 MiB around the request's body (CVE-2022-31075). */
  readonly bodyCap: boolean;
  /**
   * What becomes of a request that cannot be signed: a nil pointer is dereferenced, an empty 200, or a 500 that says
   * why.
   */
  readonly badRequest: 'panics' | 'empty' | 'says';
  /** A renewal must be for the node that the certificate names. */
  readonly subjectCheck: boolean;
  /** The word in `token cannot be …`; undefined where every refusal of a token reads the same. */
  readonly tokenTexts: 'splited' | 'split' | undefined;
  /** Major version of the library that reads tokens, whose texts get into answers. */
  readonly jwt: 3 | 5;
  /** `file:line` of log statements, as klog prints it; a missing one does not exist. */
  readonly logSources: { readonly [name in HttpLogStatement]?: string };
}

export type HttpLogStatement =
  | 'certificateRefused'
  | 'tokenRefused'
  | 'readFailed'
  | 'parseFailed'
  | 'usagesFailed'
  | 'signFailed'
  | 'tokenRefreshed';

/**
 * @param tag e.g. `v1.6.1`; undefined for a release from before port 10002 (v1.2)
 * @throws CloudcoreError CLOUDCORE_ERR_RELEASE_UNKNOWN
 */
export function httpServerRelease(tag: string): HttpServerRelease | undefined {
  const row = httpServerRows[tag];
  if (row === undefined) {
    const nearest = Object.keys(httpServerRows).slice(-3).join(', ');
    throw new CloudcoreError('CLOUDCORE_ERR_RELEASE_UNKNOWN', { found: JSON.stringify(tag), nearest });
  }
  return row ?? undefined;
}

/** Tags of the table, oldest first. */
export const httpServerTags = () => Object.keys(httpServerRows);

import { EdgeError } from '../../../errors.ts';
import { edgecoreTags } from '../../find-release.ts';
import { certificateTraitRows } from './traits.data.ts';

/** How an edgecore release gets its certificate. Plain data; see traits.data.ts for where each was read. */
export interface CertificateTraits {
  /** Whom the request is for: always `kubeedge.io`, or `system:node:` and the node's name. */
  subject: 'kubeedge.io' | 'node';
  /** The node's name is sent in the header `NodeName`. */
  nodeHeader: boolean;
  /** It is renewed in time (`modules.edgeHub.rotateCertificates`). */
  rotates: boolean;
  /** An answer other than 200 is an error. */
  checksStatus: boolean;
  /** How the process ends when it gets none, and what its last line begins with. */
  exit: { code: 255 | 1 | 2; prefix: string };
  /** A certificate for another node counts as none. */
  checksName: boolean;
  /** Answers are read up to 1 MiB only. */
  bodyCap: boolean;
  /** The words for a token that has not four parts; the latest print it. */
  tokenText: 'credentials' | 'are' | 'whole';
  /** Errors of the request say so in front. */
  requestText: boolean;
  /** A refusal is reported with its status. */
  statusText: boolean;
  /** Go says in front that it was the certificate's check that failed. */
  verifyText: boolean;
}

/**
 * The traits of a tag; undefined for a release that takes its certificates from files only (v1.2).
 * @throws EdgeError EDGE_ERR_RELEASE_UNKNOWN
 */
export function certificateTraits(tag: string): CertificateTraits | undefined {
  const row = certificateTraitRows[`v${tag.replace(/^v/, '')}`];
  if (row !== undefined) return row ?? undefined;
  const nearest = edgecoreTags().slice(-3).join(', ');
  throw new EdgeError('EDGE_ERR_RELEASE_UNKNOWN', { found: JSON.stringify(tag), nearest });
}

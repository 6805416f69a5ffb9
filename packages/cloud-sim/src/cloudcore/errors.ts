/**
 * Every error cloudcore throws on its own account (not one it imitates): stable code → message template. The
 * template's `{name}` parts are filled from the details given to {@link CloudcoreError}. Codes are never
 * reused.
 */
export const cloudcoreErrorTemplates = {
  CLOUDCORE_ERR_RELEASE_UNKNOWN:
    'Looking up KubeEdge release {found}: no such tag is known, nearest are {nearest}. Use one of those.',
  CLOUDCORE_ERR_NO_CLOUDSTREAM:
    'Starting cloudcore of {found}: that release has no cloudstream module. Use v1.3.0 or later.',
} as const;

/** One of the stable codes of {@link cloudcoreErrorTemplates}. */
export type CloudcoreErrorCode = keyof typeof cloudcoreErrorTemplates;

/** The error class of this component; tell cases apart by `code`. */
export class CloudcoreError extends Error {
  override readonly name = 'CloudcoreError';
  readonly code: CloudcoreErrorCode;

  constructor(code: CloudcoreErrorCode, details: Readonly<Record<string, string>>) {
    super(cloudcoreErrorTemplates[code].replace(/\{(\w+)\}/g, (_, key: string) => details[key] ?? ''));
    this.code = code;
  }
}

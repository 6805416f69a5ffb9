/**
 * Every error edge-sim throws on its own account, by stable code. A code is never reused for another meaning.
 * The template's `{name}` parts are filled from the details given to {@link EdgeError}.
 */
export const edgeErrors = {
  EDGE_ERR_ENGINE_UNKNOWN:
    'Looked up Docker engine {found}, and there is no such release; the nearest known are {nearest}. ' +
    'Use one of those, or build an EngineProfile from one of them.',
  EDGE_ERR_ENGINE_MIN_API:
    'Tried to set the minimum API version of Docker engine {version} to {found}; {why}. ' +
    'Leave `minApiVersion` out, or change `apiMin` of the profile.',
  EDGE_ERR_RELEASE_UNKNOWN:
    'Looked up edgecore release {found}, and there is no such tag; the nearest known are {nearest}. ' +
    'Use one of those.',
  EDGE_ERR_DOCKER_HOST:
    'Tried to use {found} as the address of a Docker engine; expected unix:///var/run/docker.sock, ' +
    'tcp://host:2375 or an http: or https: URL. Write it as DOCKER_HOST is written.',
  EDGE_ERR_DOCKER_HOST_UNREACHABLE:
    'Tried {request} of the Docker engine at {host}, found {found}. ' +
    'Start that engine, see to it that you may open its socket, or give another address.',
} as const;

export type EdgeErrorCode = keyof typeof edgeErrors;

/**
 * An error of edge-sim itself (not one it imitates). Match on `code`; the message says what was tried and
 * found.
 */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: EdgeErrorCode;

  constructor(code: EdgeErrorCode, details: Record<string, string | number>, options?: ErrorOptions) {
    super(
      edgeErrors[code].replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? '')),
      options,
    );
    this.code = code;
  }
}

import { type Host, httpRequest, NetError, type World } from '@kubeedge-sim/sim-kit';

/**
 * How a Docker client chooses the API version it asks for. `unversioned`: no `/v…` prefix; `pinned`: always
 * that one; `negotiated`: the daemon's maximum as its ping tells it, at most `apiMax`, settled once.
 */
export type DockerClientMode =
  | { readonly mode: 'unversioned' }
  | { readonly mode: 'pinned'; readonly api: string }
  | { readonly mode: 'negotiated'; readonly apiMax: string };

export interface DockerVersion {
  Version: string;
  ApiVersion: string;
}

export interface DockerInfo {
  ServerVersion: string;
  Driver: string;
  DockerRootDir: string;
  OperatingSystem: string;
  CgroupDriver?: string;
  Images: number;
  Containers: number;
}

export interface DockerContainer {
  Id: string;
  Name: string;
  Created: string;
  State: { Running: boolean; StartedAt: string };
  Config: { Image: string; Labels: Record<string, string> | null };
  HostConfig: { NetworkMode: string };
}

/** The requests of moby's Go client that edgecore's two users make. Each rejects with {@link DockerError}. */
export interface DockerClient {
  /**
   * Asks the daemon for its version and settles on one; does nothing unless the mode negotiates, and only
   * once.
   */
  negotiate(): Promise<void>;
  version(): Promise<DockerVersion>;
  info(): Promise<DockerInfo>;
  inspect(id: string): Promise<DockerContainer>;
  /** All containers with a label, whether they run or not, newest first. */
  list(label: string): Promise<DockerListed[]>;
  /** The id of an image that is there; a status of 404 when it is not. */
  imageId(name: string): Promise<string>;
  pull(name: string): Promise<void>;
  /** Returns the id. */
  create(name: string, container: NewDockerContainer): Promise<string>;
  start(id: string): Promise<void>;
  stop(id: string, graceSeconds: number): Promise<void>;
  /** With its volumes, whether it runs or not. */
  remove(id: string): Promise<void>;
}

export interface DockerListed {
  Id: string;
  State: string;
  Labels: Readonly<Record<string, string>>;
}

/** What dockershim asks a container to be, in the words of the engine's API. */
export interface NewDockerContainer {
  Image: string;
  Hostname?: string;
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  Env?: readonly string[];
  Labels: Readonly<Record<string, string>>;
  OpenStdin?: boolean;
  Tty?: boolean;
  HostConfig: {
    NetworkMode: string;
    CgroupParent: string;
    CpuShares: number;
    CpuPeriod?: number;
    CpuQuota?: number;
    Memory?: number;
  };
}

/** A failed request in the words of moby's Go client; `status` is 0 when no answer came. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface DockerClientOptions {
  mode: DockerClientMode;
  socketPath: string;
  /** Which part of edgecore asks, for traces: `dockershim` or `cadvisor`. */
  component: string;
  signal: AbortSignal;
}

/**
 * API version a daemon without an Api-Version header is taken to speak (moby client.go
 * NegotiateAPIVersionPing).
 */
const API_WITHOUT_HEADER = '1.24';

/** Creates a client of the engine behind a unix socket of `host`. */
export function createDockerClient(world: World, host: Host, options: DockerClientOptions): DockerClient {
  const { mode, socketPath, component, signal } = options;
  let api = mode.mode === 'pinned' ? mode.api : undefined;
  let negotiated = mode.mode !== 'negotiated';

  async function request(method: 'GET' | 'HEAD' | 'POST' | 'DELETE', path: string, json?: object) {
    using _wait = world.waiting(`${component} on ${host.name} for docker ${method} ${path}`);
    try {
      const type = json === undefined ? {} : { 'content-type': 'application/json' };
      const headers = { host: 'docker', 'user-agent': 'Go-http-client/1.1', ...type };
      const response = await httpRequest(host, {
        target: { path: socketPath },
        method,
        path,
        headers,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        component,
        signal,
      });
      return { response, body: await response.text() };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetError)) throw error;
      // docker/docker client/errors.go ErrorConnectionFailed.
      const where = `unix://${socketPath}`;
      const message = `Cannot connect to the Docker daemon at ${where}. Is the docker daemon running?`;
      throw new DockerError(message, 0, { cause: error });
    }
  }

  // docker/docker aa6a9891b09c client/ping.go: HEAD first, GET when the answer is neither 200 nor 500.
  async function ping(): Promise<string> {
    const head = await request('HEAD', '/_ping');
    const usable = head.response.status === 200 || head.response.status === 500;
    const { response } = usable ? head : await request('GET', '/_ping');
    return String(response.headers['api-version'] ?? '');
  }

  async function negotiate(): Promise<void> {
    if (negotiated || mode.mode !== 'negotiated') return;
    negotiated = true;
    const daemonMax = (await ping()) || API_WITHOUT_HEADER;
    api = compareApiVersions(daemonMax, mode.apiMax) < 0 ? daemonMax : mode.apiMax;
    world.trace.emit({
      host: host.name,
      component,
      kind: 'docker-client.negotiated',
      detail: { daemonMax, clientMax: mode.apiMax, api },
    });
  }

  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, json?: object): Promise<string> {
    await negotiate();
    const { response, body } = await request(method, api === undefined ? path : `/v${api}${path}`, json);
    if (response.status >= 400) throw new DockerError(errorText(body, response.status), response.status);
    return body;
  }

  const get = async <T>(path: string) => JSON.parse(await ask('GET', path)) as T;
  const container = (id: string, action: string) => `/containers/${id}/${action}`;

  return {
    negotiate,
    version: () => get('/version'),
    info: () => get('/info'),
    inspect: (id) => get(container(id, 'json')),
    list: (label) => {
      const filters = JSON.stringify({ label: { [label]: true } });
      return get(`/containers/json?${new URLSearchParams({ all: '1', filters })}`);
    },
    imageId: async (name) => (await get<{ Id: string }>(`/images/${name}/json`)).Id,
    async pull(name) {
      const { repository, tag } = splitImage(name);
      await ask('POST', `/images/create?${new URLSearchParams({ fromImage: repository, tag })}`);
    },
    async create(name, wanted) {
      const body = await ask('POST', `/containers/create?${new URLSearchParams({ name })}`, wanted);
      return (JSON.parse(body) as { Id: string }).Id;
    },
    start: async (id) => void (await ask('POST', container(id, 'start'))),
    stop: async (id, graceSeconds) => void (await ask('POST', container(id, `stop?t=${graceSeconds}`))),
    remove: async (id) => void (await ask('DELETE', `/containers/${id}?force=1&v=1`)),
  };
}

// kubernetes v1.19.3 pkg/util/parsers/parsers.go ParseImageName: no tag means latest, a digest goes where a tag does.
function splitImage(name: string): { repository: string; tag: string } {
  const [, repository = name, digest, tag = 'latest'] =
    /^(.+?)(?:@(sha256:[0-9a-f]{64})|:([\w][\w.-]*))?$/.exec(name) ?? [];
  return { repository, tag: digest ?? tag };
}

/** Orders API versions by their parts, so that 1.9 comes before 1.10. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

// docker/docker aa6a9891b09c client/request.go checkResponseErr: JSON {"message"} or the plain text.
function errorText(body: string, status: number): string {
  let message = body.trim();
  try {
    const { message: told } = JSON.parse(body) as { message?: unknown };
    if (typeof told === 'string') message = told;
  } catch {
    // Older daemons answer in plain text.
  }
  return `Error response from daemon: ${message || `status ${status}`}`;
}

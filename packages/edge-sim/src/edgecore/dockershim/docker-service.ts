import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ComponentLog } from '../component-log.ts';
import {
  compareApiVersions,
  type DockerClient,
  DockerError,
  type DockerInfo,
  type DockerVersion,
} from '../docker-client.ts';

// kubernetes v1.19.3 pkg/kubelet/dockershim/libdocker/client.go MinimumDockerAPIVersion.
const API_VERSION_MIN = '1.26';

/** The container runtime as the kubelet sees it through dockershim. */
export interface DockerService {
  /** The runtime version a node reports, e.g. `docker://18.9.1`. Asks the engine. @throws DockerError */
  containerRuntimeVersion(): Promise<string>;
}

interface DockerServiceOptions {
  world: World;
  host: Host;
  client: DockerClient;
  socketPath: string;
  log: ComponentLog;
}

/**
 * dockershim's start: negotiate, check the engine's API version, read its info. An engine that refuses the
 * client, or is older than dockershim's minimum, ends the start.
 * Source: kubernetes v1.19.3 pkg/kubelet/dockershim/docker_service.go NewDockerService, libdocker/client.go.
 * @throws Error with upstream's text
 */
export async function startDockerService(options: DockerServiceOptions): Promise<DockerService> {
  const { world, host, client, socketPath, log } = options;
  log.info('client.go:77', `Connecting to docker on unix://${socketPath}`);
  log.info('client.go:94', 'Start docker client with request timeout=0s');
  await client.negotiate();
  const checked = await checkVersionCompatibility(client);
  world.trace.emit({ host: host.name, component: 'dockershim', kind: 'dockershim.checked', detail: checked });
  if (checked.error !== undefined) throw new Error(checked.error);
  log.info('docker_service.go:241', 'Hairpin mode set to "hairpin-veth"');
  log.info('docker_service.go:256', 'Docker cri networking managed by kubernetes.io/no-op');
  const info = await client.info();
  log.info('docker_service.go:261', describeInfo(info));
  log.info('docker_service.go:274', `Setting cgroupDriver to ${info.CgroupDriver ?? 'cgroupfs'}`);
  log.info('edged.go:525', 'Starting the GRPC server for the docker CRI shim.');
  // The container manager's first round and IsCRISupportedLogDriver ask once more each.
  await client.version();
  await client.info();
  return {
    containerRuntimeVersion: async () => `docker://${runtimeVersion((await serverVersion(client)).Version)}`,
  };
}

const describeInfo = ({ Containers, Images, Driver, ServerVersion }: DockerInfo) =>
  `Docker Info: &{Containers:${Containers} Images:${Images} Driver:${Driver} ServerVersion:${ServerVersion}}`;

async function checkVersionCompatibility(client: DockerClient) {
  try {
    const { ApiVersion } = await serverVersion(client);
    const ok = compareApiVersions(ApiVersion, API_VERSION_MIN) >= 0;
    if (ok) return { ok, apiVersion: ApiVersion };
    return { ok, apiVersion: ApiVersion, error: `docker API version is older than ${API_VERSION_MIN}.0` };
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return { ok: false, error: error.message };
  }
}

async function serverVersion(client: DockerClient): Promise<DockerVersion> {
  try {
    return await client.version();
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    const message = `failed to get docker version: ${error.message}`;
    throw new DockerError(message, error.status, { cause: error });
  }
}

/**
 * The version as kubelet's newRuntimeVersion writes it: a semantic version stays whole, of any other only the
 * numbers are kept, without leading zeroes (`18.09.1` → `18.9.1`, `17.06.2-ce` → `17.6.2`, `20.10.24+dfsg1`
 * stays). What upstream would refuse is returned as it is; no engine release is called so.
 * Source: kubernetes v1.19.3 pkg/kubelet/kuberuntime/helpers.go, apimachinery v0.19.3
 * pkg/util/version/version.go.
 */
export function runtimeVersion(version: string): string {
  const [, numbers = '', extra = ''] = /^\s*v?(\d+(?:\.\d+)*)(.*)$/.exec(version) ?? [];
  const parts = numbers.split('.');
  const semantic = parts.length === 3 && !parts.some(hasLeadingZero) ? semanticExtra(extra) : undefined;
  if (semantic !== undefined) return `${numbers}${semantic}`;
  if (parts.length < 2 || parts.slice(0, 1).some(hasLeadingZero)) return version;
  return parts.map((part) => part.replace(/^0+(?=\d)/, '')).join('.');
}

const hasLeadingZero = (part: string) => /^0./.test(part);

/** Pre-release and build of a semantic version; undefined when they are not such. */
function semanticExtra(extra: string): string | undefined {
  const words = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
  const [whole, preRelease] = new RegExp(`^(?:-(${words}))?(?:\\+${words})?\\s*$`).exec(extra) ?? [];
  return preRelease?.split('.').some((word) => /^0\d+$/.test(word)) ? undefined : whole?.trimEnd();
}

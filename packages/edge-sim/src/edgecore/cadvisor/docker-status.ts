import type { World } from '@kubeedge-sim/sim-kit';
import type { Machine } from '../../machine/machine.ts';
import type { ComponentLog } from '../component-log.ts';
import { type DockerClient, DockerError } from '../docker-client.ts';

// google/cadvisor v0.37.0 container/docker/factory.go rootDirRetries, rootDirRetryPeriod.
const ROOT_DIR_RETRIES = 5;
const ROOT_DIR_RETRY_MS = 1_000;

interface DockerContext {
  world: World;
  machine: Pick<Machine, 'host' | 'description'>;
  client: DockerClient;
  log: ComponentLog;
}

/**
 * What cAdvisor asks Docker before anything else: its status, its root directory for as long as five seconds,
 * and its version for the log.
 * Source: google/cadvisor v0.37.0 manager/manager.go New.
 */
export async function readDocker(context: DockerContext & { signal: AbortSignal }): Promise<void> {
  const { world, machine, client, log, signal } = context;
  const { kernelVersion, osImage } = machine.description;
  await readStatus(client, log);
  await findRootDir(world, client, signal);
  const version = await versionString(client);
  const apiVersion = await versionString(client, 'ApiVersion');
  const host = `KernelVersion:${kernelVersion} ContainerOsVersion:${osImage}`;
  const docker = `DockerVersion:${version} DockerAPIVersion:${apiVersion}`;
  log.v(1, 'manager.go:229', `Version: {${host} ${docker} CadvisorVersion: CadvisorRevision:}`);
}

// container/docker/plugin.go retryDockerStatus: a refusal is told at V(5) only and the empty status is used.
async function readStatus(client: DockerClient, log: ComponentLog): Promise<void> {
  try {
    await status(client);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    log.v(5, 'plugin.go:68', `Docker not connected: ${error.message}`);
  }
}

// container/docker/docker.go Status: info, then the version twice (once for each of its two numbers).
async function status(client: DockerClient) {
  const info = await client.info();
  await client.version();
  await client.version();
  return info;
}

// container/docker/factory.go RootDir: a refusal is not told at all.
async function findRootDir(world: World, client: DockerClient, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < ROOT_DIR_RETRIES; attempt++) {
    try {
      if ((await status(client)).DockerRootDir !== '') return;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
    }
    await world.clock.sleep(ROOT_DIR_RETRY_MS, { signal, label: 'cadvisor docker root dir retry' });
  }
}

/** Docker's version, or its API version, now; `Unknown` when it refuses (container/docker/docker.go). */
export async function versionString(
  client: DockerClient,
  field: 'Version' | 'ApiVersion' = 'Version',
): Promise<string> {
  try {
    return (await client.version())[field];
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return 'Unknown';
  }
}

/** Tries once to register the docker factory; the text of the failure, or undefined when it is registered. */
export async function registerDocker(context: DockerContext): Promise<string | undefined> {
  const { world, machine, client, log } = context;
  const error = await validateInfo(client);
  const detail = { factory: 'docker', registered: error === undefined, ...(error && { error }) } as const;
  const parent = world.trace.emit({
    host: machine.host.name,
    component: 'cadvisor',
    kind: 'cadvisor.factory',
    detail,
  });
  if (error === undefined) log.v(1, 'factory.go:370', 'Registering Docker factory', parent);
  else log.v(5, 'factory.go:161', `Registration of the docker container factory failed: ${error}`, parent);
  return error;
}

// container/docker/docker.go ValidateInfo and factory.go Register.
async function validateInfo(client: DockerClient): Promise<string | undefined> {
  try {
    const info = await client.info();
    if (!/\d+\.\d+\.\d+/.test(info.ServerVersion)) {
      const expected = 'expected regular expression: "(\\d+)\\.(\\d+)\\.(\\d+)"';
      const problem = `version string "${info.ServerVersion}" doesn't match ${expected}`;
      return `failed to validate Docker info: ${problem}`;
    }
    if (info.Driver === '') return 'failed to validate Docker info: failed to find docker storage driver';
    await client.version();
    return undefined;
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return `failed to validate Docker info: failed to detect Docker info: ${error.message}`;
  }
}

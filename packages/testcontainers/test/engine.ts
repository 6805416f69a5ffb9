import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { getContainerRuntimeClient } from 'testcontainers';
import { buildImage, localBaseOf } from '../../../scripts/build-image.ts';

// Its helper container would be pulled, and the tests clean up by themselves.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
// Where tests run in a container, testcontainers would pull another one to find the way to the engine.
process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1';

/** Of all that this process makes in the engine, so that it finds it again. */
export const LABEL = { 'kubeedge-sim.test': String(process.pid) };
const OWN = `label=kubeedge-sim.test=${process.pid}`;
export const IMAGE = `kubeedge-sim:test-${process.pid}`;
/** Long enough for a machine that does much else; every wait ends as soon as its condition holds. */
export const POLL = { timeout: 80_000, interval: 250 };
export const TEST_MS_MAX = 180_000;

export function docker(...words: string[]): string {
  return execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Builds the image on a base of this machine's Node: no registry is asked. */
export async function prepareImage(): Promise<void> {
  await buildImage({ base: 'local', tag: IMAGE });
}

/** Removes whatever the tests of this process have left in the engine. */
export function cleanUp(): void {
  const lines = (...words: string[]) =>
    docker(...words)
      .split('\n')
      .filter((line) => line !== '');
  const containers = [OWN, `ancestor=${IMAGE}`].flatMap((filter) => lines('ps', '-aq', '--filter', filter));
  if (containers.length > 0) docker('rm', '-fv', ...new Set(containers));
  const networks = lines('network', 'ls', '-q', '--filter', OWN);
  if (networks.length > 0) docker('network', 'rm', ...networks);
  const volumes = lines('volume', 'ls', '-q', '--filter', OWN);
  if (volumes.length > 0) docker('volume', 'rm', ...volumes);
  for (const tag of [IMAGE, localBaseOf(IMAGE)]) {
    if (lines('image', 'ls', '-q', tag).length > 0) docker('image', 'rm', '-f', tag);
  }
}

export interface TestNetwork {
  readonly name: string;
  /** Takes a container off it; the function puts it back with its address. */
  cut(id: string): Promise<() => Promise<void>>;
}

/** A network of its own for containers; only with a subnet can a container be given its address back. */
export async function createNetwork(prefix: string, subnet?: string): Promise<TestNetwork> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const name = `${prefix}-${process.pid}`;
  const network = await dockerode.createNetwork({
    Name: name,
    Labels: LABEL,
    ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
  });
  return {
    name,
    async cut(id) {
      const { NetworkSettings } = await dockerode.getContainer(id).inspect();
      const IPv4Address = NetworkSettings.Networks[name]?.IPAddress as string;
      await network.disconnect({ Container: id });
      const EndpointConfig = { IPAMConfig: { IPv4Address } };
      return () => network.connect({ Container: id, EndpointConfig });
    },
  };
}

/** What an HTTP or HTTPS server says to GET; undefined when it does not answer. */
export async function get(url: string, ca?: string): Promise<string | undefined> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const options = { agent: false, timeout: 5_000 } as const;
  const asked = url.startsWith('http:') ? requestHttp(url, options) : request(url, { ...trust, ...options });
  asked.once('timeout', () => asked.destroy(new Error('no answer')));
  asked.end();
  try {
    const [response] = await once(asked, 'response');
    return await text(response);
  } catch {
    return undefined;
  }
}

/** Who has metrics by the aggregated API, by name. */
export async function measured(
  cloud: { getApiserverUrl(): string },
  kind: 'pods' | 'nodes',
  ca?: string,
): Promise<string[]> {
  const answer = await get(`${cloud.getApiserverUrl()}/apis/metrics.k8s.io/v1beta1/${kind}`, ca);
  if (answer?.startsWith('{') !== true) return [];
  const { items = [] } = JSON.parse(answer) as { items?: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name).toSorted();
}

/** The pods that an edge of this name brings along, beside the cloud's own. */
export const podsOf = (...nodes: string[]) =>
  ['edge-proxy', 'nginx', 'sensor-agent'].flatMap((app) => nodes.map((node) => `${app}-${node}`)).toSorted();

export function stateOf(id: string) {
  const [{ State, HostConfig, Config }] = JSON.parse(docker('inspect', id)) as [
    {
      State: { ExitCode: number; Status: string; Health?: { Status: string } };
      HostConfig: { ReadonlyRootfs: boolean };
      Config: { User: string };
    },
  ];
  return { ...State, readOnly: HostConfig.ReadonlyRootfs, user: Config.User };
}

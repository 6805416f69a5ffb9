import type { Certificate, World } from '@kubeedge-sim/sim-kit';
import { startCloud } from '../cluster/cloud-half.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import { declareHosts } from '../cluster/hosts.ts';
import { cloudPorts, publishCloud } from '../cluster/publish.ts';
import { type Certificates, makeCertificates, readCloudPki } from './certificates.ts';
import { startHealthServer } from './health.ts';

export interface CloudProcessOptions {
  /** Without edges: they come by themselves. */
  describe: (nowMs: number) => ClusterDescription;
  /** Gives the certificates; `address` is where the cloud can be dialled on this machine, `make` makes some. */
  certificates: (
    address: string,
    make: (names: readonly string[]) => Promise<Certificates>,
  ) => Promise<Certificates>;
  /** KubeEdge's authority, with its key, to make certificates with; default: a new one. */
  authority?: Certificate;
  /** An address of the machine to serve on, too. */
  publishOn?: string;
  healthPort: number;
}

export interface CloudProcess {
  /** The leased address of the cloud's host. */
  readonly address: string;
  readonly healthUrl: string;
  /** By which an edge can join now; undefined for releases without port 10002. */
  token(): string | undefined;
}

/** Starts the cloud of a cluster whose edges are other processes, here or on other machines; it ends with the world. */
export async function startCloudProcess(world: World, options: CloudProcessOptions): Promise<CloudProcess> {
  const { publishOn, healthPort } = options;
  const description = options.describe(world.clock.now());
  const hosts = declareHosts(world, description);
  const { address } = hosts.cloud;
  const files = await options.certificates(address, (names) =>
    makeCertificates(world, names, options.authority),
  );
  if (publishOn !== undefined) await publishCloud(world, hosts.cloud, publishOn, cloudPorts(description));
  let isUp = false;
  const readiness = () => (isUp ? [] : ['the cloud is starting']);
  const where = { port: healthPort, ...(publishOn !== undefined && { publishOn }) };
  const health = world.own(await startHealthServer(world, readiness, where));
  const cloud = world.own(await startCloud(world, hosts, description, readCloudPki(files)));
  isUp = true;
  return { address, healthUrl: health.url, token: () => cloud.token() };
}

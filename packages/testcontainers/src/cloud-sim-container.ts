import { type Certificates, createCertificates, kubeconfig } from 'kubeedge-sim';
import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { CERTIFICATES_FOLDER, certificatesArchive } from './certificates.ts';
import { SimContainer } from './sim-container.ts';
import { StartedSimContainer } from './started-sim-container.ts';

const APISERVER_PORT = 6_443;
const METRICS_SERVER_PORT = 4_443;
const CLOUDHUB_PORT = 10_000;
const STREAM_PORT = 10_003;
const TUNNEL_PORT = 10_004;
/** What edges on the same network call the cloud unless told otherwise. */
const DEFAULT_ALIAS = 'cloud';

/**
 * The cloud of a cluster: kube-apiserver, cloudcore, metrics-server. On a network it is known as `cloud`, or by the
 * aliases it is given.
 */
export class CloudSimContainer extends SimContainer {
  #certificates: Certificates | undefined;
  readonly #serverNames: string[] = [];

  /** @param image a kubeedge-sim image, e.g. `kubeedge-sim:latest` */
  constructor(image: string) {
    super(image, 'cloud', /^ready: /);
    const ports = [APISERVER_PORT, METRICS_SERVER_PORT, CLOUDHUB_PORT, STREAM_PORT, TUNNEL_PORT];
    this.withExposedPorts(...ports).withArguments('--certificates', CERTIFICATES_FOLDER, '--anonymous');
  }

  /** KubeEdge release, e.g. `v1.6.1`. */
  withCloudcore(tag: string): this {
    return this.withArguments('--cloudcore', tag);
  }

  /** A flag more for metrics-server, e.g. `--metric-resolution=2s`. */
  withMetricsServerFlag(flag: string): this {
    return this.withArguments(`--metrics-server-arg=${flag}`);
  }

  /** A name or address more for the servers' certificates. Aliases and the container runtime's host are in them. */
  withServerName(name: string): this {
    this.#serverNames.push(name);
    return this;
  }

  /** Certificates that exist already; default: made for this cloud when it starts. */
  withCertificates(certificates: Certificates): this {
    this.#certificates = certificates;
    return this;
  }

  override async start(): Promise<StartedCloudSimContainer> {
    if (this.networkMode !== undefined && this.networkAliases.length === 0)
      this.withNetworkAliases(DEFAULT_ALIAS);
    const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
    const names = [...this.networkAliases, host, ...this.#serverNames];
    const certificates = this.#certificates ?? (await createCertificates([...new Set(names)]));
    this.archivesToCopy = [
      ...this.archivesToCopy.filter(({ target }) => target !== CERTIFICATES_FOLDER),
      certificatesArchive(certificates),
    ];
    const network =
      this.networkMode === undefined
        ? undefined
        : { name: this.networkMode, alias: this.networkAliases[0] ?? DEFAULT_ALIAS };
    return new StartedCloudSimContainer(await super.start(), certificates, network);
  }
}

/** A running cloud. */
export class StartedCloudSimContainer extends StartedSimContainer {
  readonly #certificates: Certificates;
  /** The network it is on, and what it is called there. */
  readonly network: { readonly name: string; readonly alias: string } | undefined;

  constructor(
    started: StartedTestContainer,
    certificates: Certificates,
    network: { name: string; alias: string } | undefined,
  ) {
    super(started);
    this.#certificates = certificates;
    this.network = network;
  }

  getApiserverUrl(): string {
    return `https://${this.endpoint(APISERVER_PORT)}`;
  }

  getMetricsServerUrl(): string {
    return `https://${this.endpoint(METRICS_SERVER_PORT)}`;
  }

  getStreamServerUrl(): string {
    return `https://${this.endpoint(STREAM_PORT)}`;
  }

  /** Where an edge outside of the container network dials: `--cloudcore`, and `--cloudhub`. */
  getCloudcoreEndpoints(): { tunnel: string; hub: string } {
    return { tunnel: this.endpoint(TUNNEL_PORT), hub: this.endpoint(CLOUDHUB_PORT) };
  }

  /** A kubeconfig for clients on this side of the mapped port; it verifies the server. */
  getKubeconfig(): string {
    return kubeconfig({
      server: this.getApiserverUrl(),
      authorityPem: this.#certificates['kubernetes-ca.crt'],
    });
  }

  /** PEM texts by file name: what edges and clients of this cloud need. */
  getCertificates(): Certificates {
    return this.#certificates;
  }
}

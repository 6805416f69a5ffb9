import type { Certificates } from 'kubeedge-sim';
import { CERTIFICATES_FOLDER, certificatesArchive } from './certificates.ts';
import type { StartedCloudSimContainer } from './cloud-sim-container.ts';
import { SimContainer } from './sim-container.ts';
import { StartedSimContainer } from './started-sim-container.ts';

/**
 * One edge node or several: edgecore and a Docker engine on each. Started when every node has its tunnel; for nodes that
 * never get one, wait for the line `Serving` instead.
 */
export class EdgeSimContainer extends SimContainer {
  #certificates: Pick<Certificates, 'edge.crt' | 'edge.key'> | undefined;
  #cloudcore: string | undefined;

  /** @param image a kubeedge-sim image, e.g. `kubeedge-sim:latest` */
  constructor(image: string) {
    super(image, 'edge', /^ready: /);
    this.withArguments('--certificates', CERTIFICATES_FOLDER);
  }

  /** Joins the cloud's network and dials it there with its certificates. @throws RangeError for a cloud on no network */
  withCloud(cloud: StartedCloudSimContainer): this {
    const { network } = cloud;
    if (network === undefined) {
      throw new RangeError(
        'Tried to join the network of the cloud, found it on none. Start it with withNetwork(), or give its ' +
          'address with withCloudcore() and its certificates with withCertificates().',
      );
    }
    return this.withNetworkMode(network.name)
      .withCloudcore(network.alias)
      .withCertificates(cloud.getCertificates());
  }

  /** Whom to dial: `host` or `host:port` of the tunnel server, and of CloudHub where that is not on port 10000 there. */
  withCloudcore(tunnel: string, hub?: string): this {
    this.#cloudcore = tunnel;
    return hub === undefined ? this : this.withArguments('--cloudhub', hub);
  }

  /** Of these `edge.crt` and `edge.key` are taken. */
  withCertificates(certificates: Pick<Certificates, 'edge.crt' | 'edge.key'>): this {
    const { 'edge.crt': certificate, 'edge.key': key } = certificates;
    this.#certificates = { 'edge.crt': certificate, 'edge.key': key };
    return this;
  }

  /** KubeEdge release of the nodes, e.g. `v1.6.1`. */
  withEdgecore(tag: string): this {
    return this.withArguments('--edgecore', tag);
  }

  /** Docker Engine of the nodes, e.g. `18.09.1`. */
  withDocker(version: string): this {
    return this.withArguments('--docker', version);
  }

  /** The node's name, of several the beginning: `shop` is `shop-1`, `shop-2`…; default: the container's hostname. */
  withNodes(name: string, count = 1): this {
    return this.withArguments('--name', name, '--nodes', String(count));
  }

  /** Pods on each node; default 3. */
  withPods(count: number): this {
    return this.withArguments('--pods', String(count));
  }

  /** @throws RangeError when nobody has said which cloud it is */
  override async start(): Promise<StartedEdgeSimContainer> {
    if (this.#cloudcore === undefined || this.#certificates === undefined) {
      throw new RangeError(
        'Tried to start an edge, found no cloud to dial or no certificates for it. ' +
          'Give them with withCloud(), or with withCloudcore() and withCertificates().',
      );
    }
    this.archivesToCopy = [
      ...this.archivesToCopy.filter(({ target }) => target !== CERTIFICATES_FOLDER),
      certificatesArchive(this.#certificates),
    ];
    return new StartedEdgeSimContainer(await super.start());
  }

  protected override words(): string[] {
    return [...super.words(), '--cloudcore', this.#cloudcore ?? ''];
  }
}

/** Running edge nodes. */
export class StartedEdgeSimContainer extends StartedSimContainer {}

import { kubeconfig } from 'kubeedge-sim';
import type { StartedTestContainer } from 'testcontainers';
import { SimContainer } from './sim-container.ts';
import { StartedSimContainer } from './started-sim-container.ts';

const APISERVER_PORT = 6_443;
const METRICS_SERVER_PORT = 4_443;
const STREAM_PORT = 10_003;

/** A whole cluster of a scenario in one container, as `up` serves it. */
export class ClusterSimContainer extends SimContainer {
  /**
   * @param image a kubeedge-sim image, e.g. `kubeedge-sim:latest`
   * @param scenario default `missing-pod-metrics`, the founding report
   */
  constructor(image: string, scenario = 'missing-pod-metrics') {
    super(image, 'up', /^Serving until interrupted/);
    this.withExposedPorts(APISERVER_PORT, METRICS_SERVER_PORT, STREAM_PORT).withArguments(
      scenario,
      '--anonymous',
    );
  }

  /** KubeEdge release of the edges, and of the cloud unless that has its own. */
  withEdgecore(tag: string): this {
    return this.withArguments('--edgecore', tag);
  }

  withCloudcore(tag: string): this {
    return this.withArguments('--cloudcore', tag);
  }

  /** Docker Engine of the edge under study. */
  withDocker(version: string): this {
    return this.withArguments('--docker', version);
  }

  /** A fault on top, by its id. */
  withFault(id: string): this {
    return this.withArguments('--fault', id);
  }

  override async start(): Promise<StartedClusterSimContainer> {
    return new StartedClusterSimContainer(await super.start());
  }
}

/** A running cluster. */
export class StartedClusterSimContainer extends StartedSimContainer {
  constructor(started: StartedTestContainer) {
    super(started);
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

  /** A kubeconfig for clients on this side of the mapped port. It does not verify the server's throw-away certificate. */
  getKubeconfig(): string {
    return kubeconfig({ server: this.getApiserverUrl() });
  }

  /**
   * Changes the cluster: the words of the `act` command, e.g. `'docker', 'edge-node-1', '20.10.24'`.
   * @returns what was done, one line each
   * @throws Error with the command's words when it refuses
   */
  async act(...words: string[]): Promise<string> {
    return await this.#run('act', ...words);
  }

  /** A component's log so far, as klog writes it. @throws Error for a node that is not there */
  async log(node: string, component: string, verbosity = 0): Promise<string> {
    return await this.#run('log', node, component, '--v', String(verbosity));
  }

  async #run(...words: string[]): Promise<string> {
    const { exitCode, output, stdout } = await this.exec(['kubeedge-sim', ...words]);
    if (exitCode === 0) return stdout;
    throw new Error(`kubeedge-sim ${words.join(' ')} ended with code ${exitCode}: ${output.trim()}`);
  }
}

import { AbstractStartedContainer, getContainerRuntimeClient } from 'testcontainers';
import { HEALTH_PORT } from './sim-container.ts';

/** A running container of the image. */
export class StartedSimContainer extends AbstractStartedContainer {
  /** Answers 200 on `/livez` while the process serves and on `/readyz` when it is ready: plain HTTP. */
  getHealthUrl(): string {
    return `http://${this.endpoint(HEALTH_PORT)}`;
  }

  /** Freezes all of the container, as `docker pause`: peers get no answer, and no connection breaks. */
  async pause(): Promise<void> {
    await (await this.#container()).pause();
  }

  async resume(): Promise<void> {
    await (await this.#container()).unpause();
  }

  /** `host:port` under which a port of the container can be reached from here. */
  protected endpoint(port: number): string {
    return `${this.getHost()}:${this.getMappedPort(port)}`;
  }

  async #container() {
    const client = await getContainerRuntimeClient();
    return client.container.getById(this.getId());
  }
}

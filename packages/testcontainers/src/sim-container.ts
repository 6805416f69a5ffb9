import { GenericContainer, Wait } from 'testcontainers';

/** Port of `/livez` and `/readyz`. */
export const HEALTH_PORT = 7_351;

/**
 * What the containers of the image have in common: a command with options, the health port, and a wait for the line that
 * says they serve. The wait for open ports that testcontainers would do needs a shell, which an image need not have.
 */
export abstract class SimContainer extends GenericContainer {
  readonly #words: string[];

  protected constructor(image: string, command: string, readyLine: RegExp) {
    super(image);
    this.#words = [command];
    this.withExposedPorts(HEALTH_PORT).withWaitStrategy(Wait.forLogMessage(readyLine));
  }

  /** Adds words to the command line, e.g. `'--seed', '7'`. */
  withArguments(...words: string[]): this {
    this.#words.push(...words);
    return this;
  }

  /** Mounts the root filesystem read-only; /tmp is in memory. Nothing can be copied into such a container but volumes. */
  withReadOnlyRoot(): this {
    this.hostConfig.ReadonlyRootfs = true;
    return this.withTmpFs({ '/tmp': 'rw' });
  }

  /** The command and its options. */
  protected words(): string[] {
    return this.#words;
  }

  protected override async beforeContainerCreated(): Promise<void> {
    this.withCommand(this.words());
  }
}

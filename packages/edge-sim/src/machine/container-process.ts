import type { ContainerRecord } from './container-record.ts';

/** What is asked of an exec or attach, as the engine's API takes it. */
export interface StreamRequest {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** A terminal: its two output streams are one, `stdout`. */
  readonly tty: boolean;
}

export interface ExecRequest extends StreamRequest {
  readonly command: readonly string[];
}

/** In characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** Takes output of a process; a promise says when it takes more, and until then the process waits. */
export type OutputSink = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void> | undefined;

/** The connection to a process in a container, as the engine gives it to a client of exec or attach. */
export interface ProcessStream {
  /** Hands over input; resolves when there is room for more. What nobody reads any more is dropped. */
  write(bytes: Uint8Array): Promise<void>;
  /** The client has no more input. */
  end(): void;
  resize(size: TerminalSize): void;
  /** The client goes away. The process runs on, and what it prints is lost. */
  leave(): void;
  /**
   * Resolves when the engine has ended the connection, all output having been taken.
   * @throws EdgeError EDGE_ERR_DOCKER_HOST_UNREACHABLE when a real engine did so by failing
   */
  readonly closed: Promise<void>;
  /** The exit code of the process of an exec; undefined while it runs. */
  exitCode(): Promise<number | undefined>;
}

/** The processes of a machine's containers. */
export interface Processes {
  /** Starts a process in a container. */
  exec(container: ContainerRecord, request: ExecRequest, output: OutputSink): ProcessStream;
  /** Joins the main process of a container. */
  attach(container: ContainerRecord, request: StreamRequest, output: OutputSink): ProcessStream;
}

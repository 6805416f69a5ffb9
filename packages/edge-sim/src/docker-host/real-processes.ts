import { drained, type NetSocket } from '@kubeedge-sim/sim-kit';
import type {
  ExecRequest,
  OutputSink,
  Processes,
  ProcessStream,
  StreamRequest,
  TerminalSize,
} from '../machine/container-process.ts';
import type { ContainerRecord } from '../machine/container-record.ts';
import type { EngineApi } from './engine-api.ts';

/** moby pkg/stdcopy/stdcopy.go: a byte for the stream, three of nothing, four for the length. */
const HEADER_BYTES = 8;
const STREAMS = ['stdout', 'stdout', 'stderr'] as const;

/** The processes of a real engine's containers, as dockershim's client of it asks for them. */
export function realProcesses(api: EngineApi): Processes {
  return {
    exec: (record, request, output) => new EngineStream(api, new Exec(api, record, request), request, output),
    attach: (record, request, output) =>
      new EngineStream(api, new Attachment(record, request), { ...request, tty: record.tty }, output),
  };
}

/** Where the engine keeps what a client joins. */
interface Target {
  /** Path and body of the request for the stream; what has to be made for it is made. */
  open(): Promise<{ path: string; body: string }>;
  resizePath(): string | undefined;
  exitCode(): Promise<number | undefined>;
}

// kubernetes v1.19.3 pkg/kubelet/dockershim/exec.go ExecInContainer.
class Exec implements Target {
  readonly #api: EngineApi;
  readonly #record: ContainerRecord;
  readonly #request: ExecRequest;
  #id: string | undefined;

  constructor(api: EngineApi, record: ContainerRecord, request: ExecRequest) {
    this.#api = api;
    this.#record = record;
    this.#request = request;
  }

  async open() {
    const { command, stdin, stdout, stderr, tty } = this.#request;
    const { Id } = await this.#api.post<{ Id: string }>(`/containers/${this.#record.id}/exec`, {
      Cmd: command,
      AttachStdin: stdin,
      AttachStdout: stdout,
      AttachStderr: stderr,
      Tty: tty,
    });
    this.#id = Id;
    return { path: `/exec/${Id}/start`, body: JSON.stringify({ Detach: false, Tty: tty }) };
  }

  resizePath = () => this.#id && `/exec/${this.#id}/resize`;

  async exitCode(): Promise<number | undefined> {
    const seen = await this.#api.get<{ Running: boolean; ExitCode: number | null }>(`/exec/${this.#id}/json`);
    return seen === undefined || seen.Running ? undefined : (seen.ExitCode ?? 0);
  }
}

// kubernetes v1.19.3 pkg/kubelet/dockershim/docker_streaming.go attachContainer.
class Attachment implements Target {
  readonly #id: string;
  readonly #request: StreamRequest;

  constructor({ id }: ContainerRecord, request: StreamRequest) {
    this.#id = id;
    this.#request = request;
  }

  async open() {
    const query = new URLSearchParams({ stream: '1' });
    for (const name of ['stdin', 'stdout', 'stderr'] as const) if (this.#request[name]) query.set(name, '1');
    return { path: `/containers/${this.#id}/attach?${query}`, body: '' };
  }

  resizePath = () => `/containers/${this.#id}/resize`;
  exitCode = async () => undefined;
}

class EngineStream implements ProcessStream {
  readonly closed: Promise<void>;
  readonly #api: EngineApi;
  readonly #target: Target;
  readonly #leaving = new AbortController();
  readonly #opened: Promise<NetSocket>;
  /** The one to be told next. */
  #size: TerminalSize | undefined;
  #telling = false;

  constructor(api: EngineApi, target: Target, request: StreamRequest, output: OutputSink) {
    this.#api = api;
    this.#target = target;
    this.#opened = this.#open(request.stdin);
    this.closed = this.#opened.then((socket) => this.#follow(socket, request, output));
    // Whoever waits for `closed` is told.
    this.#opened.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    const socket = await this.#opened.catch(() => undefined);
    if (socket === undefined || !socket.writable) return;
    socket.write(bytes);
    await drained(socket);
  }

  end(): void {
    void this.#opened.then((socket) => socket.end()).catch(() => {});
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    if (!this.#telling) void this.#tellSizes();
  }

  leave(): void {
    this.#leaving.abort();
    void this.#opened.then((socket) => socket.destroy()).catch(() => {});
  }

  exitCode(): Promise<number | undefined> {
    return this.#target.exitCode();
  }

  async #open(stdin: boolean): Promise<NetSocket> {
    const { path, body } = await this.#target.open();
    const socket = await this.#api.hijack(path, body, this.#leaving.signal);
    if (!stdin) socket.end();
    return socket;
  }

  /** One size after the other, those left out that are no longer true. */
  async #tellSizes(): Promise<void> {
    this.#telling = true;
    // The engine takes no size before the process has been started.
    const opened = await this.#opened.catch(() => undefined);
    const path = this.#target.resizePath();
    while (opened !== undefined && path !== undefined && this.#size !== undefined) {
      const { height, width } = this.#size;
      this.#size = undefined;
      // dockershim does not look at the answer either.
      await this.#api.post(`${path}?h=${height}&w=${width}`, undefined).catch(() => {});
    }
    this.#telling = false;
  }

  async #follow(
    socket: NetSocket,
    { stdout, stderr, tty }: StreamRequest,
    output: OutputSink,
  ): Promise<void> {
    const wanted = { stdout, stderr };
    try {
      for await (const [stream, bytes] of tty ? rawOutput(socket) : demultiplexed(socket)) {
        if (wanted[stream]) await output(stream, bytes);
      }
    } catch (error) {
      // A connection that breaks off ends the stream, as dockershim's copying ends.
      if (!(error instanceof Error && 'code' in error)) throw error;
    } finally {
      socket.destroy();
    }
  }
}

type Piece = readonly [stream: 'stdout' | 'stderr', bytes: Uint8Array];

async function* rawOutput(socket: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  for await (const chunk of socket) yield ['stdout', chunk];
}

/** Pieces of frames as they come; nothing waits for a frame to be whole but its header. */
async function* demultiplexed(socket: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of socket) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) break;
        left = header.readUInt32BE(4);
        if (left === 0) header = Buffer.alloc(0);
        continue;
      }
      const part = rest.subarray(0, left);
      yield [STREAMS[header[0] ?? 0] ?? 'stdout', part];
      left -= part.length;
      rest = rest.subarray(part.length);
      if (left === 0) header = Buffer.alloc(0);
    }
  }
}

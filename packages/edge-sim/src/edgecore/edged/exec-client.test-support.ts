// Test support: `kubectl exec` and `attach` as an edged sees them, over any connection that speaks HTTP.
import { drained, type NetSocket } from '@kubeedge-sim/sim-kit';
import {
  type CommandResult,
  RemoteCommandClient,
  type RemoteCommandProtocol,
  readUpgradeAnswer,
  remoteCommandProtocols,
  type TerminalSize,
  upgradeRequestHeaders,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';

export interface ExecOptions {
  /** Default those of client-go, v4 first. */
  protocols?: readonly RemoteCommandProtocol[];
  method?: 'GET' | 'POST';
  host?: string;
}

/** An exec that was accepted. */
export class ExecClient {
  readonly socket: NetSocket;
  readonly #remote: RemoteCommandClient;
  readonly #waiting = new Set<() => void>();
  readonly stdoutPieces: Buffer[] = [];
  readonly stderrPieces: Buffer[] = [];
  result: CommandResult | undefined;
  ready = false;
  closed = false;
  /** Output is left unread, as by a client that hangs. */
  #held = false;

  constructor(socket: NetSocket, remote: RemoteCommandClient, head: Buffer) {
    this.socket = socket;
    this.#remote = remote;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.once('close', () => {
      this.closed = true;
      for (const event of remote.connectionEnded()) if (event.type === 'done') this.#done(event.result);
      this.#wake();
    });
    if (head.length > 0) this.#receive(head);
    socket.resume();
    this.#send();
  }

  get stdout(): string {
    return Buffer.concat(this.stdoutPieces).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.stderrPieces).toString();
  }

  async start(): Promise<this> {
    await this.until(() => this.ready);
    return this;
  }

  write(text: string | Uint8Array): void {
    this.#remote.writeStdin(typeof text === 'string' ? Buffer.from(text) : text);
    this.#send();
  }

  end(): void {
    this.#remote.endStdin();
    this.#send();
  }

  resize(size: TerminalSize): void {
    this.#remote.resize(size);
    this.#send();
  }

  hold(): void {
    this.#held = true;
    this.socket.pause();
  }

  release(): void {
    this.#held = false;
    this.socket.resume();
  }

  /** Resolves when what is asked for has become true. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Resolves when the connection takes more. */
  async flushed(): Promise<void> {
    await drained(this.socket);
  }

  async finished(): Promise<CommandResult> {
    await this.until(() => this.result !== undefined);
    return this.result as CommandResult;
  }

  #receive(bytes: Buffer): void {
    for (const event of this.#remote.receive(bytes)) {
      if (event.type === 'ready') this.ready = true;
      if (event.type === 'stdout' || event.type === 'stderr') {
        this[`${event.type}Pieces`].push(Buffer.from(event.data));
        this.#remote.consumed(event.type, event.data.length);
      }
      if (event.type === 'done') this.#done(event.result);
    }
    this.#send();
    if (this.#held) this.socket.pause();
    this.#wake();
  }

  #done(result: CommandResult): void {
    this.result ??= result;
    this.#remote.close();
    this.#send();
    this.socket.end();
  }

  #send(): void {
    for (const bytes of this.#remote.takeOutput()) if (this.socket.writable) this.socket.write(bytes);
  }

  #wake(): void {
    for (const wake of this.#waiting) {
      this.#waiting.delete(wake);
      wake();
    }
  }
}

/** Asks for an exec or attach; resolves with the client, or with the answer that refused it. */
export async function startExec(
  socket: NetSocket,
  path: string,
  {
    protocols = remoteCommandProtocols.slice(1),
    method = 'POST',
    host = '127.0.0.1:10350',
  }: ExecOptions = {},
): Promise<ExecClient | { refused: string; error: string }> {
  const headers = upgradeRequestHeaders(protocols).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers.join('')}Content-Length: 0\r\n\r\n`);
  const { head, rest } = await readHead(socket);
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(first.split(' ')[1]);
  const pairs = lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]);
  const answer = readUpgradeAnswer(status, pairs, rest.toString());
  if ('error' in answer) return { refused: `${head}\r\n\r\n${rest}`, error: answer.error };
  const wants = wantsOfQuery(path.slice(path.indexOf('?') + 1));
  if ('refusal' in wants) throw new Error(wants.refusal);
  const protocol = answer.protocol as RemoteCommandProtocol;
  return new ExecClient(socket, new RemoteCommandClient({ protocol, wants }), rest);
}

/** The head of an answer, and what came with it: all of a body that has a length. */
function readHead(socket: NetSocket): Promise<{ head: string; rest: Buffer }> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (end: number) => {
      socket.removeListener('data', onData);
      socket.pause();
      resolve({ head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) });
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0);
      if (bytes.length >= end + 4 + length) settle(end);
    };
    socket.on('data', onData);
    socket.once('close', () => settle(Math.max(0, bytes.indexOf('\r\n\r\n'))));
    socket.resume();
  });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimError } from '../errors.ts';
import { type Dial, ignoreError, type LoopbackParts } from './loopback-parts.ts';
import { listenReal } from './loopback-ports.ts';
import type { Reception } from './loopback-reception.ts';

interface UnixPort {
  /** For real clients: docker -H unix://<outer>. */
  outer: string;
  /**
   * For components. A unix socket has no peer address to recognise a dialler by, but a socket file that only this
   * process dials accepts in the order of the dials.
   */
  inner: string;
  servers: Server[];
  dialling: Dial[];
}

// sun_path on macOS, the shorter one.
const SOCKET_PATH_BYTES_MAX = 104;

/** The unix sockets of a net: real ones, each host's paths standing for files of one temporary directory. */
export class UnixPorts {
  readonly #parts: LoopbackParts;
  readonly #files = new Map<string, string>();
  readonly #ports = new Map<string, UnixPort>();
  #directory: string | undefined;

  constructor(parts: LoopbackParts) {
    this.#parts = parts;
  }

  /** @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED, SIM_ERR_ADDRESS */
  async bind(
    host: string,
    path: string,
    reception: Reception,
  ): Promise<{ socketPath: string; close(): void }> {
    const { component, tls } = reception.bound.options;
    if (tls !== undefined) {
      const expected = 'a plain listener: TLS on a unix socket exists on the memory net only';
      throw new SimError('SIM_ERR_ADDRESS', { value: path, what: 'a TLS endpoint', expected });
    }
    const key = `${host}${path}`;
    const outer = this.#file(key);
    const port: UnixPort = { outer, inner: `${outer}.in`, servers: [], dialling: [] };
    const accept = (raw: Socket, dial: Dial | undefined) => {
      const connection = dial?.connection ?? `outside#${this.#parts.ids.next('unix/outside')}>${path}`;
      raw.on('error', ignoreError);
      this.#parts.sockets.add(connection, raw);
      reception.accept(raw, connection, dial);
    };
    for (const file of [port.outer, port.inner]) {
      const server = createServer({ allowHalfOpen: true });
      server.on('connection', (raw) => accept(raw, file === port.inner ? port.dialling.shift() : undefined));
      port.servers.push(server);
      await listenReal(server, { path: file }, component);
    }
    this.#ports.set(key, port);
    const close = () => {
      if (this.#ports.get(key) === port) this.#ports.delete(key);
      for (const server of port.servers) server.close();
    };
    return { socketPath: outer, close };
  }

  /**
   * The real path for a component's dial, and the queue in which the accepting side finds it; `done` takes a dial that
   * came to nothing out of it again.
   */
  enter(host: string, path: string, dial: Dial): { path: string; done: () => void } | undefined {
    const port = this.#ports.get(`${host}${path}`);
    if (port === undefined) return undefined;
    port.dialling.push(dial);
    const done = () => {
      const index = port.dialling.indexOf(dial);
      if (index >= 0) port.dialling.splice(index, 1);
    };
    return { path: port.inner, done };
  }

  closeAll(): void {
    for (const { servers } of this.#ports.values()) for (const server of servers) server.close();
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The same path of the same host has the same file, also after its listener has been restarted. */
  #file(key: string): string {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    this.#directory ??= mkdtempSync(join(tmpdir(), 'kes-'));
    const file = join(this.#directory, `${this.#files.size + 1}.sock`);
    if (Buffer.byteLength(`${file}.in`) >= SOCKET_PATH_BYTES_MAX) {
      const expected = `a path below ${SOCKET_PATH_BYTES_MAX} bytes; set TMPDIR to a shorter directory`;
      throw new SimError('SIM_ERR_ADDRESS', { value: file, what: 'a unix socket', expected });
    }
    this.#files.set(key, file);
    return file;
  }
}

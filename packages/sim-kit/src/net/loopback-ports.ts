import { createServer, type Server, type Socket } from 'node:net';
import { SimError } from '../errors.ts';
import { acceptedKey, ignoreError, type LoopbackParts } from './loopback-parts.ts';
import type { Reception } from './loopback-reception.ts';

/** One real listening TCP socket. A component listens on it, or outside clients are waited for, or both. */
export interface RealPort {
  readonly address: string;
  readonly port: number;
  reception: Reception | undefined;
  /** Held open for outside clients whose connections a nat rule redirects. */
  guarded: boolean;
}

export type OutsideAccept = (raw: Socket, connection: string, port: RealPort) => void;

/** The real listening sockets of a net. */
export class PortTable {
  /** Takes connections of clients that are no component; undefined while outside clients count as nobody. */
  outside: OutsideAccept | undefined;
  readonly #parts: LoopbackParts;
  readonly #ports = new Map<string, Promise<RealPort & { server: Server }>>();
  readonly #listening = new Map<string, RealPort>();

  constructor(parts: LoopbackParts) {
    this.#parts = parts;
  }

  /** The port a component of this process could reach here. */
  at(address: string, port: number): RealPort | undefined {
    return this.#listening.get(`${address}:${port}`);
  }

  /** @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED */
  async bind(address: string, port: number, reception: Reception): Promise<RealPort> {
    const real = await this.#open(address, port, reception.bound.options.component);
    real.reception = reception;
    return real;
  }

  async unbind(real: RealPort): Promise<void> {
    real.reception = undefined;
    if (!real.guarded) await this.#close(real);
  }

  /** @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED */
  async guard(address: string, port: number): Promise<RealPort> {
    const real = await this.#open(address, port, 'outside clients');
    real.guarded = true;
    return real;
  }

  async unguard(real: RealPort): Promise<void> {
    real.guarded = false;
    if (real.reception === undefined) await this.#close(real);
  }

  async closeAll(): Promise<void> {
    const reals = await Promise.all([...this.#ports.values()].map((port) => port.catch(() => undefined)));
    for (const real of reals) if (real !== undefined) await this.#close(real);
  }

  #open(address: string, port: number, who: string): Promise<RealPort & { server: Server }> {
    const known = port === 0 ? undefined : this.#ports.get(`${address}:${port}`);
    if (known !== undefined) return known;
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const opening = listenReal(server, { host: address, port }, who).then(() => {
      const { port: chosen } = server.address() as { port: number };
      const real = { address, port: chosen, server, reception: undefined, guarded: false };
      server.on('connection', (raw) => this.#accept(raw, real));
      this.#listening.set(`${address}:${chosen}`, real);
      this.#ports.set(`${address}:${chosen}`, opening);
      return real;
    });
    if (port !== 0) {
      this.#ports.set(`${address}:${port}`, opening);
      opening.catch(() => this.#ports.delete(`${address}:${port}`));
    }
    return opening;
  }

  async #close(real: RealPort): Promise<void> {
    const key = `${real.address}:${real.port}`;
    const opening = this.#ports.get(key);
    this.#ports.delete(key);
    this.#listening.delete(key);
    // The socket stops listening at once; the server's own `close` would wait for its connections.
    (await opening)?.server.close();
  }

  #accept(raw: Socket, real: RealPort): void {
    raw.on('error', ignoreError);
    const connection = acceptedKey(raw);
    if (connection === undefined) return void raw.destroy();
    const { lease, sockets, dials } = this.#parts;
    sockets.add(connection, raw);
    if (this.outside !== undefined && !lease.owns(raw.remoteAddress)) this.outside(raw, connection, real);
    else if (real.reception !== undefined) real.reception.accept(raw, connection, dials.get(connection));
    else raw.resetAndDestroy();
  }
}

/** Listens for real. @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED */
export function listenReal(
  server: Server,
  where: { host: string; port: number } | { path: string },
  who: string,
): Promise<void> {
  const endpoint = 'path' in where ? where.path : `${where.host}:${where.port}`;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, endpoint, who)));
    server.listen(where, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, endpoint: string, who: string): Error {
  if (error.code === 'EADDRINUSE') {
    const by = ' by another process of this machine';
    return new SimError('SIM_ERR_PORT_IN_USE', { endpoint, who, by }, { cause: error });
  }
  if (error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') return error;
  const remedy =
    error.code === 'EACCES'
      ? 'Ports below 1024 need privileges on this machine; choose a higher one.'
      : 'Only Linux has all of 127.0.0.0/8; on macOS add the address with `sudo ifconfig lo0 alias`, or use memory.';
  return new SimError(
    'SIM_ERR_LISTEN_DENIED',
    { endpoint, who, cause: error.code, remedy },
    { cause: error },
  );
}

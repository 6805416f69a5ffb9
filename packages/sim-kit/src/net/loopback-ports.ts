import { createServer, isIPv4, type Server, type Socket } from 'node:net';
import { SimError } from '../errors.ts';
import { acceptedKey, ignoreError, type LoopbackParts } from './loopback-parts.ts';
import type { Reception } from './loopback-reception.ts';
import type { Endpoint, Host } from './net.ts';

/** One real listening TCP socket. A component listens on it, or outside clients are waited for, or both. */
export interface RealPort {
  readonly address: string;
  readonly port: number;
  reception: Reception | undefined;
  /** Held open for outside clients whose connections a nat rule redirects. */
  guarded: boolean;
}

type OpenPort = RealPort & { server: Server | undefined };

export type OutsideAccept = (raw: Socket, connection: string, port: RealPort) => void;

/** The real listening sockets of a net. */
export class PortTable {
  /** Takes connections of clients that are no component; undefined while outside clients count as nobody. */
  outside: OutsideAccept | undefined;
  readonly #parts: LoopbackParts;
  readonly #ports = new Map<string, Promise<OpenPort>>();
  readonly #listening = new Map<string, RealPort>();
  readonly #published = new Set<Server>();
  /**
   * Ports that a listener on all addresses has: the leased ones are among them, so no other can be opened there, and it
   * accepts for them.
   */
  readonly #everywhere = new Set<number>();

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

  /** True when a dial of a closed port would get to a published one of another host instead of being refused. */
  takesAll(port: number): boolean {
    return this.#everywhere.has(port);
  }

  /** See {@link Net.publish}. @throws SimError SIM_ERR_ADDRESS, SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED */
  async publish(host: Host, port: number, at: Endpoint): Promise<Endpoint> {
    if (!isIPv4(at.address)) {
      const expected = 'an IPv4 literal of this machine, or 0.0.0.0';
      throw new SimError('SIM_ERR_ADDRESS', {
        value: at.address,
        what: 'an address to publish on',
        expected,
      });
    }
    const who = `port ${port} of ${host.name}`;
    if ([...this.#listening.values()].some((real) => real.port === at.port)) {
      const by = ' by the world itself, which has to publish before it listens';
      throw new SimError('SIM_ERR_PORT_IN_USE', { endpoint: `${at.address}:${at.port}`, who, by });
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await listenReal(server, { host: at.address, port: at.port }, who);
    this.#published.add(server);
    const { port: chosen } = server.address() as { port: number };
    if (at.address === '0.0.0.0') this.#everywhere.add(chosen);
    server.on('connection', (raw) => {
      const local = raw.localAddress ?? '';
      const real = this.#parts.lease.owns(local) ? this.at(local, chosen) : this.at(host.address, port);
      if (real !== undefined) this.#accept(raw, real);
      else raw.on('error', ignoreError).resetAndDestroy();
    });
    return { address: at.address, port: chosen };
  }

  async closeAll(): Promise<void> {
    for (const server of this.#published) server.close();
    const reals = await Promise.all([...this.#ports.values()].map((port) => port.catch(() => undefined)));
    for (const real of reals) if (real !== undefined) await this.#close(real);
  }

  #open(address: string, port: number, who: string): Promise<OpenPort> {
    const known = port === 0 ? undefined : this.#ports.get(`${address}:${port}`);
    if (known !== undefined) return known;
    if (this.#everywhere.has(port)) return this.#share(address, port);
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

  /** A port that a published listener accepts for. */
  #share(address: string, port: number): Promise<OpenPort> {
    const real = { address, port, server: undefined, reception: undefined, guarded: false };
    const opened = Promise.resolve(real);
    this.#listening.set(`${address}:${port}`, real);
    this.#ports.set(`${address}:${port}`, opened);
    return opened;
  }

  async #close(real: RealPort): Promise<void> {
    const key = `${real.address}:${real.port}`;
    const opening = this.#ports.get(key);
    this.#ports.delete(key);
    this.#listening.delete(key);
    // The socket stops listening at once; the server's own `close` would wait for its connections.
    (await opening)?.server?.close();
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
      : !endpoint.startsWith('127.')
        ? 'Give an address that this machine has, or 0.0.0.0 for all of them.'
        : 'Only Linux has all of 127.0.0.0/8; on macOS add the address with `sudo ifconfig lo0 alias`, or use memory.';
  return new SimError(
    'SIM_ERR_LISTEN_DENIED',
    { endpoint, who, cause: error.code, remedy },
    { cause: error },
  );
}

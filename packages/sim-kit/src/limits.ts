import type { Clock, Timer } from './clock.ts';
import { SimError } from './errors.ts';
import type { NetSocket } from './net/net.ts';
import type { World } from './world.ts';

/** Where klog would have a file and a line. */
const LOG_SOURCE = 'kubeedge-sim';

/** A bound that was reached. */
export interface LimitReached {
  /** The host and the component whose bound it is. */
  host: string;
  component: string;
  /** Its name, as in the options. */
  limit: string;
  most: number;
  /** Who reached it: `address:port`, or a name. */
  peer: string;
  /** What follows, e.g. `the tunnel is closed`. */
  consequence: string;
  parent?: number | undefined;
}

/** Records that a bound of the simulator's own was reached, and prints it in the component's log. */
export function reportLimit(world: World, reached: LimitReached): void {
  const { host, component, limit, most, consequence, parent } = reached;
  const peer = world.net.describe(reached.peer);
  const detail = { limit, most, peer, consequence };
  const event = world.trace.emit({ host, component, kind: 'limit.reached', detail, parent });
  const message = `limit ${limit} (${most}) reached by ${peer}: ${consequence}`;
  const line = { severity: 'W', verbosity: 0, source: LOG_SOURCE, message } as const;
  world.trace.emit({ host, component, kind: 'log', detail: line, parent: event });
}

/**
 * The limits with those of `chosen` in place of the defaults.
 * @throws SimError SIM_ERR_LIMIT for a name that there is not, and for what is no positive whole number
 */
export function chooseLimits<L extends object>(what: string, defaults: L, chosen: Partial<L> = {}): L {
  for (const [name, value] of Object.entries(chosen)) {
    const known = Object.keys(defaults);
    if (!known.includes(name))
      throw new SimError('SIM_ERR_LIMIT', {
        what,
        name,
        found: 'none of that name',
        known: known.join(', '),
      });
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      const found = `${String(value)}, which is no positive whole number`;
      throw new SimError('SIM_ERR_LIMIT', { what, name, found, known: known.join(', ') });
    }
  }
  return { ...defaults, ...chosen };
}

/** What a listener takes of those who connect. */
export interface ConnectionLimits {
  /** Open connections at one time. */
  readonly connections: number;
  /** How long a connection may take to its first request's end of headers, in milliseconds. */
  readonly headerTimeoutMs: number;
  /** Requests of one HTTP/1 connection that wait for their turn or for their answer. */
  readonly pipelinedRequests: number;
}

/** Keeps the connections of one HTTP listener within its limits: whoever reaches one is hung up on. */
export class ConnectionGuard implements Disposable {
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  readonly #reached: (limit: keyof ConnectionLimits, socket: NetSocket) => void;
  readonly #open = new Map<string, { socket: NetSocket; timer: Timer; requests: number }>();

  constructor(
    clock: Clock,
    limits: ConnectionLimits,
    reached: (limit: keyof ConnectionLimits, socket: NetSocket) => void,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#reached = reached;
  }

  /** Counts a connection; false when there are too many, and it was closed. */
  admit(socket: NetSocket): boolean {
    const { connection } = socket;
    const { connections, headerTimeoutMs } = this.#limits;
    if (this.#open.size >= connections) {
      this.#hangUp('connections', socket);
      return false;
    }
    const late = () => this.#hangUp('headerTimeoutMs', socket);
    const timer = this.#clock.setTimeout(late, headerTimeoutMs, `headers on ${connection}`);
    this.#open.set(connection, { socket, timer, requests: 0 });
    socket.once('close', () => {
      this.#open.get(connection)?.timer.cancel();
      this.#open.delete(connection);
    });
    return true;
  }

  /** To be called when a connection's first headers have ended; {@link begin} does it. */
  heard(connection: string): void {
    this.#open.get(connection)?.timer.cancel();
  }

  /** To be called with the connection of each request that has come; false when it has too many, and was closed. */
  begin(connection: string): boolean {
    this.heard(connection);
    const open = this.#open.get(connection);
    if (open === undefined) return true;
    open.requests += 1;
    if (open.requests <= this.#limits.pipelinedRequests) return true;
    if (open.requests === this.#limits.pipelinedRequests + 1) this.#hangUp('pipelinedRequests', open.socket);
    return false;
  }

  /** To be called when a request has its answer. */
  end(connection: string): void {
    const open = this.#open.get(connection);
    if (open !== undefined) open.requests -= 1;
  }

  /** Calls off its timers: sockets may close later than their listener. */
  [Symbol.dispose](): void {
    for (const { timer } of this.#open.values()) timer.cancel();
  }

  #hangUp(limit: keyof ConnectionLimits, socket: NetSocket): void {
    this.#reached(limit, socket);
    socket.destroy();
  }
}

import type { Duplex } from 'node:stream';
import type { Trace } from '../trace.ts';

interface Entry {
  ends: Set<Duplex>;
  /** One end is gone, so the other is only waiting to hear of it. */
  closing: boolean;
  /** It belongs to a client outside the world: closed with the net, and nobody's leak. */
  passing: boolean;
}

/** The connections of a net with the ends that are in this process. Forgets their trace links when they close. */
export class OpenSockets {
  readonly #entries = new Map<string, Entry>();
  /** Real sockets under a relay, which is what the components hold. */
  readonly #relayed = new Set<Duplex>();
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  add(connection: string, socket: Duplex): void {
    const entry = this.#entries.get(connection) ?? { ends: new Set(), closing: false, passing: false };
    this.#entries.set(connection, entry);
    const { ends } = entry;
    ends.add(socket);
    socket.once('close', () => {
      entry.closing = true;
      ends.delete(socket);
      if (ends.size > 0 || this.#entries.get(connection) !== entry) return;
      this.#entries.delete(connection);
      this.#trace.unlink(connection);
    });
  }

  /** Says that a socket is the net's own from now on, `end` being what the component has of it. */
  relay(connection: string, socket: Duplex, end: Duplex): void {
    this.add(connection, end);
    this.#entries.get(connection)?.ends.delete(socket);
    this.#relayed.add(socket);
    socket.once('close', () => this.#relayed.delete(socket));
  }

  /** Says that a connection is not for a component to close. */
  pass(connection: string): void {
    const entry = this.#entries.get(connection);
    if (entry !== undefined) entry.passing = true;
  }

  has(connection: string): boolean {
    return this.#entries.has(connection);
  }

  /** The connections nobody has closed yet. */
  list(): string[] {
    const open = (entry: Entry) =>
      !entry.closing && !entry.passing && [...entry.ends].every((socket) => !socket.destroyed);
    return [...this.#entries].filter(([, entry]) => open(entry)).map(([connection]) => connection);
  }

  /** Destroys every socket, TLS before what is below it, and returns them, for those who wait until they are closed. */
  destroyAll(): Duplex[] {
    const ends = [...this.#entries.values()].flatMap((entry) => [...entry.ends].reverse());
    const sockets = [...ends, ...this.#relayed];
    for (const socket of sockets) socket.destroy();
    return sockets;
  }
}

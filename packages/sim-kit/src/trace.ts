import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';

/**
 * The kinds of event and the shape of their details. Each package adds its own by declaration merging:
 * `declare module '@kubeedge-sim/sim-kit' { interface TraceKinds { 'cadvisor.factory': {…} } }`.
 */
export interface TraceKinds {
  /** A line a component printed. `verbosity` is klog's V level (0 = always). */
  log: { severity: 'I' | 'W' | 'E' | 'F'; verbosity: number; source: string; message: string };
  /** A dial and what became of it; `translated` is the endpoint after DNAT, `rule` the rule that hit. */
  'net.connect': {
    connection: string;
    to: string;
    translated?: string;
    rule?: string;
    outcome: 'open' | 'refused' | 'no-route' | 'blackhole';
  };
  /** The line between two hosts was cut, healed or given another one-way delay; absent when it has none. */
  'net.link': { a: string; b: string; state: 'up' | 'silent' | 'rst'; delayMs?: number };
  /** A TLS handshake and its verdict, as decided by `by`. */
  'net.tls': { connection: string; by: 'client' | 'server'; verdict: string; peer: string; detail?: string };
}

/** One event: what happened, where, when, and which event led to it. */
export interface TraceEvent<K extends keyof TraceKinds = keyof TraceKinds> {
  /** 1, 2, 3 … in the order in which things happened. */
  id: number;
  /** Milliseconds since the epoch, on the world's clock. */
  atMs: number;
  /** The event that led to this one. */
  parent?: number;
  host: string;
  component: string;
  kind: K;
  detail: TraceKinds[K];
}

/** Any event, discriminated by `kind`. */
export type AnyTraceEvent = { [K in keyof TraceKinds]: TraceEvent<K> }[keyof TraceKinds];

export interface TraceInput<K extends keyof TraceKinds> {
  host: string;
  component: string;
  kind: K;
  /**
   * A function makes the detail when somebody looks, which in a loopback world may be never. What it captures must not
   * change.
   */
  detail: TraceKinds[K] | (() => TraceKinds[K]);
  parent?: number | undefined;
}

/** The ordered record of a run: one event per hop and per decision. */
export interface Trace {
  /** Records an event and returns its id, to be given as `parent` to what follows from it. */
  emit<K extends keyof TraceKinds>(input: TraceInput<K>): number;
  /** The events so far, oldest first. Do not change them. */
  readonly events: readonly AnyTraceEvent[];
  /** Events of one kind, oldest first. */
  of<K extends keyof TraceKinds>(kind: K): TraceEvent<K>[];
  /** Calls `listener` for every later event. */
  subscribe(listener: (event: AnyTraceEvent) => void): Disposable;
  /** Marks a connection's opening event, so that the far end can name it as its parent. */
  link(connection: string, eventId: number): void;
  /** The opening event of a connection, when it happened in this world and the connection is still open. */
  linked(connection: string): number | undefined;
  /** Forgets a connection; the nets call it when both ends are closed. */
  unlink(connection: string): void;
  /**
   * SHA-256 over the decisions and tunnel messages so far, in a loopback world over those that are kept. Handshake bytes, chunk sizes and log texts are not in the
   * trace or not in the hash, because they may differ between runs that decide alike.
   */
  hash(): string;
}

export interface TraceOptions {
  /** How many events are kept, at least; of twice as many the older half is dropped. */
  eventsKept: number;
  /**
   * Whether {@link Trace.hash} covers every event from the first, kept or not, for which each must be looked at. If not,
   * it covers those that are kept.
   */
  hashesAll: boolean;
}

/** Hashing in small pieces costs more than the hash. */
const HASHED_CHARACTERS = 65_536;

export function createTrace(clock: Clock, { eventsKept, hashesAll }: TraceOptions): Trace {
  let kept: (AnyTraceEvent & { detail: unknown })[] = [];
  /** Of those kept, how many have their detail. */
  let made = 0;
  const listeners = new Set<(event: AnyTraceEvent) => void>();
  const links = new Map<string, number>();
  const digest = createHash('sha256');
  let undigested = '';
  let lastId = 0;

  function make(event: { detail: unknown }): void {
    if (typeof event.detail === 'function') event.detail = event.detail();
  }

  function events(): readonly AnyTraceEvent[] {
    for (; made < kept.length; made++) make(kept[made] as AnyTraceEvent);
    return kept;
  }

  function digestUndigested(): void {
    digest.update(undigested);
    undigested = '';
  }

  return {
    get events() {
      return events();
    },
    emit({ parent, host, component, kind, detail }) {
      const id = ++lastId;
      const atMs = clock.now();
      const event = (parent === undefined
        ? { id, atMs, host, component, kind, detail }
        : { id, atMs, parent, host, component, kind, detail }) as unknown as AnyTraceEvent;
      if (kept.length === 2 * eventsKept) {
        kept = kept.slice(eventsKept);
        made = Math.max(0, made - eventsKept);
      }
      kept.push(event);
      if (!hashesAll && listeners.size === 0) return id;
      make(event);
      if (hashesAll && kind !== 'log') {
        undigested += `${JSON.stringify(event)}\n`;
        if (undigested.length > HASHED_CHARACTERS) digestUndigested();
      }
      for (const listener of listeners) listener(event);
      return id;
    },
    of: ((kind: keyof TraceKinds) => events().filter((event) => event.kind === kind)) as Trace['of'],
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    link: (connection, eventId) => void links.set(connection, eventId),
    linked: (connection) => links.get(connection),
    unlink: (connection) => void links.delete(connection),
    hash() {
      if (!hashesAll) return createHash('sha256').update(hashedText(events())).digest('hex');
      digestUndigested();
      return digest.copy().digest('hex');
    },
  };
}

const hashedText = (events: readonly AnyTraceEvent[]) =>
  traceToNdjson(events.filter(({ kind }) => kind !== 'log'));

/** Writes events as NDJSON, one object per line, keys in a fixed order. */
export function traceToNdjson(events: readonly AnyTraceEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

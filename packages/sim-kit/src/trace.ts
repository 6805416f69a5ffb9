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
  detail: TraceKinds[K];
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
   * SHA-256 over the decisions and tunnel messages so far. Handshake bytes, chunk sizes and log texts are not in the
   * trace or not in the hash, because they may differ between runs that decide alike.
   */
  hash(): string;
}

/** How many events are kept; the hash covers all of them, kept or not. */
const KEPT_EVENTS_MAX = 1_000_000;

export function createTrace(clock: Clock): Trace {
  const events: AnyTraceEvent[] = [];
  const listeners = new Set<(event: AnyTraceEvent) => void>();
  const links = new Map<string, number>();
  const digest = createHash('sha256');
  let lastId = 0;
  return {
    events,
    emit(input) {
      const { parent, host, component, kind, detail } = input;
      const event = {
        id: ++lastId,
        atMs: clock.now(),
        ...(parent === undefined ? {} : { parent }),
        host,
        component,
        kind,
        detail,
      } as unknown as AnyTraceEvent;
      events.push(event);
      if (events.length > KEPT_EVENTS_MAX) events.splice(0, KEPT_EVENTS_MAX / 2);
      if (event.kind !== 'log') digest.update(`${JSON.stringify(event)}\n`);
      for (const listener of listeners) listener(event);
      return lastId;
    },
    of: ((kind: keyof TraceKinds) => events.filter((event) => event.kind === kind)) as Trace['of'],
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    link: (connection, eventId) => void links.set(connection, eventId),
    linked: (connection) => links.get(connection),
    unlink: (connection) => void links.delete(connection),
    hash: () => digest.copy().digest('hex'),
  };
}

/** Writes events as NDJSON, one object per line, keys in a fixed order. */
export function traceToNdjson(events: readonly AnyTraceEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

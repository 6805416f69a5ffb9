import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';

/**
 * The kinds of event and the shape of their details. Each package adds its own by declaration merging:
 * `declare module '@kubeedge-sim/sim-kit' { interface TraceKinds { 'cadvisor.factory': {…} } }`.
 */
export interface TraceKinds {
  /** A line a component printed. `verbosity` is klog's V level (0 = always). */
  log: { severity: 'I' | 'W' | 'E' | 'F'; verbosity: number; source: string; message: string };
  /**
   * A dial and what became of it; `translated` is the endpoint after DNAT, `rule` the rule that hit. Of a pod's dial also its
   * address and the chains gone through, in order, e.g. `master-1 PREROUTING`.
   */
  'net.connect': {
    connection: string;
    to: string;
    pod?: string;
    chains?: readonly string[];
    translated?: string;
    rule?: string;
    outcome: 'open' | 'refused' | 'no-route' | 'blackhole';
  };
  /** The line between two hosts was cut, healed or given another one-way delay; absent when it has none. */
  'net.link': { a: string; b: string; state: 'up' | 'silent' | 'rst'; delayMs?: number };
  /**
   * A bound of the simulator's own was reached: its name, what it is set to, who reached it (`address:port`), and what was
   * done about it. Upstream has no such bound, or another one of another name.
   */
  'limit.reached': { limit: string; most: number; peer: string; consequence: string };
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

/** One event of a {@link TraceSeries}. */
type SeriesEvent = {
  [K in keyof TraceKinds]: Pick<TraceEvent<K>, 'component' | 'kind' | 'detail' | 'parent'>;
}[keyof TraceKinds];

/** Events of one host at one time. Each gets an id of its own, in order. */
export interface TraceSeries {
  host: string;
  count: number;
  /**
   * Makes the event of an index; `firstId` is the id of the first. It is called when somebody looks, which in a loopback
   * world may be never. What it captures must not change.
   */
  make: (index: number, firstId: number) => SeriesEvent;
  /** How much text what it captures holds, in bytes; default 0. */
  textBytes?: number;
}

/** The ordered record of a run: one event per hop and per decision. */
export interface Trace {
  /** Records an event and returns its id, to be given as `parent` to what follows from it. */
  emit<K extends keyof TraceKinds>(input: TraceInput<K>): number;
  /** Records many events as {@link Trace.emit} would one after the other; the id of the first. */
  emitSeries(series: TraceSeries): number;
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
   * SHA-256 over the decisions and tunnel messages so far, in a loopback world over those that are
   * kept. Handshake bytes, chunk sizes and log texts are not in the trace or not in the hash, because they may differ
   * between runs that decide alike.
   */
  hash(): string;
}

export interface TraceOptions {
  /** How many events are kept, at least; of twice as many the older half is dropped. */
  eventsKept: number;
  /**
   * How much text of theirs, in characters: of twice as much the older half is dropped, however few events that leaves. A
   * peer chooses how long its lines, paths and names are.
   */
  textKept: number;
  /**
   * Whether {@link Trace.hash} covers every event from the first, kept or not, for which each must be looked at. If not,
   * it covers those that are kept.
   */
  hashesAll: boolean;
}

/** Hashing in small pieces costs more than the hash. */
const HASHED_CHARACTERS = 65_536;

/** A series that nobody has looked at yet. */
interface Unmade extends TraceSeries {
  id: number;
  atMs: number;
}

export function createTrace(clock: Clock, { eventsKept, textKept, hashesAll }: TraceOptions): Trace {
  let kept: (AnyTraceEvent | Unmade)[] = [];
  let keptCount = 0;
  let keptText = 0;
  let hasUnmade = false;
  const listeners = new Set<(event: AnyTraceEvent) => void>();
  const links = new Map<string, number>();
  const digest = createHash('sha256');
  let undigested = '';
  let lastId = 0;

  function keep(entry: AnyTraceEvent | Unmade, count: number): void {
    const text = textOf(entry);
    if (keptCount + count > 2 * eventsKept || keptText + text > 2 * textKept) dropOld();
    kept.push(entry);
    keptCount += count;
    keptText += text;
  }

  function dropOld(): void {
    let dropped = 0;
    for (const entry of kept) {
      if (keptCount <= eventsKept && keptText <= textKept) break;
      keptCount -= countOf(entry);
      keptText -= textOf(entry);
      dropped += 1;
    }
    kept = kept.slice(dropped);
  }

  function add(event: AnyTraceEvent): void {
    keep(event, 1);
    if (hashesAll && event.kind !== 'log') {
      undigested += `${JSON.stringify(event)}\n`;
      if (undigested.length > HASHED_CHARACTERS) digestUndigested();
    }
    for (const listener of listeners) listener(event);
  }

  function digestUndigested(): void {
    digest.update(undigested);
    undigested = '';
  }

  function events(): readonly AnyTraceEvent[] {
    if (hasUnmade) {
      kept = kept.flatMap((entry) => ('make' in entry ? [...eventsOf(entry)] : [entry]));
      keptText = kept.reduce((sum, entry) => sum + textOf(entry), 0);
    }
    hasUnmade = false;
    return kept as AnyTraceEvent[];
  }

  return {
    get events() {
      return events();
    },
    emit({ parent, host, component, kind, detail }) {
      const id = ++lastId;
      const atMs = clock.now();
      const event =
        parent === undefined
          ? { id, atMs, host, component, kind, detail }
          : { id, atMs, parent, host, component, kind, detail };
      add(event as unknown as AnyTraceEvent);
      return id;
    },
    emitSeries(series) {
      const unmade = { ...series, id: lastId + 1, atMs: clock.now() };
      lastId += series.count;
      if (hashesAll || listeners.size > 0) for (const event of eventsOf(unmade)) add(event);
      else {
        keep(unmade, series.count);
        hasUnmade = true;
      }
      return unmade.id;
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

const countOf = (entry: AnyTraceEvent | Unmade) => ('make' in entry ? entry.count : 1);

/** How much text an entry holds; short lists of names are not looked into. */
function textOf(entry: AnyTraceEvent | Unmade): number {
  if ('make' in entry) return entry.textBytes ?? 0;
  let text = 0;
  const detail = entry.detail as Readonly<Record<string, unknown>>;
  for (const key in detail) {
    const value = detail[key];
    if (typeof value === 'string') text += value.length;
  }
  return text;
}

function* eventsOf({ id, atMs, host, count, make }: Unmade): Generator<AnyTraceEvent> {
  for (let index = 0; index < count; index++) {
    const { parent, component, kind, detail } = make(index, id);
    yield {
      id: id + index,
      atMs,
      ...(parent !== undefined && { parent }),
      host,
      component,
      kind,
      detail,
    } as AnyTraceEvent;
  }
}

const hashedText = (events: readonly AnyTraceEvent[]) =>
  traceToNdjson(events.filter(({ kind }) => kind !== 'log'));

/** Writes events as NDJSON, one object per line, keys in a fixed order. */
export function traceToNdjson(events: readonly AnyTraceEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

import type { AnyTraceEvent, TraceEvent, TraceKinds } from '@kubeedge-sim/sim-kit';
import type { Text } from '../text.ts';

/** What is explained: a pod, with its node where that is known, or a node. */
export type Subject =
  | { kind: 'pod'; namespace: string; name: string; node?: string | undefined }
  | { kind: 'node'; name: string };

/**
 * `measured`: it was in the last answer, and counts. `of-another`: what is shown for a node was measured on another one.
 * `dropped`: it was in the answer, and a rule left it out.
 * `not-in-answer`, `not-answered`, `never-asked`: metrics-server never had it. `out-of-service`: nobody is let through to
 * metrics-server.
 */
export type Verdict =
  | 'measured'
  | 'of-another'
  | 'dropped'
  | 'not-in-answer'
  | 'not-answered'
  | 'never-asked'
  | 'out-of-service';

/** One thing that was found, and the events that say so. */
export interface Finding {
  text: Text;
  events: readonly number[];
}

export interface Explanation {
  subject: Subject;
  verdict: Verdict;
  findings: readonly Finding[];
}

/** The events of a trace, oldest first, to look things up in. */
export class Evidence {
  readonly events: readonly AnyTraceEvent[];
  readonly startMs: number;
  readonly #byId: ReadonlyMap<number, AnyTraceEvent>;

  constructor(events: readonly AnyTraceEvent[]) {
    this.events = events;
    this.startMs = events[0]?.atMs ?? 0;
    this.#byId = new Map(events.map((event) => [event.id, event]));
  }

  of<K extends keyof TraceKinds>(kind: K): TraceEvent<K>[] {
    return this.events.filter((event) => event.kind === kind) as unknown as TraceEvent<K>[];
  }

  /** Events of a kind that followed from another, near or far, also beyond a tunnel. */
  from<K extends keyof TraceKinds>(kind: K, ancestor: number): TraceEvent<K>[] {
    const roots = [ancestor, ...this.#beyondTheTunnel(ancestor)];
    return this.of(kind).filter((event) => roots.some((root) => this.#descends(event, root)));
  }

  /** What edges got of the messages that an event led to: the two ends of a tunnel know each other by connect id. */
  #beyondTheTunnel(ancestor: number): number[] {
    const sent = this.of('tunnel.message').filter(
      ({ detail, ...event }) => detail.direction === 'to-edge' && this.#descends(event, ancestor),
    );
    return sent.flatMap(({ id, detail: { session, connectId, type } }) => {
      const got = this.of('edgestream.message').find(
        ({ id: later, host, detail }) =>
          later > id && host === session && detail.connectId === connectId && detail.type === type,
      );
      return got === undefined ? [] : [got.id];
    });
  }

  /** Seconds since the trace began, e.g. `30.011s`. */
  when(event: { atMs: number }): string {
    return `${((event.atMs - this.startMs) / 1_000).toFixed(3)}s`;
  }

  #descends(event: { parent?: number }, ancestor: number): boolean {
    for (let { parent } = event; parent !== undefined; parent = this.#byId.get(parent)?.parent) {
      if (parent === ancestor) return true;
      if (parent < ancestor) return false;
    }
    return false;
  }
}

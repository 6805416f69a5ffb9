// The request for an edge's metrics as a sequence of hops: made from the events of a run, never from the scenario.
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import type { Cause } from '../run.ts';
import type { Hop } from '../scenario.ts';
import { hops } from './path.ts';
import { followRequest } from './request.ts';
import { type Draft, draftsOf } from './steps.ts';

/** A step of a sequence; equal ones are one, with `times`. */
export interface Step extends Draft {
  /** Seconds since the first event of the run, of the first of them. */
  atSeconds: number;
  times: number;
  /** Ids of the events it was made of. */
  events: number[];
}

export interface Sequence {
  /** All hops of the way in order, whether the request came there or not. */
  participants: readonly { id: Hop; label: string }[];
  steps: readonly Step[];
  /** The hop that fails: that of the cause, or, where none is known, the one at which the request is lost. */
  failing?: Hop;
}

/** What a sequence is made from; a {@link Look} is one. */
export interface SequenceSource {
  events: readonly AnyTraceEvent[];
  /** Name of the edge that is asked; any when absent. */
  edge?: string;
  /** What explains it: the evidence is shown where it happened, and the hop is marked. */
  cause?: Pick<Cause, 'hop' | 'evidence'>;
}

/**
 * The hops of the request that the symptom is seen by (see `followRequest`), and the evidence of the cause.
 * @returns undefined when the trace has no such request and there is no evidence
 */
export function sequenceOf({ events, edge, cause }: SequenceSource): Sequence | undefined {
  const request = followRequest(events, edge) ?? [];
  const proofs = new Set(cause?.evidence);
  // What the request shows itself is not told again from another one.
  const isShown = ({ kind, host }: AnyTraceEvent) =>
    request.some((event) => event.kind === kind && event.host === host);
  const evidence = events.filter((event) => proofs.has(event.id) && !isShown(event));
  const startMs = events[0]?.atMs ?? 0;
  const steps = new Map<string, Step>();
  for (const event of [...request, ...evidence].toSorted((one, other) => one.id - other.id)) {
    for (const draft of draftsOf(event, events, proofs.has(event.id))) addStep(steps, draft, event, startMs);
  }
  if (steps.size === 0) return undefined;
  const failing = cause?.hop ?? [...steps.values()].find(({ arrow }) => arrow === 'lost')?.to;
  const caller = request[0]?.component;
  const answering = request.find(({ kind }) => kind === 'edgestream.message')?.host ?? edge;
  return {
    participants: hops.map(({ id, label }) => ({ id, label: labelOf(id, label, caller, answering) })),
    steps: [...steps.values()],
    ...(failing !== undefined && { failing }),
  };
}

/** Whether a step is at the hop that fails. */
export const isFailing = ({ failing }: Sequence, { from, to }: Step) =>
  failing !== undefined && (from === failing || to === failing);

/** What a step says, with how often and how much. */
export function stepText({ text, times, bytes }: Step): string {
  const often = times > 1 ? ` (${times}×)` : '';
  return bytes === undefined || bytes === 0 ? `${text}${often}` : `${text}, ${bytes} bytes${often}`;
}

/** Who called and which edge answered: with an address of two edges that need not be the one that was meant. */
function labelOf(id: Hop, label: string, caller: string | undefined, edge: string | undefined): string {
  if (id === 'caller') return caller ?? label;
  const isOnEdge = id === 'edgestream' || id === 'edged' || id === 'cadvisor' || id === 'docker';
  return isOnEdge && edge !== undefined ? `${label} (${edge})` : label;
}

/** Chunks of one answer are one step, whatever comes between them. */
function addStep(steps: Map<string, Step>, draft: Draft, event: AnyTraceEvent, startMs: number): void {
  const { from, to, arrow, text, bytes } = draft;
  const key = JSON.stringify([from, to, arrow, text]);
  const same = steps.get(key);
  if (same === undefined) {
    steps.set(key, { ...draft, atSeconds: (event.atMs - startMs) / 1_000, times: 1, events: [event.id] });
    return;
  }
  same.times++;
  same.events.push(event.id);
  if (bytes !== undefined) same.bytes = (same.bytes ?? 0) + bytes;
}

import type { AnyTraceEvent, TraceKinds } from '@kubeedge-sim/sim-kit';
import type { Limits } from '../../src/limits.ts';

export interface VictimOptions {
  /** Of cloudcore and all edges. */
  release: string;
  limits: Limits;
  /** Where the third edge finds its cloud, on 127.0.0.1. */
  rawCloudPort: number;
}

export const chooseRelease = (text: string): VictimOptions => ({
  release: 'v1.6.1',
  limits: {},
  rawCloudPort: 9,
  ...(JSON.parse(text) as Partial<VictimOptions>),
});

/** PEM text. */
export interface Pair {
  cert: string;
  key: string;
}

export interface VictimStarted {
  /** Its leased address. */
  cloud: string;
  /** What 127.0.0.1 is to each edge. */
  loopbacks: Readonly<Record<string, string>>;
  /** With which an edge is let in. */
  edge: Pair;
  /** What a tunnel server shows. */
  tunnel: Pair;
}

export type VictimRequest =
  | { ask: 'memory' }
  | { ask: 'events'; after: number; kinds: readonly (keyof TraceKinds)[] }
  | { ask: 'stop' };

/** Memory of the process: what is held after a collection, what the system has given, and the most of that so far. */
export interface Seen {
  heldBytes: number;
  rssBytes: number;
  peakBytes: number;
}

export interface SeenEvents {
  events: readonly AnyTraceEvent[];
  /** The id of the last event so far. */
  last: number;
}

import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import type { Action } from '../action.ts';
import type { ClusterDescription } from '../description.ts';
import type { ClusterPki } from '../pki.ts';

/** What the parent tells a half. */
export type ToHalf =
  | {
      kind: 'start';
      half: 'cloud' | 'edge';
      seed: number;
      leasePrefix: string;
      links: boolean;
      description: ClusterDescription;
      pki: ClusterPki;
    }
  | { kind: 'act'; id: number; action: Action }
  | { kind: 'tables' }
  | { kind: 'stop' };

/** What a half tells the parent. */
export type FromHalf =
  | { kind: 'started' }
  | { kind: 'event'; event: AnyTraceEvent }
  | { kind: 'acted'; id: number; error?: string }
  /** What iptables-save prints on each host. */
  | { kind: 'tables'; tables: readonly { host: string; text: string }[] }
  | { kind: 'failed'; error: string };

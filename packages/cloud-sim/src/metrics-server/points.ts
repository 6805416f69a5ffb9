/** One measurement. `cpu` is exact: `value` × 10^`exponent` cores. */
export interface MetricsPoint {
  atMs: number;
  cpu: { value: bigint; exponent: number };
  memoryBytes: bigint;
}

export interface NodePoint extends MetricsPoint {
  name: string;
}

export interface ContainerPoint extends MetricsPoint {
  name: string;
}

export interface PodPoint {
  namespace: string;
  name: string;
  containers: ContainerPoint[];
}

/** Something a decoder or the storage left out, and why; `message` is the log line for it. */
export interface Drop {
  what: 'node' | 'pod' | 'container';
  /** The node's name, `namespace/pod`, or `namespace/pod/container`. */
  name: string;
  reason: string;
  log?: { message: string; source: string; verbosity: number; severity: 'I' | 'E' };
}

/** What one node, or all of them, gave. */
export interface Batch {
  nodes: NodePoint[];
  pods: PodPoint[];
}

/**
 * Makes points of a kubelet's answer. `text` is the body of a 200. @throws DecodeError with the real words
 */
export type Decode = (text: string) => Batch & { drops: Drop[] };

/** The body could not be read; the message is what the real decoder says. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

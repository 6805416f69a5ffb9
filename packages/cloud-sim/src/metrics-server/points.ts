import type { LogLine } from './klog.ts';

/**
 * One measurement. `cpu` is what the decoder reads: nanocores, or core-nanoseconds since `startNs`. Times are
 * nanoseconds since the epoch, undefined where Go has its zero time.
 */
export interface MetricsPoint {
  startNs?: bigint;
  atNs?: bigint;
  cpu: bigint;
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

/** Something a decoder, the scraper or the storage left out, and why; with the log line for it. */
export interface Drop {
  what: 'node' | 'pod' | 'container';
  /** The node's name, `namespace/pod`, or `namespace/pod/container`. */
  name: string;
  reason: string;
  /** Where in the answer the reason stands: the JSON path, or the name of the series. */
  at?: string;
  log?: LogLine;
}

/** What one node, or all of them, gave. */
export interface Batch {
  nodes: NodePoint[];
  pods: PodPoint[];
}

/** What is known of an answer before it is read. */
export interface Asked {
  /** The Node's name, not the summary's. */
  node: string;
  address: string;
  askedAtMs: number;
}

/** `errors` are problems that are reported although points were kept. */
export interface Decoded extends Batch {
  drops: Drop[];
  errors?: string[];
}

/**
 * Makes points of a kubelet's answer. `text` is the body of a 200.
 * @throws DecodeError with the real words; EndlessDecode
 */
export type Decode = (text: string, asked: Asked) => Decoded;

/** The body could not be read; the message is what the real decoder says. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** The real decoder goes round in circles on this body and never comes back. */
export class EndlessDecode extends Error {
  override readonly name = 'EndlessDecode';
}

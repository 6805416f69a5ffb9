import type { DockerClientMode } from './docker-client.ts';

/** How edgestream serves a METRIC_CONNECT. */
export interface MetricsConnectionTraits {
  /** When a REMOVE_CONNECT from the cloud takes effect. */
  stopsOnCancel: 'next-line' | 'at-once';
  /** Whether Accept-Encoding is forced to identity. */
  identity: boolean;
  /** klog verbosity of the line that repeats every metrics line. */
  lineVerbosity: number;
  /** A word of the line that tells of the end. */
  stopWord: 'single' | 'signal';
  /** What the connection is called in log lines. */
  name: string;
}

/** How edgestream serves a LOGS_CONNECT. */
export interface LogsConnectionTraits {
  /** What a DATA message is: a line with its newline, or what one read of 256 bytes gives. */
  reader: 'lines' | 'bytes';
  /** When a REMOVE_CONNECT from the cloud takes effect. */
  stopsOnCancel: 'next-chunk' | 'at-once';
  /** klog verbosity of the line that repeats everything sent. */
  dataVerbosity: number;
  /** A word of the line that tells of the end. */
  stopWord: 'single' | 'signal';
}

/** How edgestream serves a tunnel. */
export interface EdgestreamTraits {
  /** null: a METRIC_CONNECT is an unknown message to it and panics (v1.3). */
  metrics: MetricsConnectionTraits | null;
  logs: LogsConnectionTraits;
  /** Without it an EXEC_CONNECT panics (up to v1.4). */
  exec: boolean;
  /** What becomes of a message whose type is none it knows: nothing, or a panic that ends the process. */
  unknownType: 'ignored' | 'panics';
  /**
   * What becomes of a message for a connection whose 128 slots are taken: the tunnel's only reader waits, and with it
   * all that comes after; or a goroutine of its own does.
   */
  readChannelFull: 'blocks' | 'goroutines';
  /**
   * What becomes of these slots at the end of the connection: their reader waits there for ever, unless it was a
   * REMOVE_CONNECT that ended it; or they are closed, and a message that is just being put there panics.
   */
  readChannelEnd: 'left' | 'closed';
  /** Where the end of every connection is printed at default verbosity; null where it is not (V(6) from v1.5.0 on). */
  endSource: string | null;
}

/**
 * How edged serves the requests that take a connection over: `true`, or the text that its handler panics with.
 * Port forwarding is served from v1.12 on, which is not simulated: null.
 */
export interface StreamingTraits {
  exec: true | string;
  attach: true | string;
  portForward: string | null;
}

/** What of an edgecore release an observer can tell. Data only; the tag itself decides nothing. */
export interface EdgecoreRelease {
  /** Where edgestream prints its lines, by where v1.6.1 does: `file:line`. One that is missing is printed there, too. */
  logLines: Readonly<Record<string, string>>;
  /** Version of the vendored kubernetes module. */
  kubernetes: string;
  /** What the node reports as kubeletVersion. */
  kubeletVersion: string;
  /** Version of the vendored cAdvisor. */
  cadvisor: string;
  /** cAdvisor's Docker client; null when it has no docker handler (v1.14+) or is a stub (v1.2). */
  cadvisorDocker: DockerClientMode | null;
  /** dockershim's Docker client; null when there is no dockershim. */
  dockershim: DockerClientMode | null;
  /** Which runtimes it can be configured with, and which it has by default. */
  runtime: { accepted: readonly ('docker' | 'remote')[]; default: 'docker' | 'remote' };
  edged: {
    port: number;
    paths: readonly string[];
    machineMetrics: boolean;
    /** What /metrics/resource has of pods: their containers, the pods' own sums too, the containers' starts too. */
    resourceMetrics: 'containers' | 'pods' | 'start-times';
    debuggingDisabled: boolean;
    /** null: none of it. */
    streaming: StreamingTraits | null;
  };
  /**
   * How the node's status is sent: as a whole, or as the embedded kubelet's patch of what differs; and the kubelet
   * port in it, null where it is left as it is. `base64`: the patch travels so instead of as text.
   */
  nodeStatus: { patch: boolean; port: number | null; base64?: true };
  /** null: no tunnel. */
  edgestream: EdgestreamTraits | null;
}

// The events edgecore adds to the trace.
declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * The edgecore process: `started` with the modules that run, `exited` with the reason, `stopped` by its unit.
     */
    'edgecore.process': {
      release: string;
      state: 'starting' | 'started' | 'exited' | 'stopped';
      reason?: string;
      modules?: string[];
    };
    /** A Docker client settled on an API version. */
    'docker-client.negotiated': { daemonMax: string; clientMax: string; api: string };
    /** dockershim's check of the engine at start. */
    'dockershim.checked': { ok: boolean; apiVersion?: string; error?: string };
    /**
     * An exec or attach that the runtime's streaming server serves. `end`: `finished` by the process, `client-gone`,
     * `hostile` (what came was no SPDY) or `idle` for four hours.
     */
    'dockershim.stream': {
      verb: 'exec' | 'attach';
      pod: string;
      container: string;
      state: 'open' | 'ended';
      protocol?: string;
      tty?: boolean;
      command?: string[];
      end?: 'finished' | 'client-gone' | 'hostile' | 'idle';
      exitCode?: number;
      error?: string;
      stdinBytes?: number;
      stdoutBytes?: number;
      stderrBytes?: number;
    };
    /**
     * What edged did with a pod that the cloud gave it: made its containers, failed to (`error` is the engine's), stopped
     * them, or forgot it.
     */
    'edged.pod': { pod: string; state: 'running' | 'failed' | 'killed' | 'removed'; error?: string };
    /** Whether cAdvisor's docker factory registered: tried once, when the manager starts. */
    'cadvisor.factory': { factory: 'docker'; registered: boolean; error?: string };
    /** The handler that claimed a cgroup. */
    'cadvisor.container': { cgroup: string; handler: 'docker' | 'raw'; labels: number };
    /** The tunnel as edgestream sees it. */
    'edgestream.tunnel': { state: 'dialling' | 'open' | 'closed' | 'failed'; url: string; error?: string };
    /** A tunnel message at the edge. */
    'edgestream.message': {
      direction: 'to-edge' | 'to-cloud';
      connectId: number;
      type: string;
      bytes: number;
    };
    /**
     * A message of the cloud finds all 128 slots of its connection taken: nothing more is read of the tunnel until one
     * is free. kubeedge v1.5.0 edge/pkg/edgestream/tunnel.go WriteToLocalConnection
     */
    'edgestream.blocked': { state: 'begins' | 'ends' };
    /**
     * A goroutine was left behind that waits for ever, with a channel; `leaked` is how many the process has by now.
     * kubeedge v1.6.1 pkg/stream/edgedmetricsconnection.go, edgedlogconnection.go, edgedexecconnection.go Serve
     */
    'edgestream.leak': { leaked: number };
    /** A request made of edged for a tunnel connection. */
    'edgestream.request': {
      connectId: number;
      url: string;
      outcome: 'answered' | 'failed';
      status?: number;
      error?: string;
    };
    /** The connection to CloudHub as edgehub sees it. */
    'edgehub.connection': { state: 'dialling' | 'open' | 'closed' | 'failed'; url: string; error?: string };
    /** A node status that edged hands to edgehub, which may have no connection. */
    'edgehub.node-status': { ready: boolean; kubeletVersion: string; containerRuntimeVersion: string };
  }
}

export {};

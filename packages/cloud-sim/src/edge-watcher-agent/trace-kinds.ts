declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** The agent of a host changed its nat table, or found nothing to change: the rules removed and added, as it asks iptables for them. */
    'edge-watcher-agent.rules': {
      why: 'start' | 'file changed' | 'exit';
      removed: readonly string[];
      added: readonly string[];
    };
  }
}

/** The name under which the agent appears in traces. */
export const COMPONENT = 'edge-watcher-agent';

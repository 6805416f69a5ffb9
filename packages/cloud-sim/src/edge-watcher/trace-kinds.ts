declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * EdgeWatcher was asked for a join command, and what it answered. `message` is why it refused. A `code` of 0: its
     * handler panicked, and the connection was dropped.
     */
    'edge-watcher.join': { nodeName: string; nodeIp: string; code: number; message?: string };
    /**
     * A node with the edge label came or went. Its rules are kept by address: `duplicate` means that another node had
     * brought the address already, or that another node still has it.
     */
    'edge-watcher.node': {
      node: string;
      address: string;
      change: 'added' | 'deleted';
      duplicate?: boolean;
    };
    /** A round of the 15 s sync in which something was to be done, and the addresses that have rules after it. */
    'edge-watcher.sync': { outcome: 'match' | 'updated' | 'created'; addresses: readonly string[] };
    /** EdgeWatcher's controller wrote the rules of all IPTablesRules into Secret iptables. */
    'edge-watcher.secret': { rules: number };
  }
}

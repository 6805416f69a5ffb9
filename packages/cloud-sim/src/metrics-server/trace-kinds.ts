declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A node is about to be asked; the dial follows from this. */
    'metrics-server.scrape': { node: string; address: string; port: number; url: string };
    /**
     * What came of it; `pods` counts the pods kept. `error` is the log's text. `skipped`: not asked at all; `stuck`:
     * the answer is never read to its end, and the round never ends. `answeredAs`: the node's name in the answer,
     * where it is another and counts.
     */
    'metrics-server.scraped': {
      node: string;
      outcome: 'ok' | 'error' | 'skipped' | 'stuck';
      pods: number;
      error?: string;
      answeredAs?: string;
    };
    /** Something was left out; `at` is the place in the answer, a JSON path or the name of a series. */
    'metrics-server.drop': {
      what: 'node' | 'pod' | 'container';
      name: string;
      reason: string;
      at?: string;
    };
    /**
     * A round over all nodes is stored: how many nodes and pods now have metrics. With an `error` nothing of it was, and
     * these are numbers of what there was to store.
     */
    'metrics-server.cycle': { nodes: number; pods: number; error?: string };
    /** A request to the Metrics API and its status. */
    'metrics-server.answer': { path: string; status: number };
  }
}

/** The name under which this server appears in traces. */
export const COMPONENT = 'metrics-server';

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A request to ks-apiserver; its prefix of a cluster is gone. */
    'ks-apiserver.request': { verb: string; path: string };
    'ks-apiserver.answer': { path: string; status: number };
    /** Whether metrics-server will ever be asked: decided once, at the start. */
    'ks-apiserver.metrics-api': { available: boolean };
    /** What Prometheus said of one metric: how many series, or why none. */
    'ks-apiserver.prometheus': { metric: string; series: number; error?: string };
    /** metrics-server is asked because a metric has no series (or a ranking wants all). */
    'ks-apiserver.edge-metrics': { level: 'node' | 'pod'; because: string };
    /** Where the series of one metric of the answer are from. */
    'ks-apiserver.merged': { metric: string; prometheus: number; metricsServer: number };
    /** A request is handed on, to the service that joins edge nodes or to kube-apiserver. */
    'ks-apiserver.proxy': { url: string };
  }
}

/** The name under which this server appears in traces. */
export const COMPONENT = 'ks-apiserver';

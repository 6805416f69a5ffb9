// The events the Docker engine adds to the trace.
declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * A request to dockerd and its answer. `path` is the request target without its version, `apiVersion` the
     * one asked for (absent in an un-versioned path), `refused` what the version check said.
     */
    'docker.request': {
      method: string;
      path: string;
      apiVersion?: string;
      userAgent?: string;
      status: number;
      refused?: 'too-new' | 'too-old';
    };
  }
}

export {};

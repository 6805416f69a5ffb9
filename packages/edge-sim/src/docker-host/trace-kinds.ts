// The events that a real engine adds to the trace.
declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** The real engine could not be read; told once, until it could be read again. */
    'docker-host.lost': { dockerHost: string; error: string };
  }
}

export {};

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A process that was started in a simulated container from outside; those it starts itself are not told of. */
    'container.process': {
      containerId: string;
      command: string[];
      tty: boolean;
      state: 'started' | 'exited' | 'refused';
      exitCode?: number;
    };
  }
}

export {};

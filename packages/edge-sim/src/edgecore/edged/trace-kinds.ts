declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A request that edged answered; `pods` is how many the answer lists, where it lists pods. */
    'edged.request': { method: string; path: string; status: number; pods?: number };
    /** Pods that a summary lists, as `namespace/name`. */
    'edged.pod-listed': { pods: string[] };
    /** Containers, by cgroup path, that a summary leaves out. */
    'edged.container-skipped': { ids: string[]; reason: 'no-pod-labels' };
  }
}

export {};

import type { TraceInput, World } from '@kubeedge-sim/sim-kit';

/** Prints lines as klog does; `source` is upstream's file and line, e.g. `plugin.go:68`. */
export interface ComponentLog {
  info(source: string, message: string, parent?: number): void;
  warning(source: string, message: string, parent?: number): void;
  error(source: string, message: string, parent?: number): void;
  /** Info at a verbosity level: printed when the component runs with `--v` at least that. A message may be made when it is read. */
  v(verbosity: number, source: string, message: string | (() => string), parent?: number): void;
}

/** The log of one component of one host. */
export function createComponentLog(world: World, host: string, component: string): ComponentLog {
  const emit = (detail: TraceInput<'log'>['detail'], parent: number | undefined) =>
    void world.trace.emit({ host, component, kind: 'log', detail, parent });
  const write =
    (severity: 'I' | 'W' | 'E') =>
    (source: string, message: string, parent?: number): void =>
      emit({ severity, verbosity: 0, source, message }, parent);
  return {
    info: write('I'),
    warning: write('W'),
    error: write('E'),
    v(verbosity, source, message, parent) {
      const line = { severity: 'I', verbosity, source } as const;
      emit(
        typeof message === 'string' ? { ...line, message } : () => ({ ...line, message: message() }),
        parent,
      );
    },
  };
}

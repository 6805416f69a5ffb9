import type { World } from '@kubeedge-sim/sim-kit';

/** Prints lines as klog does; `source` is upstream's file and line, e.g. `plugin.go:68`. */
export interface ComponentLog {
  info(source: string, message: string, parent?: number): void;
  warning(source: string, message: string, parent?: number): void;
  error(source: string, message: string, parent?: number): void;
  /** Info at a verbosity level: printed when the component runs with `--v` at least that. */
  v(verbosity: number, source: string, message: string, parent?: number): void;
  /** Where the release prints what `source` names. */
  place(source: string): string;
}

/** The log of one component of one host. `sources` are those that differ from what the caller gives. */
export function createComponentLog(
  world: World,
  host: string,
  component: string,
  sources: Readonly<Record<string, string>> = {},
): ComponentLog {
  const place = (source: string) => sources[source] ?? source;
  const write =
    (severity: 'I' | 'W' | 'E') =>
    (source: string, message: string, parent?: number, verbosity = 0): void => {
      const detail = { severity, verbosity, source: place(source), message };
      world.trace.emit({ host, component, kind: 'log', detail, parent });
    };
  const info = write('I');
  return {
    info: (source, message, parent) => info(source, message, parent),
    warning: (source, message, parent) => write('W')(source, message, parent),
    error: (source, message, parent) => write('E')(source, message, parent),
    place,
    v: (verbosity, source, message, parent) => info(source, message, parent, verbosity),
  };
}

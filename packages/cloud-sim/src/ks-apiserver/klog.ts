import type { Host, World } from '@kubeedge-sim/sim-kit';
import { COMPONENT } from './trace-kinds.ts';

export interface LogLine {
  severity: 'I' | 'W' | 'E';
  /** klog's V level; default 0. */
  verbosity?: number;
  /** `file.go:line`, the same in all releases from v3.1.0 to v3.4.1. */
  source: string;
  message: string;
}

/** Records a line with the event that led to it. */
export type Log = (line: LogLine, parent?: number) => void;

export function createLog(world: World, host: Host): Log {
  return ({ severity, verbosity = 0, source, message }, parent) => {
    const detail = { severity, verbosity, source, message: world.net.describe(message) };
    world.trace.emit({ host: host.name, component: COMPONENT, kind: 'log', detail, parent });
  };
}

import type { Host, World } from '@kubeedge-sim/sim-kit';
import { COMPONENT } from './trace-kinds.ts';

export interface LogLine {
  severity: 'I' | 'W' | 'E' | 'F';
  /** klog's V level; 0 is always printed. */
  verbosity: number;
  /** `file.go:line`. */
  source: string;
  message: string;
}

/** Records a line with the event that led to it. Lines above the server's `-v` are recorded, too. */
export type Log = (line: LogLine, parent?: number) => void;

export function createLog(world: World, host: Host): Log {
  return (line, parent) => {
    const detail = { ...line, message: world.net.describe(line.message) };
    world.trace.emit({ host: host.name, component: COMPONENT, kind: 'log', detail, parent });
  };
}

import type { Host, World } from '@kubeedge-sim/sim-kit';

/** Records a line of Go's package log, with the event that led to it. */
export type GoLog = (message: string, parent?: number) => void;

/** Go's package log knows neither severity nor place: `source` is empty, which prints date and time before the line. */
export function createGoLog(world: World, host: Host, component: string): GoLog {
  return (message, parent) => {
    const detail = { severity: 'I', verbosity: 0, source: '', message: world.net.describe(message) } as const;
    world.trace.emit({ host: host.name, component, kind: 'log', detail, parent });
  };
}

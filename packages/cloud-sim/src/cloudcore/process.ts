import { type Host, reportLimit, type TraceKinds, type TraceSeries, type World } from '@kubeedge-sim/sim-kit';
import type { Dialect } from '@kubeedge-sim/wire';
import type { CloudcoreLimits } from './limits.ts';
import { Load } from './load.ts';
import type { CloudcoreRelease, LogStatement } from './release.ts';
import './trace-kinds.ts';

/** klog's severities cloudcore uses here. */
export type Severity = 'I' | 'W' | 'E';

/** What the parts of one cloudcore process share. */
export interface CloudcoreProcess {
  readonly world: World;
  readonly host: Host;
  readonly release: CloudcoreRelease;
  readonly dialect: Dialect;
  readonly limits: CloudcoreLimits;
  /** klog's -v; lines above it are not printed. */
  readonly verbosity: number;
  readonly load: Load;
  /** False once the process was stopped: a killed process prints and reports nothing more. */
  readonly alive: boolean;
  /** Records an event of this process; returns its id. */
  trace<K extends keyof TraceKinds>(kind: K, detail: TraceKinds[K], parent?: number): number | undefined;
  /** Records events of one kind that come together; `make` makes the one of an index. Returns the id of the first. */
  traceSeries<K extends keyof TraceKinds>(
    kind: K,
    count: number,
    make: (index: number, firstId: number) => { detail: TraceKinds[K]; parent: number | undefined },
  ): number | undefined;
  /** Prints a line through klog. A statement the release does not have prints nothing. */
  log(
    severity: Severity,
    statement: LogStatement,
    message: string,
    parent?: number,
    verbosity?: number,
  ): void;
  /** Records and prints that a bound of the simulator's was reached: by whom, and what follows. */
  reachLimit(limit: keyof CloudcoreLimits, by: { peer: string; consequence: string }, parent?: number): void;
  /** Ends the process on its own account: it is not alive from now on, and what it opened is closed. */
  exit(code: number, reason: string): void;
  /** Prints a line through Go's standard logger, as net/http does: no file and line of cloudcore. */
  logGo(message: string, parent?: number): void;
}

/** The source of lines that come from Go's net/http through the standard logger. */
const GO_LOG_SOURCE = 'net/http';

/** Creates the shared part of a process and the switch that ends it. */
export function createProcess(
  world: World,
  host: Host,
  options: {
    release: CloudcoreRelease;
    dialect: Dialect;
    limits: CloudcoreLimits;
    verbosity: number;
    onExit: (code: number, reason: string) => void;
  },
): { process: CloudcoreProcess; stop: () => void } {
  const { release, dialect, limits, verbosity: verbosityMax, onExit } = options;
  let alive = true;
  const trace: CloudcoreProcess['trace'] = (kind, detail, parent) =>
    alive ? world.trace.emit({ host: host.name, component: 'cloudcore', kind, detail, parent }) : undefined;
  const process: CloudcoreProcess = {
    world,
    host,
    release,
    dialect,
    limits,
    verbosity: verbosityMax,
    load: new Load(world.clock),
    get alive() {
      return alive;
    },
    trace,
    traceSeries(kind, count, make) {
      if (!alive) return undefined;
      const event = (index: number, firstId: number) => {
        const { detail, parent } = make(index, firstId);
        return { component: 'cloudcore', kind, detail, ...(parent !== undefined && { parent }) };
      };
      return world.trace.emitSeries({ host: host.name, count, make: event as TraceSeries['make'] });
    },
    log(severity, statement, message, parent, verbosity = 0) {
      const source = release.logSources[statement];
      if (source === undefined || verbosity > verbosityMax) return;
      trace('log', { severity, verbosity, source, message }, parent);
    },
    reachLimit(limit, by, parent) {
      const where = { host: host.name, component: 'cloudcore' };
      if (alive) reportLimit(world, { ...where, limit, most: limits[limit], ...by, parent });
    },
    exit(code, reason) {
      if (!alive) return;
      trace('cloudcore.exit', { code, reason });
      alive = false;
      onExit(code, reason);
    },
    logGo(message, parent) {
      trace('log', { severity: 'E', verbosity: 0, source: GO_LOG_SOURCE, message }, parent);
    },
  };
  return {
    process,
    stop() {
      alive = false;
    },
  };
}

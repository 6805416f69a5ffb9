import type { Host, World } from '@kubeedge-sim/sim-kit';

/** How a process ended: by itself with an exit code, or because its unit stopped it. */
export interface ExitStatus {
  code: number;
  reason: string;
}

/** A running process of a simulated host. */
export interface SimProcess {
  /** Resolves when it has ended and everything it had opened is closed. */
  readonly exited: Promise<ExitStatus>;
  /** Ends it, as SIGTERM would. */
  stop(): Promise<void>;
}

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A unit's process ended by itself and is started again after the delay. */
    'systemd.restart': { unit: string; code: number; reason: string; afterMs: number };
  }
}

/** A unit that keeps a process running: Restart=always. */
export interface SystemdUnit extends AsyncDisposable {
  /** Stops the process and starts it again at once, possibly as another program. */
  restart(spawn?: () => SimProcess): Promise<void>;
  stop(): Promise<void>;
}

export interface SystemdUnitOptions {
  /** `edgecore.service`. */
  name: string;
  /** RestartSec; kubeedge v1.6.1 build/tools/edgecore.service has 10 s. */
  restartDelayMs: number;
  spawn: () => SimProcess;
}

/** Starts a unit on a host. */
export function startSystemdUnit(world: World, host: Host, options: SystemdUnitOptions): SystemdUnit {
  let { spawn } = options;
  let stopping = new AbortController();
  let process = spawn();
  let supervision = supervise(stopping.signal);

  async function supervise(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { code, reason } = await process.exited;
      if (signal.aborted) return;
      const detail = { unit: options.name, code, reason, afterMs: options.restartDelayMs };
      world.trace.emit({ host: host.name, component: 'systemd', kind: 'systemd.restart', detail });
      const label = `${options.name} restart on ${host.name}`;
      const stopped = await world.clock.sleep(options.restartDelayMs, { signal, label }).then(
        () => false,
        () => true,
      );
      if (stopped) return;
      process = spawn();
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await process.stop();
    await supervision;
  }

  return {
    stop,
    async restart(next = spawn) {
      await stop();
      spawn = next;
      stopping = new AbortController();
      process = spawn();
      supervision = supervise(stopping.signal);
    },
    [Symbol.asyncDispose]: stop,
  };
}

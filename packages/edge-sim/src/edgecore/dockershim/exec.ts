import type { Clock } from '@kubeedge-sim/sim-kit';
import type { CommandEnd } from '@kubeedge-sim/spdy';
import type { ProcessStream } from '../../machine/container-process.ts';
import type { ComponentLog } from '../component-log.ts';

const INSPECT_PERIOD_MS = 2_000;
const INSPECTIONS = 5;

/**
 * How an exec ended, once its streams have. A process that runs on – it has given its streams away, or has a terminal
 * whose client ended the input – is asked after for 8 s, and then counts as a success.
 * Source: kubernetes v1.19.3 pkg/kubelet/dockershim/exec.go ExecInContainer.
 */
export async function exitOfExec(options: {
  clock: Clock;
  log: ComponentLog;
  execId: string;
  containerId: string;
  process: ProcessStream;
  signal: AbortSignal;
}): Promise<CommandEnd> {
  const { clock, log, execId, containerId, process, signal } = options;
  for (let count = 1; ; count += 1) {
    const code = await process.exitCode();
    if (code !== undefined) return { type: 'exited', code };
    if (count === INSPECTIONS) {
      log.error(
        'exec.go:129',
        `Exec session ${execId} in container ${containerId} terminated but process still running!`,
      );
      return { type: 'exited', code: 0 };
    }
    await clock.sleep(INSPECT_PERIOD_MS, { signal, label: 'next look at an exec' });
  }
}

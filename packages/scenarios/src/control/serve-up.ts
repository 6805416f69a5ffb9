import { Opened } from '@kubeedge-sim/sim-kit';
import { type SimulationParts, simulationOf } from '../simulation.ts';
import type { ControlApi } from './control-api.ts';
import { UP_WORLD } from './control-client.ts';
import { writeUpState } from './state-file.ts';
import { readToken } from './token.ts';

/** It has an address of its own, and there always the same port. */
const CONTROL_PORT = 7_350;
/** An address for documentation (RFC 5737): no cluster has it. */
const CONTROL_ADDRESS = '192.0.2.1';

/** Serves the control API for the one cluster of `up`, and notes where, for `act` and its like. */
export async function serveUpControl(
  parts: SimulationParts,
  { allowOrigins, report }: { allowOrigins: readonly string[]; report(error: unknown): void },
): Promise<AsyncDisposable & Pick<ControlApi, 'url'>> {
  // Loaded here, because few commands need it.
  const { startControlApi } = await import('./control-api.ts');
  const { net } = parts.cluster.world;
  const opened = new Opened();
  try {
    const control = opened.use(
      await startControlApi({
        listen: net.host({ name: 'control', address: CONTROL_ADDRESS }).address,
        port: CONTROL_PORT,
        token: await readToken(undefined),
        allowOrigins: [...allowOrigins],
        report,
      }),
    );
    control.worlds.adopt(UP_WORLD, simulationOf(parts));
    opened.use(await writeUpState({ control: control.url, pid: process.pid }));
    return { url: control.url, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

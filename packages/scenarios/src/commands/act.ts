import { createLoopbackWorld, httpRequest, NetError } from '@kubeedge-sim/sim-kit';
import type { ActAnswer, ActRequest } from '../control/control-server.ts';
import { readUpState } from '../control/state-file.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';

/** Changes a cluster that `up` serves. @throws UsageError when it refuses or cannot be reached */
export async function act(io: Io, words: readonly string[], flags: { control?: string }): Promise<void> {
  const control = flags.control ?? (await readUpState()).control;
  const answer = await post(control, { words: [...words] });
  if ('error' in answer) throw new UsageError(answer.error);
  for (const done of answer.done) io.out(`${done}\n`);
}

async function post(control: string, body: ActRequest): Promise<ActAnswer> {
  await using world = await createLoopbackWorld();
  const { hostname, port } = new URL(control);
  const outside = world.net.outside(control);
  try {
    const response = await httpRequest(
      { connect: (_target, options) => outside(options) },
      {
        target: { address: hostname, port: Number(port) },
        method: 'POST',
        path: '/act',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        component: 'act',
      },
    );
    return JSON.parse(await response.text()) as ActAnswer;
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    throw new UsageError(`Tried to reach ${control}: ${error.goText}. Is \`kubeedge-sim up\` still running?`);
  }
}

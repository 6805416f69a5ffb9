import { createLoopbackWorld, httpRequest, NetError } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import { readUpState } from './state-file.ts';

/**
 * Asks the control server of a running `up`; `control` is its URL, by default that of the running one.
 * @throws UsageError when there is none, and with the server's words when it refuses
 */
export async function askControl(control: string | undefined, path: string, body?: unknown): Promise<string> {
  const url = control ?? (await readUpState()).control;
  if (!URL.canParse(url))
    throw new UsageError(`Tried to use ${url} as the control URL; give the one \`up\` printed.`);
  await using world = await createLoopbackWorld();
  const { hostname, port } = new URL(url);
  const outside = world.net.outside(url);
  try {
    const response = await httpRequest(
      { connect: (_target, options) => outside(options) },
      {
        target: { address: hostname, port: Number(port) },
        path,
        component: 'act',
        ...(body === undefined
          ? {}
          : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      },
    );
    const answer = await response.text();
    if (response.status < 400) return answer;
    throw new UsageError((JSON.parse(answer) as { error: string }).error);
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    throw new UsageError(`Tried to reach ${url}: ${error.goText}. Is \`kubeedge-sim up\` still running?`);
  }
}

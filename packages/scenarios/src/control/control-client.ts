import { createLoopbackWorld, type HttpResponse, httpRequest, NetError } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import type { Json, schemas } from './schemas.ts';
import { readUpState } from './state-file.ts';
import { TOKEN_VARIABLE } from './token.ts';

/** Which world of which control server. */
export interface ControlTarget {
  /** The server's URL; default: that of the running `up`. */
  control?: string | undefined;
  /** Id of the world; default that of `up`. */
  world?: string | undefined;
}

/** The id of the world that `up` serves. */
export const UP_WORLD = 'up';

/** What a control server answered. */
export interface ControlAnswer {
  body: string;
  /** Where the rest is, of an answer that is one page of many. */
  next?: string | undefined;
}

/**
 * Asks a control server about a world; `path` is what follows the world's own, e.g. `/log?node=edge-node-1`. A `body`
 * makes it a POST.
 * @throws UsageError when there is none, and with the server's words when it refuses
 */
export async function askControl(
  target: ControlTarget,
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const url = target.control ?? (await readUpState()).control;
  if (!URL.canParse(url))
    throw new UsageError(`Tried to use ${url} as the control URL; give the one \`up\` printed.`);
  const world = encodeURIComponent(target.world ?? UP_WORLD);
  const response = await request(url, `/v1/worlds/${world}${path}`, body);
  if (response.status >= 400) throw new UsageError(refusal(url, response.body));
  return response;
}

async function request(
  url: string,
  path: string,
  body: unknown,
): Promise<ControlAnswer & { status: number }> {
  await using world = await createLoopbackWorld();
  const { hostname, port } = new URL(url);
  const outside = world.net.outside(url);
  const token = process.env[TOKEN_VARIABLE];
  try {
    const response = await httpRequest(
      { connect: (_target, options) => outside(options) },
      {
        target: { address: hostname, port: Number(port) },
        path,
        component: 'act',
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      },
    );
    return { status: response.status, body: await response.text(), next: nextOf(response) };
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    throw new UsageError(`Tried to reach ${url}: ${error.goText}. Is \`kubeedge-sim up\` still running?`);
  }
}

const nextOf = ({ headers }: HttpResponse) =>
  /<([^>]+)>; rel="next"/.exec(String(headers['link'] ?? ''))?.[1];

/** The server's own words, or what it is if it is no control server. */
function refusal(url: string, body: string): string {
  try {
    const { detail } = JSON.parse(body) as Partial<Json<typeof schemas.Problem>>;
    if (typeof detail === 'string') return detail;
  } catch {
    // Told below.
  }
  return `Tried to use ${url} as a control server, found something else: ${body.slice(0, 100)}`;
}

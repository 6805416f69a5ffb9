import { readToken, TOKEN_VARIABLE } from '../control/token.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { isLoopback, warnOfListening } from './listen.ts';

export interface ServeFlags {
  listen: string;
  port: number;
  tokenFile?: string;
  allowOrigin?: string[];
  maxWorlds: number;
  maxBodyKb: number;
  maxSeconds: number;
  idleMinutes: number;
  /** Print the OpenAPI document and serve nothing. */
  openapi?: boolean;
}

/**
 * Serves the control API, with no world in it, until `stop` aborts.
 * @throws UsageError when it is to listen for others without a token
 */
export async function serve(io: Io, flags: ServeFlags, stop: AbortSignal): Promise<void> {
  // Loaded here, because no other command needs it.
  const [{ startControlApi }, { openapiDocument }] = await Promise.all([
    import('../control/control-api.ts'),
    import('../control/openapi.ts'),
  ]);
  if (flags.openapi === true) return io.out(`${JSON.stringify(openapiDocument(), null, 2)}\n`);
  const token = await readToken(flags.tokenFile);
  checkAccess(flags, token);
  await using api = await startControlApi({
    listen: flags.listen,
    port: flags.port,
    token,
    allowOrigins: flags.allowOrigin ?? [],
    limits: {
      worldsMax: flags.maxWorlds,
      bodyBytesMax: flags.maxBodyKb * 1024,
      answerMs: flags.maxSeconds * 1_000,
      idleMs: flags.idleMinutes * 60_000,
    },
    report: (error) => io.error(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  const what = 'drive this once it has the token, which travels in plain HTTP';
  warnOfListening(io, flags.listen, { ports: [Number(new URL(api.url).port)], what });
  io.out(`control          ${api.url}\nServing until interrupted (Ctrl-C).\n`);
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

/** @throws UsageError */
function checkAccess({ listen, allowOrigin = [] }: ServeFlags, token: string | undefined): void {
  if (token !== undefined) return;
  const how = `Give --token-file <file> or set ${TOKEN_VARIABLE}; \`openssl rand -hex 32\` makes one.`;
  if (!isLoopback(listen))
    throw new UsageError(`Tried to listen on ${listen} without a token: others could drive this. ${how}`);
  if (allowOrigin.includes('*'))
    throw new UsageError(
      `Tried to let in pages of any origin without a token: any site could drive this. ${how}`,
    );
}

// The client of both servers.
import { Agent, type RequestOptions, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { serveCalls } from '../process.ts';

export interface Target {
  host: string;
  port: number;
  token: string;
}

export interface Load extends Target {
  method: 'GET' | 'PATCH';
  /** In turns. */
  paths: readonly string[];
  connections: number;
  warmUpSeconds: number;
  seconds: number;
}

const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
let patches = 0;
let watch: { lines: number; last: string; ended: boolean; stop(): void } | undefined;

const optionsOf = (
  { host, port, token }: Target,
  { headers = {}, ...rest }: { method?: string; path: string; headers?: Record<string, string> },
): RequestOptions => ({
  host,
  port,
  agent,
  ...rest,
  headers: { authorization: `Bearer ${token}`, ...headers },
});

/** @throws Error for an answer that is no success */
async function ask(target: Target, method: string, path: string): Promise<Buffer> {
  const body =
    method === 'PATCH'
      ? JSON.stringify({ metadata: { labels: { patch: String(patches++).padStart(9, '0') } } })
      : '';
  const headers: Record<string, string> =
    body === '' ? {} : { 'content-type': 'application/merge-patch+json' };
  return new Promise((resolve, reject) => {
    const asked = request(optionsOf(target, { method, path, headers }), (response) => {
      buffer(response).then((answer) => {
        if (response.statusCode === 200) resolve(answer);
        else
          reject(
            new Error(`${method} ${path} was answered with ${response.statusCode}: ${answer.toString()}`),
          );
      }, reject);
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

async function load({
  method,
  paths,
  connections,
  warmUpSeconds,
  seconds,
  ...target
}: Load): Promise<number> {
  const fromMs = performance.now() + warmUpSeconds * 1_000;
  const untilMs = fromMs + seconds * 1_000;
  let turn = 0;
  let counted = 0;
  let lastMs = fromMs;
  const repeat = async () => {
    while (performance.now() < untilMs) {
      await ask(target, method, paths[turn++ % paths.length] ?? '/');
      const nowMs = performance.now();
      if (nowMs < fromMs) continue;
      counted++;
      lastMs = nowMs;
    }
  };
  await Promise.all(Array.from({ length: connections }, repeat));
  return counted / ((lastMs - fromMs) / 1_000);
}

/** Counts the lines of an answer that does not end. */
function startWatch({ path, ...target }: Target & { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(optionsOf(target, { path }), (response) => {
      const seen = { lines: 0, last: '', ended: false, stop: () => void asked.destroy() };
      watch = seen;
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        seen.lines += lines.length;
        seen.last = lines.at(-1) ?? seen.last;
      });
      response.once('close', () => {
        seen.ended = true;
      });
      resolve();
    });
    asked.once('error', reject);
    asked.end();
  });
}

serveCalls({
  get: ({ path, ...target }: Target & { path: string }) => ask(target, 'GET', path),
  patch: ({ path, ...target }: Target & { path: string }) => ask(target, 'PATCH', path),
  load,
  watch: startWatch,
  watched: () => ({ lines: watch?.lines ?? 0, last: watch?.last ?? '', ended: watch?.ended ?? true }),
  unwatch: () => watch?.stop(),
});

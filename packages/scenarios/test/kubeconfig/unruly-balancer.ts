import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { stringify } from 'yaml';
import type { ClusterAccess } from '../../src/twin/kubeconfig.ts';

/** A request as it came, and how it was answered. */
export interface Passed {
  method: string;
  path: string;
  /** Of fields, when there is one. */
  selector: string | null;
  isWatch: boolean;
  atMs: number;
  status: number;
}

export type Answer = { status: number; headers?: Record<string, string>; body: string };

/** What stands before an API server and misbehaves as it is told to. */
export interface UnrulyBalancer extends AsyncDisposable {
  /** Answers in the server's place, where it gives something. */
  answer: (request: Omit<Passed, 'status' | 'atMs'>) => Answer | undefined;
  /** What the resourceVersion of watches is replaced by. */
  watchFrom: string | undefined;
  readonly passed: readonly Passed[];
  /** What has come from the server itself on watches as events of type ERROR. */
  readonly errorEvents: readonly { code: number; reason: string }[];
  /** Breaks every connection and takes no more, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Writes to `file` a kubeconfig with its own address and the token of `access`. */
export async function startUnrulyBalancer(access: ClusterAccess, file: string): Promise<UnrulyBalancer> {
  const sockets = new Set<Socket>();
  const passed: Passed[] = [];
  const errorEvents: { code: number; reason: string }[] = [];
  const server = createServer((request, response) => pass(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const balancer: UnrulyBalancer = {
    answer: () => undefined,
    watchFrom: undefined,
    passed,
    errorEvents,
    async down() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async up() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await balancer.down();
    },
  };

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', access.server);
    const { method = '' } = request;
    const isWatch = url.searchParams.get('watch') === 'true';
    if (isWatch && balancer.watchFrom !== undefined)
      url.searchParams.set('resourceVersion', balancer.watchFrom);
    const selector = url.searchParams.get('fieldSelector');
    const about = { method, path: url.pathname, selector, isWatch };
    const note = (status: number) => passed.push({ ...about, atMs: Date.now(), status });
    const instead = balancer.answer(about);
    if (instead !== undefined) {
      request.resume();
      note(instead.status);
      response.writeHead(instead.status, { 'content-type': 'application/json', ...instead.headers });
      response.end(instead.body);
      return;
    }
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { ...request.headers, host: url.host };
    const onward = ask(url, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      note(answer.statusCode ?? 0);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      if (isWatch) answer.on('data', (chunk: Buffer) => noteErrors(String(chunk)));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  function noteErrors(lines: string): void {
    for (const line of lines.split('\n').filter((each) => each.includes('"type":"ERROR"')))
      errorEvents.push((JSON.parse(line) as { object: { code: number; reason: string } }).object);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [, token] = (access.authorization ?? '').split(' ');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return balancer;
}

/** A failure as kube-apiserver words it. */
export function failure(code: number, message: string, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
  return { status: code, headers, body };
}

// Test support: the few answers of a kube-apiserver that `kubectl exec` needs, with a small command behind them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  answerUpgrade,
  kubeletProtocols,
  RemoteCommandServer,
  type RemoteCommandServerEvent,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';

/** What happened in one exec, for the test to look at. */
export type ServedExec = {
  readonly command: readonly string[];
  readonly protocol: string;
  readonly sizes: string[];
  readonly problems: string[];
  /** Most bytes of stdin that waited for the connection to take output. */
  mostUnreadBytes: number;
};

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'nginx', namespace: 'default' },
  spec: { containers: [{ name: 'nginx', image: 'nginx', stdin: true, tty: true }] },
  status: { phase: 'Running' },
};
const answers: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] }],
  },
  '/api/v1/namespaces/default/pods/nginx': pod,
};

export async function startExecServer(tls: { key: string; cert: string }): Promise<{
  readonly url: string;
  readonly served: ServedExec[];
  stop(): Promise<void>;
}> {
  const served: ServedExec[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer(tls, answerPlainly);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    serveUpgrade(request, socket, head, served),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    served,
    stop: () => stop(server, sockets),
  };
}

function stop(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

function answerPlainly(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'https://any');
  const answer = answers[pathname];
  const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
  response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer ?? { ...missing, message: `nothing at ${pathname}` }));
}

function serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, served: ServedExec[]): void {
  // kubectl resets the connection when it is done; that is no failure of the test.
  socket.on('error', () => socket.destroy());
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://any');
  const refuse = (status: string, body: string) =>
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  if (!pathname.endsWith('/exec') && !pathname.endsWith('/attach'))
    return void refuse('404 Not Found', 'no such page');
  // kubectl 1.31 and later ask for a WebSocket first, and for SPDY when it is refused.
  if (request.headers.upgrade !== 'SPDY/3.1') return void refuse('400 Bad Request', 'no WebSockets here');
  const answer = answerUpgrade(request.headers, kubeletProtocols);
  if (!answer.accepted) return void refuse(`${answer.status} Refused`, answer.body);
  // An apiserver turns stdin=true into the kubelet's input=1.
  const query = new URLSearchParams();
  for (const [ours, theirs] of [
    ['input', 'stdin'],
    ['output', 'stdout'],
    ['error', 'stderr'],
    ['tty', 'tty'],
  ] as const) {
    if (searchParams.get(theirs) === 'true') query.set(ours, '1');
  }
  const wants = wantsOfQuery(query.toString());
  if ('refusal' in wants) return void refuse('400 Bad Request', wants.refusal);
  const command = pathname.endsWith('/attach') ? ['cat'] : searchParams.getAll('command');
  const exec: ServedExec = {
    command,
    protocol: answer.protocol,
    sizes: [],
    problems: [],
    mostUnreadBytes: 0,
  };
  served.push(exec);
  socket.write(answer.head);
  runCommand(new RemoteCommandServer({ protocol: answer.protocol, wants }), socket, head, exec);
}

/** echo …, fail N, size (waits for a terminal size), cat: enough of a container to show the room. */
function runCommand(remote: RemoteCommandServer, socket: Duplex, head: Buffer, exec: ServedExec): void {
  const [name = '', ...args] = exec.command;
  let unreadBytes = 0;
  const send = () => {
    let room = true;
    for (const bytes of remote.takeOutput()) room = socket.write(bytes);
    return room;
  };
  const finish = (code: number) => {
    remote.finish({ type: 'exited', code });
    send();
    socket.end();
  };
  const consume = () => {
    remote.consumed(unreadBytes);
    unreadBytes = 0;
    if (!remote.paused) socket.resume();
  };
  const on = (event: RemoteCommandServerEvent) => {
    if (event.type === 'unexpected-stream') exec.problems.push(event.text);
    if (event.type === 'client-gone' && event.error !== undefined) exec.problems.push(event.error.message);
    if (event.type === 'resize') {
      exec.sizes.push(`${event.size.width}x${event.size.height}`);
      if (name === 'size') {
        remote.write('stdout', Buffer.from(`${exec.sizes.at(-1)}\r\n`));
        finish(0);
      }
    }
    if (event.type === 'ready' && name === 'echo') {
      remote.write('stdout', Buffer.from(`${args.join(' ')}\n`));
      remote.write('stderr', Buffer.from('on stderr\n'));
      finish(0);
    }
    if (event.type === 'ready' && name === 'fail') finish(Number(args[0]));
    if (name !== 'cat') return;
    if (event.type === 'stdin') {
      unreadBytes += event.data.length;
      remote.write('stdout', event.data);
    }
    if (event.type === 'stdin-end') finish(0);
  };
  const receive = (bytes: Uint8Array) => {
    for (const event of remote.receive(bytes)) on(event);
    exec.mostUnreadBytes = Math.max(exec.mostUnreadBytes, unreadBytes);
    if (send()) consume();
    else if (remote.paused) socket.pause();
  };
  socket.on('drain', consume);
  socket.on('data', receive);
  if (head.length > 0) receive(head);
  socket.resume();
}

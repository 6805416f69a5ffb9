// Test support only: a kubelet that takes exec and attach over SPDY, with a few commands behind it.
import type { IncomingMessage } from 'node:http';
import { createHttpServer, type Host, listenHttp, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import {
  answerUpgrade,
  kubeletProtocols,
  RemoteCommandServer,
  type RemoteCommandServerEvent,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';

export interface KubeletRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** What came behind it. */
  bytes?: number;
}

/**
 * Listens on the host's port 10350. `echo …`, `fail N`, `size` (the first terminal size) and everything else is `cat`;
 * a WebSocket is refused as a kubelet refuses v5 of the protocol, and other paths are not found.
 */
export async function startSpdyKubelet(world: World, host: Host): Promise<KubeletRequest[]> {
  const seen: KubeletRequest[] = [];
  const server = createHttpServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
  });
  server.on('upgrade', (request: IncomingMessage, socket: NetSocket, head: Buffer) => {
    const { method = '', url = '', rawHeaders, headers } = request;
    const noted: KubeletRequest = { method, url, rawHeaders };
    seen.push(noted);
    const { pathname, searchParams } = new URL(url, 'http://kubelet');
    const refuse = (text: string) => {
      socket.write(`HTTP/1.1 ${text}\r\n\r\n`);
      socket.destroySoon();
    };
    if (headers.upgrade === 'websocket') return refuse('403 Forbidden');
    if (!/^\/(exec|attach)\//.test(pathname)) return refuse('404 Not Found\r\nContent-Length: 0');
    const answer = answerUpgrade(headers, kubeletProtocols);
    const wants = wantsOfQuery(searchParams.toString());
    if (!answer.accepted || 'refusal' in wants) return refuse('400 Bad Request\r\nContent-Length: 0');
    socket.write(answer.head);
    socket.on('data', ({ length }: Buffer) => (noted.bytes = (noted.bytes ?? 0) + length));
    const remote = new RemoteCommandServer({ protocol: answer.protocol, wants });
    runCommand(remote, socket, searchParams.getAll('command'), head);
  });
  const authority = await world.net.authority({ commonName: 'kubelet' });
  const certificate = await authority.issue({ commonName: 'kubelet', ipAddresses: [host.address] });
  const tls = { certificate, clientAuth: 'request' } as const;
  world.own(await listenHttp(host, { port: 10_350 }, { tls, component: 'spdy-kubelet' }, server));
  return seen;
}

function runCommand(
  remote: RemoteCommandServer,
  socket: NetSocket,
  [name, ...words]: string[],
  head: Buffer,
): void {
  const finish = (code: number) => remote.finish({ type: 'exited', code });
  const on = (event: RemoteCommandServerEvent): void => {
    if (event.type === 'ready' && name === 'echo') {
      remote.write('stdout', Buffer.from(`${words.join(' ')}\n`));
      remote.write('stderr', Buffer.from('on stderr\n'));
      finish(0);
    } else if (event.type === 'ready' && name === 'fail') finish(Number(words[0]));
    else if (event.type === 'resize' && name === 'size') {
      remote.write('stdout', Buffer.from(`${event.size.width}x${event.size.height}\n`));
      finish(0);
    } else if (event.type === 'stdin') {
      remote.write('stdout', event.data);
      remote.consumed(event.data.length);
    } else if (event.type === 'stdin-end') finish(0);
  };
  const receive = (bytes: Uint8Array) => {
    let ended = false;
    for (const event of remote.receive(bytes)) {
      on(event);
      ended ||= event.type === 'client-gone';
    }
    let room = true;
    for (const out of remote.takeOutput()) room = socket.write(out);
    if (ended) socket.destroySoon();
    if (ended || room) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  };
  socket.on('error', () => {});
  socket.once('end', () => socket.destroySoon());
  socket.on('data', receive);
  if (head.length > 0) receive(head);
  socket.resume();
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHttpServer, type Host, listenHttp, type World } from '@kubeedge-sim/sim-kit';

/** A request as Go's stub in the lab noted it. */
export interface SeenRequest {
  uri: string;
  host: string;
  header: Record<string, string[]>;
}

export interface StubEdged extends AsyncDisposable {
  readonly requests: SeenRequest[];
  /** Heads as they came, names in order, for what Go's map does not tell. */
  readonly rawHeaders: string[][];
}

const SLOW_LINE_MS = 300;
const FOLLOW_LINE_MS = 200;
const TEXT_CHUNK_MS = 150;

/**
 * The lab's stub of edged on 127.0.0.1:10350: `?lab=<what>` chooses the answer. Other paths get what `bodies`
 * says.
 */
export async function startStubEdged(
  world: World,
  host: Host,
  bodies: Readonly<Record<string, Uint8Array>> = {},
): Promise<StubEdged> {
  const requests: SeenRequest[] = [];
  const rawHeaders: string[][] = [];
  const server = createHttpServer((request, response) => {
    requests.push(seen(request));
    rawHeaders.push(request.rawHeaders);
    const { url = '' } = request;
    const body = bodies[url];
    const [kind = '', argument = ''] = (/[?&]lab=([^&]*)/.exec(url)?.[1] ?? '').split(':');
    if (body !== undefined) response.end(body);
    else if (kind === '' && url.startsWith('/containerLogs/'))
      void follow({ world, request, response, argument });
    else void (ANSWERS[kind] ?? notFound)({ world, request, response, argument });
  });
  const target = { address: '127.0.0.1', port: 10_350 };
  const listener = await listenHttp(host, target, { component: 'stub-edged' }, server);
  return { requests, rawHeaders, [Symbol.asyncDispose]: () => listener.close() };
}

/** Headers as Go's server has them: Host apart, names in Go's spelling, every value of a name. */
function seen(request: IncomingMessage): SeenRequest {
  const header: Record<string, string[]> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    if (name !== 'Host') header[name] = [...(header[name] ?? []), value];
  }
  return { uri: request.url ?? '', host: request.headers.host ?? '', header };
}

interface Exchange {
  world: World;
  request: IncomingMessage;
  response: ServerResponse;
  argument: string;
}

/** Without `lab`, a log is followed: four lines of Chinese text. */
async function follow({ world, response }: Exchange): Promise<void> {
  for (let line = 0; line < 4; line++) {
    response.write(`2021-05-14T07:00:0${line}.000000000Z 第${line}行 hello 世界\n`);
    await world.clock.sleep(FOLLOW_LINE_MS);
  }
  response.end();
}

const notFound = ({ response }: Exchange) => void response.writeHead(404).end('404 page not found\n');
const fixed = (body: string | Uint8Array) => (exchange: Exchange) => void exchange.response.end(body);

const ANSWERS: Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>> = {
  blank: fixed('a\n\n\nb\n\n'),
  crlf: fixed('a\r\nb\r\n\r\nc\r'),
  empty: fixed(''),
  binary: fixed(Buffer.from('0001fffe0a8081', 'hex')),
  status: ({ response, argument }) =>
    void response.writeHead(Number(argument)).end('lab error body line1\nline2\n'),
  statusheaders: ({ response, argument }) =>
    void response.writeHead(Number(argument)).end('{"kind":"Status"}\n'),
  redirect: ({ response }) => void response.writeHead(302, { Location: '/metrics?lab=blank' }).end(),
  loop: ({ response, argument }) => {
    const location = `/metrics?lab=loop:${Number(argument) + 1}`;
    response.writeHead(302, { Location: location }).end();
  },
  bigline({ response, argument }) {
    response.end(`line-before\n${'A'.repeat(Number(argument))}\nline-after\n`);
  },
  onlybig: ({ response, argument }) => void response.end('B'.repeat(Number(argument))),
  async slow({ world, response, argument }) {
    for (let line = 0; line < Number(argument) && !response.destroyed; line++) {
      response.write(`slow line ${line} 慢\n`);
      await world.clock.sleep(SLOW_LINE_MS);
    }
    response.end();
  },
  async utf8({ world, response }) {
    const text = '边缘节点日志：容器启动成功。'.repeat(40);
    for (let chunk = 0; chunk < 3; chunk++) {
      response.write(`2021-05-14T07:00:0${chunk}Z stdout F ${text}\n`);
      await world.clock.sleep(TEXT_CHUNK_MS);
    }
    response.end();
  },
  longline({ response, argument }) {
    response.end(`start\n${'长'.repeat(Number(argument) / 3)}\nend\n`);
  },
  async hang({ world, response, argument }) {
    response.write('first\n');
    await world.clock.sleep(Number(argument) * 1_000);
    response.end('second\n');
  },
  async late({ world, response, argument }) {
    await world.clock.sleep(Number(argument) * 1_000);
    response.end('late\n');
  },
  cut({ world, response, argument }) {
    response.writeHead(200, { 'Content-Length': argument }).write('only this\npartial');
    world.clock.setTimeout(() => response.destroy(), 0);
  },
};

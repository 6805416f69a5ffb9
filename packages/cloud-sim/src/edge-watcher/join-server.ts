import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createHttpServer, type Host, listenHttp, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import { HandlerPanic } from './cloudcore-config.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { answerJoin, type JoinAnswer, type JoinSettings } from './join-handler.ts';
import type { GoLog } from './log.ts';

const ROOT = '/api/v1alpha1';
const JOIN_PATH = /^\/api\/v1alpha1\/nodes\/join\/?$/;

export interface JoinServerOptions {
  component: string;
  port: number;
  cluster: ClusterReader;
  settings: JoinSettings;
  log: GoLog;
}

/**
 * The one route of EdgeWatcher's web service. It asks for cross-origin requests from `*` to be let through, and go-restful
 * takes that for the name of an origin: no answer has a header about it, and a preflight is a 405.
 * zhu733756/edge-watcher 8113f4d pkg/edgeservice/server.go; emicklei/go-restful v2.9.6 jsr311.go, cors_filter.go
 */
export function startJoinServer(world: World, host: Host, options: JoinServerOptions) {
  const { component, port } = options;
  const server = createHttpServer(createListener(world, host, options));
  return listenHttp(host, { port }, { component }, server);
}

function createListener(
  world: World,
  host: Host,
  { component, cluster, settings, log }: JoinServerOptions,
): RequestListener {
  async function join(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: URLSearchParams,
  ): Promise<void> {
    const { connection } = request.socket as unknown as NetSocket;
    const parent = world.trace.linked(connection) ?? 0;
    const asked = (name: string) => parameters.get(name) ?? '';
    const query = {
      nodeName: asked('node_name'),
      nodeIp: asked('node_ip'),
      addDefaultTaint: asked('add_default_taint'),
    };
    const tell = (code: number, message?: string) =>
      world.trace.emit({
        host: host.name,
        component,
        kind: 'edge-watcher.join',
        parent,
        detail: {
          nodeName: query.nodeName,
          nodeIp: world.net.describe(query.nodeIp),
          code,
          ...(message !== undefined && { message: world.net.describe(message) }),
        },
      });
    let answer: JoinAnswer;
    try {
      answer = await answerJoin(cluster, settings, query, parent);
    } catch (error) {
      if (!(error instanceof HandlerPanic)) throw error;
      const event = tell(0, error.message);
      const { remoteAddress, remotePort } = request.socket;
      log(`http: panic serving ${remoteAddress}:${remotePort}: ${error.message}`, event);
      return void request.socket.destroy();
    }
    if (answer.code === 200) tell(200);
    else {
      const { code, message } = answer;
      const event = tell(code, message);
      log(message.startsWith('EdgeNodeJoin: ') ? message : `EdgeNodeJoin: ${message}`, event);
    }
    send(response, answer.code, 'text/json', formatAnswer(answer));
  }

  return (request, response) => {
    const [pathname = '', search] = (request.url ?? '/').split('?', 2);
    if (pathname !== ROOT && !pathname.startsWith(`${ROOT}/`)) {
      response.setHeader('x-content-type-options', 'nosniff');
      sendText(response, 404, '404 page not found\n');
    } else if (!JOIN_PATH.test(pathname)) sendText(response, 404, '404: Page Not Found');
    else if (request.method !== 'GET') sendText(response, 405, '405: Method Not Allowed');
    else if (!acceptsJson(request.headers.accept)) sendText(response, 406, '406: Not Acceptable');
    else void join(request, response, new URLSearchParams(search));
  };

  function sendText(response: ServerResponse, status: number, text: string): void {
    send(response, status, 'text/plain; charset=utf-8', text);
  }

  function send(response: ServerResponse, status: number, type: string, body: string): void {
    response.writeHead(status, {
      'Content-Type': type,
      Date: new Date(world.clock.now()).toUTCString(),
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  }
}

function acceptsJson(accept = '*/*'): boolean {
  const types = accept.split(',').map((type) => type.replace(/;.*$/, '').trim());
  return types.some((type) => type === '*/*' || type === 'application/json');
}

/** The command is written by an encoder that leaves HTML alone; a failure by go-restful, indented and with HTML escaped. */
export function formatAnswer(answer: JoinAnswer): string {
  if (answer.code === 200) return `${JSON.stringify(answer)}\n`;
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(answer, undefined, 1).replace(/[<>&\u2028\u2029]/g, escaped);
}

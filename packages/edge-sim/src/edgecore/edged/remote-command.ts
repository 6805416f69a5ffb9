import {
  answerUpgrade,
  kubeletProtocols,
  type RemoteCommandWants,
  type UpgradeRefusal,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';
import type { ContainerRecord } from '../../machine/container-record.ts';
import { type StreamingKind, serveStream } from '../dockershim/streaming-server.ts';
import { containerOf } from './container-logs.ts';
import type { EdgedContext } from './context.ts';
import type { Handler, Route } from './go-mux.ts';
import {
  type Answer,
  errorAnswer,
  HandlerPanic,
  plainError,
  type RouteRequest,
  type TakeOver,
} from './http-answer.ts';

const CONTAINER = '/{podNamespace}/{podID}/{containerName}';
const CONTAINER_WITH_UID = '/{podNamespace}/{podID}/{uid}/{containerName}';

/**
 * exec, attach and port forwarding, for GET and POST.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go InstallDebuggingHandlers, getExec,
 * getAttach, getPortForward; edge/pkg/edged/edged_pods.go GetExec, GetAttach, GetPortForward.
 */
export function remoteCommandRoutes(context: EdgedContext): Route[] {
  const { streaming } = context.traits;
  if (streaming === null) return [];
  const routes = (root: string, paths: readonly string[], handler: Handler): Route[] =>
    paths.map((path) => ({
      kind: 'restful',
      path: `${root}${path}`,
      root,
      methods: ['GET', 'POST'],
      handler,
    }));
  const stream =
    (kind: StreamingKind): Handler =>
    (request) =>
      streamAnswer(kind, request, context);
  return [
    ...routes('/exec', [CONTAINER, CONTAINER_WITH_UID], stream('exec')),
    ...routes('/attach', [CONTAINER, CONTAINER_WITH_UID], stream('attach')),
    ...(streaming.portForward === null
      ? []
      : routes('/portForward', ['/{podNamespace}/{podID}', '/{podNamespace}/{podID}/{uid}'], (request) =>
          portForwardAnswer(request, context, streaming.portForward ?? ''),
        )),
  ];
}

function streamAnswer(kind: StreamingKind, request: RouteRequest, context: EdgedContext): Answer | TakeOver {
  const { podNamespace = '', podID = '', containerName = '' } = request.params;
  const wants = wantsOfQuery(request.query.toString());
  if ('refusal' in wants) return errorAnswer(400, wants.refusal);
  const pod = context.pods.byName(podNamespace, podID);
  if (pod === undefined) return errorAnswer(404, 'pod does not exist');
  const panic = context.traits.streaming?.[kind];
  if (typeof panic === 'string') throw new HandlerPanic(panic);
  const record = containerOf(context, pod.uid, containerName);
  if (record === undefined) {
    const fullName = `${podID}_${podNamespace}`;
    const text =
      kind === 'exec'
        ? `container not found (${JSON.stringify(containerName)})`
        : `container ${containerName} not found in pod ${fullName}`;
    return errorAnswer(500, text);
  }
  return upgraded(kind, request, context, record, wants);
}

function portForwardAnswer({ params }: RouteRequest, context: EdgedContext, panic: string): Answer {
  const { podNamespace = '', podID = '', uid } = params;
  const pod = context.pods.byName(podNamespace, podID);
  if (pod === undefined) return errorAnswer(404, 'pod does not exist');
  if (uid !== undefined && uid !== pod.uid) return errorAnswer(404, 'pod not found');
  throw new HandlerPanic(panic);
}

/**
 * The request is passed on to the runtime's streaming server, which is in the same process here.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go proxyStream,
 * vendor/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go ServeHTTP, tryUpgrade.
 */
function upgraded(
  kind: StreamingKind,
  request: RouteRequest,
  context: EdgedContext,
  record: ContainerRecord,
  asked: RemoteCommandWants,
): Answer | TakeOver {
  const { world, log, machine } = context;
  if (!request.upgrade) {
    log.error('server.go:766', 'Error while proxying request: Upgrade request required');
    return plainError(500, 'Upgrade request required');
  }
  const answer = answerUpgrade(request.headerPairs, kubeletProtocols);
  if (!answer.accepted) {
    return {
      status: answer.status,
      takeOver: (socket) => socket.end(refusalText(answer, world.clock.now())),
    };
  }
  // What a container has as its terminal cannot be changed by who joins it (kubelet_pods.go GetAttach).
  const wants =
    kind === 'attach' ? { ...asked, tty: record.tty, stderr: asked.stderr && !record.tty } : asked;
  return {
    status: 101,
    takeOver(socket, head, parent) {
      socket.write(answer.head);
      serveStream({
        world,
        host: machine.host.name,
        log,
        kind,
        socket,
        head,
        protocol: answer.protocol,
        wants,
        command: request.query.getAll('command'),
        record,
        processes: machine.processes,
        parent,
      });
    },
  };
}

/** golang/go go1.14 src/net/http/response.go Response.Write, of what the streaming server answered. */
function refusalText({ status, headers, body }: UpgradeRefusal, nowMs: number): string {
  const reasons: Record<number, string> = { 400: 'Bad Request', 403: 'Forbidden' };
  const sorted = [...headers, ['Date', new Date(nowMs).toUTCString()] as const].sort(([a], [b]) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...sorted.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

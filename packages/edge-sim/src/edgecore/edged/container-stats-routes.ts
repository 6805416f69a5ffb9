import type { ContainerInfo } from '../cadvisor/container-info.ts';
import { containerInfoJson } from './container-info-json.ts';
import type { EdgedContext } from './context.ts';
import { formatJson } from './go-format.ts';
import { type Answer, errorAnswer, internalError, jsonAnswer, type RouteRequest } from './http-answer.ts';

/** A request's JSON body, all optional; num_stats limits the samples. */
interface StatsRequest {
  containerName?: string;
  num_stats?: number;
  subcontainers?: boolean;
}

const NUM_STATS = 60;

/** kubelet's ErrContainerNotFound. */
const NOT_FOUND = errorAnswer(404, 'no matching container');

/**
 * GET|POST /stats/: the root cgroup.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/stats/handler.go.
 */
export function rootStatsAnswer(request: RouteRequest, context: EdgedContext): Answer {
  return withStatsRequest(request, (query) => {
    const found = cgroup('/', query, context);
    return found === undefined ? unknownContainer('/') : jsonAnswer(formatJson(found, 1));
  });
}

/** GET|POST /stats/container: a cgroup by name, alone or with those below it. */
export function systemContainerAnswer(request: RouteRequest, context: EdgedContext): Answer {
  return withStatsRequest(request, (query) => {
    const name = `/${(query.containerName ?? '').split('/').filter(Boolean).join('/')}`;
    const below = name === '/' ? '/' : `${name}/`;
    const names = context.cadvisor
      .containers()
      .map((info) => info.id)
      .filter((id) => id === name || (query.subcontainers === true && id.startsWith(below)))
      .sort();
    if (!names.includes(name)) return unknownContainer(name);
    const found = names.map((id) => [id, cgroup(id, query, context)]);
    return jsonAnswer(formatJson(Object.fromEntries(found), 1));
  });
}

/**
 * GET|POST /stats/{pod}/{container} and with namespace and uid: found in the runtime's list of containers
 * first, then asked of cAdvisor's docker handler, which may not know it.
 */
export function podContainerAnswer(request: RouteRequest, context: EdgedContext): Answer {
  return withStatsRequest(request, (query) => {
    const { namespace = 'default', podName = '', containerName = '' } = request.params;
    const pod = context.pods.byName(namespace, podName);
    const record = [...context.machine.containers.values()].find(
      ({ labels, running }) =>
        running &&
        labels['io.kubernetes.pod.uid'] === pod?.uid &&
        labels['io.kubernetes.container.name'] === containerName,
    );
    if (pod === undefined || record === undefined) return NOT_FOUND;
    const info = context.cadvisor
      .containers()
      .find(({ handler, id }) => handler === 'docker' && id.endsWith(`/${record.id}`));
    if (info === undefined) return internalError(`unable to find Docker container "${record.id}"`);
    return jsonAnswer(formatJson(containerInfoJson(latest(info, query), context), 1));
  });
}

function withStatsRequest(request: RouteRequest, answer: (query: StatsRequest) => Answer): Answer {
  if (request.body.trim() === '') return answer({});
  try {
    const query: unknown = JSON.parse(request.body);
    return answer(typeof query === 'object' && query !== null ? query : {});
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return internalError(
      `invalid character '${request.body.trim().charAt(0)}' looking for beginning of value`,
    );
  }
}

function cgroup(id: string, query: StatsRequest, context: EdgedContext): object | undefined {
  const info = context.cadvisor.containers().find((candidate) => candidate.id === id);
  return info && containerInfoJson(latest(info, query), context);
}

const latest = (info: ContainerInfo, { num_stats = NUM_STATS }: StatsRequest): ContainerInfo => ({
  ...info,
  samples: num_stats > 0 ? info.samples.slice(-num_stats) : info.samples,
});

const unknownContainer = (name: string) => internalError(`unknown container "${name}"`);

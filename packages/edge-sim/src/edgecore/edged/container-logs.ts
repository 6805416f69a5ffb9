import { EdgeError } from '../../errors.ts';
import type { LogEntry } from '../../machine/container-log.ts';
import type { ContainerRecord } from '../../machine/container-record.ts';
import type { EdgedContext } from './context.ts';
import { type Answer, errorAnswer, type RouteRequest, type StreamedAnswer } from './http-answer.ts';
import { LogOptionsError, type PodLogOptions, readPodLogOptions } from './pod-log-options.ts';

export const CONTAINER_LOGS_PATH = '/containerLogs/{podNamespace}/{podID}/{containerName}';

/**
 * The log of a container: its head at once, then a chunk a line.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go getContainerLogs,
 * edge/pkg/edged/edged_pods.go GetKubeletContainerLogs, validateContainerLogStatus.
 */
export function containerLogsAnswer(request: RouteRequest, context: EdgedContext): Answer | StreamedAnswer {
  const { podNamespace = '', podID = '', containerName = '' } = request.params;
  let options: PodLogOptions;
  try {
    options = readPodLogOptions(request.query);
  } catch (error) {
    if (error instanceof LogOptionsError) return errorAnswer(error.status, error.message);
    throw error;
  }
  const pod = context.pods.byName(podNamespace, podID);
  if (pod === undefined) return errorAnswer(404, `pod ${quote(podID)} does not exist`);
  const container = `container ${quote(containerName)}`;
  if (!pod.containers.some(({ name }) => name === containerName)) {
    return errorAnswer(404, `${container} not found in pod ${quote(podID)}`);
  }
  const record = containerOf(context, pod.uid, containerName);
  if (record === undefined) return refused(`${container} in pod ${quote(podID)} is not available`);
  if (options.previous && record.previous === undefined) {
    return refused(`previous terminated ${container} in pod ${quote(podID)} not found`);
  }
  const log = context.machine.log(record, options.previous ? 'previous' : 'current');
  const { follow, tailLines: tail } = options;
  const entries = log.read({
    ...(tail !== undefined && { tail }),
    ...since(options, context.world.clock.now()),
    follow,
    signal: request.signal,
  });
  return { status: 200, chunks: logText(options, record, entries) };
}

/** The container of a pod by its name, with the engine's record of it. */
export function containerOf(
  { machine }: EdgedContext,
  podUid: string,
  containerName: string,
): ContainerRecord | undefined {
  return [...machine.containers.values()].find(
    ({ labels, sandboxId }) =>
      sandboxId !== undefined &&
      labels['io.kubernetes.pod.uid'] === podUid &&
      labels['io.kubernetes.container.name'] === containerName,
  );
}

/** By now the handler has asked for chunks, which an error text then gets as well. */
function refused(message: string): StreamedAnswer {
  return { status: 400, chunks: once(message) };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

// kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs/logs.go NewLogOptions
function since({ sinceSeconds, sinceTimeMs }: PodLogOptions, nowMs: number): { sinceMs?: number } {
  const sinceMs = sinceSeconds === undefined ? sinceTimeMs : nowMs - sinceSeconds * 1_000;
  return sinceMs === undefined ? {} : { sinceMs };
}

/**
 * Entries as text, with times if wanted, cut where the limit is reached.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs/logs.go logWriter.write.
 */
async function* logText(
  { timestamps, limitBytes = Number.POSITIVE_INFINITY }: PodLogOptions,
  { id }: ContainerRecord,
  entries: AsyncIterable<LogEntry>,
): AsyncGenerator<Uint8Array> {
  let remaining = limitBytes;
  try {
    for await (const { time, bytes } of entries) {
      const line = timestamps ? Buffer.concat([Buffer.from(`${time} `), bytes]) : bytes;
      yield line.length > remaining ? line.subarray(0, remaining) : line;
      remaining -= line.length;
      if (remaining <= 0) return;
    }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error;
    // kuberuntime_container.go GetContainerLogs: the engine is away, and the head has been sent.
    yield Buffer.from(`unable to retrieve container logs for docker://${id}`);
  }
}

/** Go's %q of a name; what a path can hold beyond that is escaped alike. */
const quote = (text: string) => JSON.stringify(text);

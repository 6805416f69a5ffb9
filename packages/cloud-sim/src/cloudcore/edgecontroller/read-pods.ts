import type { PodCondition } from '../../kube-apiserver/objects.ts';
import type { ContainerReport, PodReport, PodStatusReport } from './edge-objects.ts';
import { type JsonObject, objectOf } from './read-node-status.ts';

const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;
const statuses = ['True', 'False', 'Unknown'] as const;

/** Reads a core/v1 PodStatus as edgecore sends it; undefined for what is none. Parts of a wrong shape count as left out. */
export function readPodStatus(value: unknown): PodStatusReport | undefined {
  const status = objectOf(value);
  const phase = phases.find((known) => known === status['phase']);
  if (phase === undefined) return undefined;
  const { podIP, hostIP, startTime, containerStatuses, conditions } = status;
  const containers = Array.isArray(containerStatuses) ? containerStatuses.map(objectOf) : [];
  return {
    phase,
    ...(typeof podIP === 'string' && { podIP }),
    ...(typeof hostIP === 'string' && { hostIP }),
    ...(typeof startTime === 'string' && { startTime }),
    ...(Array.isArray(conditions) && { conditions: conditions.map(objectOf).flatMap(readCondition) }),
    containers: containers.flatMap(readContainer),
  };
}

function readCondition(condition: JsonObject): PodCondition[] {
  const { type, status, lastTransitionTime, reason, message } = condition;
  const known = statuses.find((each) => each === status);
  if (typeof type !== 'string' || known === undefined) return [];
  return [
    {
      type,
      status: known,
      lastProbeTime: null,
      lastTransitionTime: typeof lastTransitionTime === 'string' ? lastTransitionTime : null,
      ...(typeof reason === 'string' && { reason }),
      ...(typeof message === 'string' && { message }),
    },
  ];
}

function readContainer(container: JsonObject): ContainerReport[] {
  const { name, ready, restartCount, state, lastState, started } = container;
  if (typeof name !== 'string') return [];
  const texts = ['image', 'imageID', 'containerID'].filter((key) => typeof container[key] === 'string');
  return [
    {
      name,
      ready: ready === true,
      restartCount: typeof restartCount === 'number' ? restartCount : 0,
      ...Object.fromEntries(texts.map((key) => [key, container[key]])),
      ...(state !== undefined && { state: objectOf(state) }),
      ...(lastState !== undefined && { lastState: objectOf(lastState) }),
      ...(typeof started === 'boolean' && { started }),
    },
  ];
}

/** Reads what an edge of the simulator says of its pods; what is not well formed is left out. */
export function readPodReports(value: unknown): PodReport[] {
  return Array.isArray(value) ? value.filter(isPodReport) : [];
}

function isPodReport(value: unknown): value is PodReport {
  const report = objectOf(value);
  const { labels, containers, hostNetwork } = report;
  const isText = (from: Readonly<Record<string, unknown>>, name: string) => typeof from[name] === 'string';
  return (
    ['namespace', 'name', 'uid', 'ip'].every((name) => isText(report, name)) &&
    ['createdAtMs', 'startedAtMs'].every((name) => isTime(report[name])) &&
    typeof hostNetwork === 'boolean' &&
    Object.values(objectOf(labels)).every((label) => typeof label === 'string') &&
    Array.isArray(containers) &&
    containers.map(objectOf).every((container) => isText(container, 'name') && isText(container, 'image'))
  );
}

/** Milliseconds that a Date can hold. */
const isTime = (value: unknown) => typeof value === 'number' && Math.abs(value) <= 8.64e15;

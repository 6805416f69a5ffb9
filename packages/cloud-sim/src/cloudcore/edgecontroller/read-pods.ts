import type { PodReport, PodStatusReport } from './edge-objects.ts';
import { objectOf } from './read-node-status.ts';

const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;

/** Reads a core/v1 PodStatus as edgecore sends it; undefined for what is none. */
export function readPodStatus(value: unknown): PodStatusReport | undefined {
  const status = objectOf(value);
  const phase = phases.find((known) => known === status['phase']);
  if (phase === undefined) return undefined;
  const { podIP, hostIP, startTime, containerStatuses } = status;
  const containers = Array.isArray(containerStatuses) ? containerStatuses.map(objectOf) : [];
  return {
    phase,
    ...(typeof podIP === 'string' && { podIP }),
    ...(typeof hostIP === 'string' && { hostIP }),
    ...(typeof startTime === 'string' && { startTime }),
    containers: containers.flatMap(({ name, ready, restartCount, containerID }) =>
      typeof name !== 'string'
        ? []
        : [
            {
              name,
              ready: ready === true,
              restartCount: typeof restartCount === 'number' ? restartCount : 0,
              ...(typeof containerID === 'string' && { containerID }),
            },
          ],
    ),
  };
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

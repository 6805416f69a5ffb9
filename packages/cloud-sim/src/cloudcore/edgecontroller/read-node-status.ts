import type { ConditionStatus } from '../../kube-apiserver/objects.ts';
import type { NodeStatusReport } from './edge-objects.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Any value as an object; what is none is an empty one. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/**
 * Reads a core/v1 NodeStatus, whole or a patch of one, as edgecore sends it; fields of a wrong type count as left out.
 */
export function readNodeStatus(value: unknown): NodeStatusReport {
  const status = objectOf(value);
  const info = objectOf(status['nodeInfo']);
  const { Port: port } = objectOf(objectOf(status['daemonEndpoints'])['kubeletEndpoint']);
  const text = (from: JsonObject, name: string) => {
    const found = from[name];
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const address = (type: string) =>
    listOf(status['addresses'])
      .filter((each) => each['type'] === type)
      .map((each) => text(each, 'address'))[0];
  const ready = listOf(status['conditions']).find(({ type }) => type === 'Ready');
  const readyStatus = ready && text(ready, 'status');
  return withoutUndefined({
    ready:
      ready === undefined || !isConditionStatus(readyStatus)
        ? undefined
        : {
            status: readyStatus,
            reason: text(ready, 'reason') ?? '',
            message: text(ready, 'message') ?? '',
          },
    kubeletVersion: text(info, 'kubeletVersion'),
    containerRuntimeVersion: text(info, 'containerRuntimeVersion'),
    osImage: text(info, 'osImage'),
    kernelVersion: text(info, 'kernelVersion'),
    internalIp: address('InternalIP'),
    hostname: address('Hostname'),
    port: typeof port === 'number' && port > 0 ? port : undefined,
    capacity: resources(status['capacity']),
    allocatable: resources(status['allocatable']),
  });
}

/** Reads a core/v1 Node with which an edge registers: its status, and the taints of its spec. */
export function readNode(value: unknown): NodeStatusReport {
  const { status, spec } = objectOf(value);
  const taints = listOf(objectOf(spec)['taints']).flatMap(({ key, effect, value: text }) =>
    typeof key === 'string' && typeof effect === 'string'
      ? [{ key, effect, ...(typeof text === 'string' && { value: text }) }]
      : [],
  );
  return { ...readNodeStatus(status), ...(taints.length > 0 && { taints }) };
}

const isConditionStatus = (text: string | undefined): text is ConditionStatus =>
  text === 'True' || text === 'False' || text === 'Unknown';

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function resources(value: unknown): Record<string, string> | undefined {
  const entries = Object.entries(objectOf(value)).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function withoutUndefined(report: { [K in keyof NodeStatusReport]: NodeStatusReport[K] | undefined }) {
  const entries = Object.entries(report).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as NodeStatusReport;
}

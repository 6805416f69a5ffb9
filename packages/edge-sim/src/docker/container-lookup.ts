import type { ContainerRecord } from '../machine/container-record.ts';
import type { Machine } from '../machine/machine.ts';
import { HandlerError } from './route.ts';

/**
 * The container of an id, a name or the beginning of an id, tried in that order.
 * Source: docker/docker-ce components/engine/daemon/container.go GetContainer @v18.09.1.
 * @throws HandlerError 404 when there is none, 400 when several ids begin like that
 */
export function findContainer(machine: Machine, wanted: string): ContainerRecord {
  const { containers } = machine;
  const name = wanted.replace(/^\//, '');
  const byName = [...containers.values()].find((record) => record.name === name);
  const found = containers.get(wanted) ?? byName;
  if (found !== undefined) return found;
  const beginning = [...containers.values()].filter((record) => record.id.startsWith(wanted));
  if (beginning.length > 1) throw new HandlerError(400, `Multiple IDs found with provided prefix: ${wanted}`);
  const [only] = beginning;
  if (only === undefined || wanted === '') throw new HandlerError(404, `No such container: ${wanted}`);
  return only;
}

/** The states a record can tell. */
export function stateOf(record: ContainerRecord): 'created' | 'running' | 'exited' {
  if (record.running) return 'running';
  return record.startedAtMs === 0 ? 'created' : 'exited';
}

/** The engine's network name for a container: its own bridge, the host's, or its sandbox's. */
export function networkModeOf(record: ContainerRecord): string {
  if (record.sandboxId !== undefined) return `container:${record.sandboxId}`;
  return record.hostNetwork ? 'host' : 'default';
}

/**
 * The name of a container's image. The kubelet creates containers by image id, so the record has only that;
 * the name is among the images, or in the pod it came from. undefined for a container of neither.
 */
export function imageNameOf(machine: Machine, record: ContainerRecord): string | undefined {
  if (!record.image.startsWith('sha256:')) return record.image;
  const tagged = machine.dataRoot?.images.get(record.image);
  if (tagged !== undefined) return tagged;
  const pod = machine.pods().find(({ uid }) => uid === record.labels['io.kubernetes.pod.uid']);
  const name = record.labels['io.kubernetes.container.name'];
  return pod?.containers.find((container) => container.name === name)?.image;
}

/** What the container runs; a record without a command stands for the image's entrypoint. */
export function commandLine(machine: Machine, record: ContainerRecord) {
  const [path, ...args] = record.command;
  if (path !== undefined) return { path, args };
  const image = imageNameOf(machine, record)?.split('/').at(-1) ?? 'entrypoint';
  return { path: image.replace(/[:@].*$/, ''), args: [] };
}

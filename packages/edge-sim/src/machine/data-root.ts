import type { Host, World } from '@kubeedge-sim/sim-kit';
import { type ContainerRecord, PAUSE_IMAGE, PAUSE_WORKLOAD } from './container-record.ts';
import type { LogSource } from './log-source.ts';
import type { Workload } from './workload.ts';

/** A container as an engine is asked to create it. */
export interface NewContainer {
  name: string;
  /** As the client names it: a name with its tag, or an id. */
  image: string;
  imageId: string;
  command: readonly string[];
  labels: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  /** Its cgroup is a child of this one. */
  cgroupParent: string;
  /** The sandbox whose network it joins. */
  sandboxId: string | undefined;
  hostNetwork: boolean;
  cpuShares: number;
  cpuQuotaUs: number;
  memoryLimitBytes: number;
  stdin: boolean;
  tty: boolean;
}

/** Docker's data root, as an engine writes it. */
export interface DataRoot {
  /** Names of images with their tags, by id. */
  readonly images: ReadonlyMap<string, string>;
  /** Fetches an image, of any name: none is refused. Returns its id. */
  pull(name: string): string;
  create(container: NewContainer): ContainerRecord;
  start(record: ContainerRecord): void;
  /** Ends its main process, which a signal ends at once. */
  stop(record: ContainerRecord): void;
  remove(record: ContainerRecord): void;
  /** Tells after a cgroup has come or gone, as inotify does. */
  watchCgroups(listener: () => void): Disposable;
}

/** 128 + SIGTERM: how a process ends that does not handle it. */
const TERMINATED_CODE = 143;
const BRIDGE_PREFIX = '172.17.';
/** docker0 has the first address of the bridge's network. */
const FIRST_ADDRESS = 2;
const MIB = 1_048_576;

/** The data root of a simulated machine. `containers` is written here, and read by all. */
export function createDataRoot(
  world: World,
  host: Host,
  containers: Map<string, ContainerRecord>,
  described: readonly string[],
): DataRoot {
  const images = new Map(described.map((name) => [imageIdOf(world, name), withTag(name)]));
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };

  /** The lowest free address of the bridge; docker/libnetwork ipam hands them out in order. */
  function bridgeAddress(): string {
    const used = new Set([...containers.values()].map(({ ip }) => ip));
    for (let number = FIRST_ADDRESS; ; number += 1) {
      const ip = `${BRIDGE_PREFIX}${number >> 8}.${number & 255}`;
      if (!used.has(ip)) return ip;
    }
  }

  return {
    images,
    pull(name) {
      const id = imageIdOf(world, name);
      images.set(id, withTag(name));
      return id;
    },
    create(container) {
      const { sandboxId, cgroupParent, ...rest } = container;
      const sandbox = sandboxId === undefined ? undefined : containers.get(sandboxId);
      const hostNetwork = sandbox?.hostNetwork ?? container.hostNetwork;
      const id = world.ids.hex(`docker/${host.name}/${world.ids.next(`docker/${host.name}`)}`, 64);
      const record: ContainerRecord = {
        ...rest,
        id,
        createdAtMs: world.clock.now(),
        startedAtMs: 0,
        running: false,
        pid: 1_000 + world.ids.next(`pid/${host.name}`) * 37,
        cgroup: `${cgroupParent}/${id}`,
        sandboxId,
        hostNetwork,
        ip: sandbox?.ip ?? (hostNetwork ? host.address : bridgeAddress()),
        ...behaviourOf(world, host, container),
        files: {},
      };
      containers.set(id, record);
      return record;
    },
    start(record) {
      record.running = true;
      record.startedAtMs = world.clock.now();
      delete record.finishedAtMs;
      delete record.exitCode;
      tell();
    },
    stop(record) {
      record.running = false;
      record.finishedAtMs = world.clock.now();
      record.exitCode = record.image === PAUSE_IMAGE ? 0 : TERMINATED_CODE;
      tell();
    },
    remove(record) {
      containers.delete(record.id);
      tell();
    },
    watchCgroups(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

/** `sha256:<64 digits>`; the same on every machine of the world. */
export const imageIdOf = (world: World, name: string) => `sha256:${world.ids.hex(`image/${name}`, 64)}`;

export const withTag = (name: string) => (/:[\w.-]+$|@/.test(name) ? name : `${name}:latest`);

/**
 * What an image does that nobody has described: it runs until it is stopped, uses a little CPU and memory, and prints a
 * line every ten seconds. The amounts follow from the seed and its name, not from ids that the cluster draws.
 */
function behaviourOf(
  world: World,
  host: Host,
  { image, labels }: NewContainer,
): { workload: Workload; log: LogSource } {
  if (image === PAUSE_IMAGE) return { workload: PAUSE_WORKLOAD, log: { shape: 'silent' } };
  const pod = `${labels['io.kubernetes.pod.namespace']}/${labels['io.kubernetes.pod.name']}`;
  const container = labels['io.kubernetes.container.name'] ?? image;
  const rng = world.rng.fork(`workload of ${host.name}/${pod}/${container}`);
  return {
    workload: {
      shape: 'steady',
      cpuCores: 0.002 + rng.next() * 0.048,
      memoryBytes: Math.floor(8 + rng.next() * 56) * MIB,
    },
    log: { shape: 'steady', everyMs: 10_000, text: `${container} of ${pod} runs on ${host.name}, line {n}` },
  };
}

import type { Host, World } from '@kubeedge-sim/sim-kit';
import { simulatedProcesses } from '../container/simulated-processes.ts';
import { type ContainerLog, simulatedLog } from './container-log.ts';
import type { Processes } from './container-process.ts';
import { type ContainerRecord, PAUSE_IMAGE, PAUSE_WORKLOAD } from './container-record.ts';
import { createDataRoot, type DataRoot, imageIdOf } from './data-root.ts';
import { type MachineDescription, type PodDescription, qosClassOf } from './description.ts';
import { coreSecondsUsed, memoryBytesUsed, type Workload } from './workload.ts';

/** What the kernel's controllers count for a cgroup at one moment. CPU in nanoseconds, memory in bytes. */
export interface CgroupUsage {
  cpuNs: number;
  cpuUserNs: number;
  cpuSystemNs: number;
  memoryUsageBytes: number;
  workingSetBytes: number;
  rssBytes: number;
  cacheBytes: number;
  maxUsageBytes: number;
  pageFaults: number;
  majorPageFaults: number;
  processes: number;
  threads: number;
  fileDescriptors: number;
  sockets: number;
  /** Bytes in the container's writable layer. */
  writableLayerBytes: number;
  /**
   * Counters of the interface in the cgroup's network namespace; only where a pod sandbox or the root owns
   * one.
   */
  network:
    | { interface: string; rxBytes: number; rxPackets: number; txBytes: number; txPackets: number }
    | undefined;
}

/** One cgroup of the machine's hierarchy. */
export interface Cgroup {
  path: string;
  createdAtMs: number;
  cpuShares: number;
  cpuQuotaUs: number;
  /** 0 = no limit. */
  memoryLimitBytes: number;
  usage(atMs: number): CgroupUsage;
  /** When the counters of the latest usage were read, where they are not read at the moment they are asked for. */
  readAtMs?(): number;
}

/**
 * An edge machine: its kernel's cgroups and Docker's data root. It runs whatever edgecore and the engine do.
 */
export interface Machine {
  readonly host: Host;
  readonly description: MachineDescription;
  readonly machineId: string;
  readonly bootId: string;
  /** Docker's data root, by id: sandboxes and containers, oldest first. */
  readonly containers: ReadonlyMap<string, ContainerRecord>;
  /** How an engine changes it; undefined where a real engine does. */
  readonly dataRoot?: DataRoot;
  /** The pods that its edgecore has been given: what metamanager keeps on disk, in the order in which they came. */
  pods(): readonly PodDescription[];
  /** The same for writing, by uid; undefined where only a real engine says what runs. */
  readonly podDatabase?: Map<string, PodDescription>;
  /** Every cgroup there is now, parents before children. */
  cgroups(): Cgroup[];
  /** What a container printed in its present run, or in the one before. */
  log(container: ContainerRecord, run: 'current' | 'previous'): ContainerLog;
  readonly processes: Processes;
}

export const CPU_PERIOD_US = 100_000;
/** Docker's name of the interface in a container's network namespace. */
const POD_INTERFACE = 'eth0';
const EDGECORE_WORKLOAD: Workload = { shape: 'steady', cpuCores: 0.02, memoryBytes: 61_000_000 };

/** Sets up a machine with its pods' sandboxes and containers already running. */
export function createMachine(world: World, host: Host, description: MachineDescription): Machine {
  const containers = new Map<string, ContainerRecord>();
  for (const pod of description.pods) {
    for (const record of podRecords(world, host, pod)) containers.set(record.id, record);
  }
  const images = description.pods.flatMap((pod) => pod.containers.map(({ image }) => image));
  const podDatabase = new Map(description.pods.map((pod) => [pod.uid, pod]));
  const log: Machine['log'] = (record, run) => {
    const { startedAtMs, finishedAtMs } = record;
    const current = { startedAtMs, ...(finishedAtMs !== undefined && { finishedAtMs }) };
    const ran = run === 'current' ? current : (record.previous ?? { startedAtMs });
    return simulatedLog(world.clock, record.log, ran, record.tty);
  };
  return {
    host,
    description,
    machineId: world.ids.hex(`machine/${host.name}`, 32),
    bootId: world.ids.uuid(`boot/${host.name}`),
    containers,
    dataRoot: createDataRoot(world, host, containers, images),
    podDatabase,
    pods: () => [...podDatabase.values()],
    log,
    processes: simulatedProcesses(world, host, {
      kernelVersion: description.kernelVersion,
      log: (record) => log(record, 'current'),
    }),
    cgroups: () =>
      listCgroups(
        world,
        description,
        [...containers.values()].filter((record) => record.running),
      ),
  };
}

/**
 * Cgroup of a pod: kubernetes v1.19.3 pkg/kubelet/cm/pod_container_manager_linux.go GetPodContainerName,
 * cgroupfs.
 */
export function podCgroup(pod: PodDescription): string {
  const parent = { Guaranteed: '', Burstable: '/burstable', BestEffort: '/besteffort' }[qosClassOf(pod)];
  return `/kubepods${parent}/pod${pod.uid}`;
}

function podRecords(world: World, host: Host, pod: PodDescription): ContainerRecord[] {
  const parent = podCgroup(pod);
  const ip = pod.hostNetwork ? host.address : pod.ip;
  const sandboxId = world.ids.hex(`sandbox/${host.name}/${pod.uid}`, 64);
  const record = (
    part: Partial<ContainerRecord> & Pick<ContainerRecord, 'id' | 'image' | 'labels'>,
    name: string,
  ) => ({
    name: `k8s_${name}_${pod.name}_${pod.namespace}_${pod.uid}_0`,
    imageId: imageIdOf(world, part.image),
    command: [],
    createdAtMs: pod.startedAtMs,
    startedAtMs: pod.startedAtMs,
    running: true,
    pid: 1_000 + world.ids.next(`pid/${host.name}`) * 37,
    cgroup: `${parent}/${part.id}`,
    sandboxId,
    hostNetwork: pod.hostNetwork ?? false,
    ip,
    cpuShares: 2,
    cpuQuotaUs: 0,
    memoryLimitBytes: 0,
    workload: PAUSE_WORKLOAD,
    log: { shape: 'silent' } as const,
    stdin: false,
    tty: false,
    env: {},
    files: {},
    ...part,
  });
  // kubernetes v1.19.3 pkg/kubelet/types/labels.go and pkg/kubelet/dockershim/docker_service.go.
  const labels = (container: string, type: 'podsandbox' | 'container') => ({
    ...pod.labels,
    'io.kubernetes.container.name': container,
    'io.kubernetes.docker.type': type,
    'io.kubernetes.pod.name': pod.name,
    'io.kubernetes.pod.namespace': pod.namespace,
    'io.kubernetes.pod.uid': pod.uid,
  });
  const sandbox = record(
    {
      id: sandboxId,
      image: PAUSE_IMAGE,
      labels: labels('POD', 'podsandbox'),
      sandboxId: undefined,
      command: ['/pause'],
    },
    'POD',
  );
  return [
    sandbox,
    ...pod.containers.map((container) =>
      record(
        {
          id: world.ids.hex(`container/${host.name}/${pod.uid}/${container.name}`, 64),
          // The kubelet creates containers by image id, so that is what Docker has as their image.
          image: imageIdOf(world, container.image),
          imageId: imageIdOf(world, container.image),
          command: container.command ?? [],
          labels: { ...labels(container.name, 'container'), 'io.kubernetes.sandbox.id': sandboxId },
          cpuShares: cpuShares(container.cpuRequestMilli ?? container.cpuLimitMilli ?? 0),
          cpuQuotaUs: ((container.cpuLimitMilli ?? 0) * CPU_PERIOD_US) / 1_000,
          memoryLimitBytes: container.memoryLimitBytes ?? 0,
          workload: container.workload,
          ...(container.log && { log: container.log }),
          ...(container.previous && { previous: container.previous }),
          stdin: container.stdin ?? false,
          tty: container.tty ?? false,
          env: container.env ?? {},
          files: container.files ?? {},
        },
        container.name,
      ),
    ),
  ];
}

/** kubernetes v1.19.3 pkg/kubelet/cm/helpers_linux.go MilliCPUToShares. */
export const cpuShares = (milli: number) => Math.max(2, Math.floor((milli * 1_024) / 1_000));

function listCgroups(
  world: World,
  description: MachineDescription,
  records: readonly ContainerRecord[],
): Cgroup[] {
  const leaves = records.map((record) => leafCgroup(world, description, record));
  const system = {
    path: '/system.slice/edgecore.service',
    createdAtMs: description.bootedAtMs,
    cpuShares: 1_024,
    cpuQuotaUs: 0,
    memoryLimitBytes: 0,
    usage: (atMs: number) => usageOf(EDGECORE_WORKLOAD, atMs - description.bootedAtMs, 0, { processes: 1 }),
  };
  const parents = new Set<string>(['/kubepods', '/kubepods/besteffort', '/kubepods/burstable']);
  for (const leaf of leaves) parents.add(parentOf(leaf.path));
  const inner = [...parents].sort().map((path) => sumCgroup(path, description, leaves));
  const rest: Cgroup = {
    ...system,
    path: '/',
    usage: (atMs) => usageOf(description.systemWorkload, atMs - description.bootedAtMs, 0, { processes: 90 }),
  };
  const root: Cgroup = {
    ...sumCgroup('/', description, [...leaves, system, rest]),
    cpuShares: 1_024,
    createdAtMs: description.bootedAtMs,
    memoryLimitBytes: description.memoryBytes,
  };
  const rootUsage = root.usage;
  root.usage = (atMs) => ({
    ...rootUsage(atMs),
    network: networkUsage(description.networkInterface, (atMs - description.bootedAtMs) / 1_000, 9_500),
  });
  return [root, ...inner, ...leaves, system].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

function leafCgroup(world: World, description: MachineDescription, record: ContainerRecord): Cgroup {
  const phase = world.rng.fork(`workload/${record.id}`).next();
  const ownsNetwork = record.sandboxId === undefined && !record.hostNetwork;
  return {
    path: record.cgroup,
    createdAtMs: record.startedAtMs,
    cpuShares: record.cpuShares,
    cpuQuotaUs: record.cpuQuotaUs,
    memoryLimitBytes: record.memoryLimitBytes,
    usage: (atMs) => ({
      ...usageOf(record.workload, atMs - record.startedAtMs, phase, {
        processes: 1,
        cpuCoresMax: record.cpuQuotaUs > 0 ? record.cpuQuotaUs / CPU_PERIOD_US : description.cores,
      }),
      network: ownsNetwork
        ? networkUsage(POD_INTERFACE, (atMs - record.startedAtMs) / 1_000, 140)
        : undefined,
    }),
  };
}

/** An inner cgroup counts what its descendants use. */
function sumCgroup(path: string, description: MachineDescription, leaves: readonly Cgroup[]): Cgroup {
  const below = path === '/' ? leaves : leaves.filter((leaf) => leaf.path.startsWith(`${path}/`));
  const oldest = Math.min(...below.map((leaf) => leaf.createdAtMs));
  return {
    path,
    createdAtMs: Number.isFinite(oldest) ? oldest : description.bootedAtMs,
    cpuShares: path.includes('besteffort') ? 2 : 1_024,
    cpuQuotaUs: 0,
    memoryLimitBytes: path === '/kubepods' ? description.memoryBytes : 0,
    usage: (atMs) => {
      const total = usageOf({ shape: 'idle', cpuCores: 0, memoryBytes: 0 }, 0, 0, { processes: 0 });
      for (const leaf of below) addUsage(total, leaf.usage(atMs));
      // Only the hierarchical controllers count for an inner cgroup; its own process list is empty.
      return path === '/' ? total : { ...total, ...noProcesses };
    },
  };
}

const noProcesses = {
  processes: 0,
  threads: 0,
  fileDescriptors: 0,
  sockets: 0,
  pageFaults: 0,
  majorPageFaults: 0,
};

function usageOf(
  workload: Workload,
  elapsedMs: number,
  phase: number,
  extra: { processes: number; cpuCoresMax?: number },
): CgroupUsage {
  const elapsedS = Math.max(0, elapsedMs / 1_000);
  const capped = {
    ...workload,
    cpuCores: Math.min(workload.cpuCores, extra.cpuCoresMax ?? Number.POSITIVE_INFINITY),
  };
  const cpuNs = Math.round(coreSecondsUsed(capped, elapsedS, phase) * 1e9);
  const rssBytes = memoryBytesUsed(workload, elapsedS, phase);
  const cacheBytes = Math.round(workload.memoryBytes / 8);
  const writableLayerBytes = extra.processes > 0 ? 4_096 : 0;
  return {
    cpuNs,
    cpuUserNs: Math.floor((cpuNs * 0.7) / 1e7) * 1e7,
    cpuSystemNs: Math.floor((cpuNs * 0.3) / 1e7) * 1e7,
    memoryUsageBytes: rssBytes + cacheBytes,
    workingSetBytes: rssBytes + Math.round(cacheBytes / 2),
    rssBytes,
    cacheBytes,
    maxUsageBytes: workload.memoryBytes + cacheBytes,
    pageFaults: Math.floor(rssBytes / 4_096) + Math.floor(elapsedS),
    majorPageFaults: 0,
    processes: extra.processes,
    threads: extra.processes,
    fileDescriptors: extra.processes * 4,
    sockets: 0,
    writableLayerBytes,
    network: undefined,
  };
}

function addUsage(total: CgroupUsage, part: CgroupUsage): void {
  for (const key of Object.keys(total) as (keyof CgroupUsage)[]) {
    if (key !== 'network') total[key] += part[key];
  }
}

function networkUsage(name: string, elapsedS: number, bytesPerSecond: number): CgroupUsage['network'] {
  const rxBytes = Math.floor(elapsedS * bytesPerSecond);
  const txBytes = Math.floor(rxBytes / 2);
  return {
    interface: name,
    rxBytes,
    rxPackets: Math.floor(rxBytes / 700),
    txBytes,
    txPackets: Math.floor(txBytes / 700),
  };
}

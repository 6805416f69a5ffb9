import type { Host, World } from '@kubeedge-sim/sim-kit';
import { EdgeError } from '../errors.ts';
import type { ContainerRecord } from '../machine/container-record.ts';
import type { MachineDescription, PodDescription } from '../machine/description.ts';
import type { Cgroup, CgroupUsage, Machine } from '../machine/machine.ts';
import { type EngineApi, openEngineApi } from './engine-api.ts';
import {
  type ContainerStatsAnswer,
  type InspectedContainer,
  type ListedContainer,
  podsOf,
  readAtMs,
  recordOf,
  usageOf,
} from './real-containers.ts';
import { realLog } from './real-log.ts';
import { realProcesses } from './real-processes.ts';
import './trace-kinds.ts';

/** How often the containers are read; cAdvisor looks every 10 to 20 s, so each of its looks finds new counters. */
const READ_PERIOD_MS = 5_000;
/** Engines below API 1.41 hold a stats request for a second or two, so a few are asked at a time. */
const READS_AT_A_TIME = 4;

/** Who the real engine is, as GET /version and /info tell. */
export interface EngineIdentity {
  version: string;
  apiVersion: string;
  /** Oldest API version it serves; engines before 1.25 of the API do not say. */
  minApiVersion: string | undefined;
  os: string;
  arch: string;
}

/** A machine whose containers are those that run on a real engine. Disposing it ends the reading. */
export interface RealMachine extends Machine, AsyncDisposable {
  readonly engine: EngineIdentity;
}

interface Reading {
  usage: CgroupUsage;
  readAtMs: number;
}

/**
 * A machine of `host` that is the one a real engine runs on. It shows what the engine tells: its containers
 * and their counters, read every five seconds, and the cores, memory, kernel and system of GET /info. What
 * the engine does not tell is 0 (disks, open files), and the node as a whole uses what its containers use.
 * Only GET requests are made, but for the exec and attach that a client asks for.
 * @throws EdgeError EDGE_ERR_DOCKER_HOST, EDGE_ERR_DOCKER_HOST_UNREACHABLE; SimError SIM_ERR_NO_OUTSIDE on a
 * memory world
 */
export async function createRealMachine(world: World, host: Host, dockerHost: string): Promise<RealMachine> {
  const api = openEngineApi(world, dockerHost);
  const { engine, description, cgroupDriver } = await readEngine(world, api);
  const containers = new Map<string, ContainerRecord>();
  const readings = new Map<string, Reading>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let lost = false;

  async function read(): Promise<void> {
    const listed = (await api.get<ListedContainer[]>('/containers/json', signal)) ?? [];
    const running = new Set(listed.filter(({ State }) => State === 'running').map(({ Id }) => Id));
    for (const id of [...containers.keys()].filter((known) => !running.has(known))) forget(id);
    await eachOf([...running], readContainer);
  }

  async function readContainer(id: string): Promise<void> {
    if (!containers.has(id)) {
      const seen = await api.get<InspectedContainer>(`/containers/${id}/json`, signal);
      if (seen?.State.Running === true) containers.set(id, recordOf(seen, cgroupDriver));
    }
    const answer = await api.get<ContainerStatsAnswer>(
      `/containers/${id}/stats?stream=false&one-shot=true`,
      signal,
    );
    if (answer === undefined) forget(id);
    else readings.set(id, { usage: usageOf(answer), readAtMs: readAtMs(answer, world.clock.now()) });
  }

  function forget(id: string): void {
    containers.delete(id);
    readings.delete(id);
  }

  async function readAndTell(): Promise<void> {
    try {
      await read();
      lost = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EdgeError)) throw error;
      // The containers may well run on without their engine; their last counters stay, and grow no more.
      if (!lost) {
        const detail = { dockerHost, error: error.message };
        world.trace.emit({ host: host.name, component: 'docker-host', kind: 'docker-host.lost', detail });
      }
      lost = true;
    }
  }

  async function keepReading(): Promise<void> {
    while (!signal.aborted) {
      const label = `next reading of ${dockerHost}`;
      await world.clock.sleep(READ_PERIOD_MS, { signal, label }).catch(() => {});
      if (!signal.aborted) await readAndTell();
    }
  }

  function cgroupOf(record: ContainerRecord): Cgroup {
    const latest = () => readings.get(record.id) ?? { usage: zeroUsage(), readAtMs: record.startedAtMs };
    return {
      path: record.cgroup,
      createdAtMs: record.startedAtMs,
      cpuShares: record.cpuShares,
      cpuQuotaUs: record.cpuQuotaUs,
      memoryLimitBytes: record.memoryLimitBytes,
      usage: () => latest().usage,
      readAtMs: () => latest().readAtMs,
    };
  }

  /** A cgroup above others counts what is in them now. */
  function sumOf(path: string, limitBytes: number): Cgroup {
    const below = () =>
      [...readings].flatMap(([id, reading]) =>
        path === '/' || containers.get(id)?.cgroup.startsWith(`${path}/`) ? [reading] : [],
      );
    return {
      path,
      createdAtMs: description.bootedAtMs,
      cpuShares: 1_024,
      cpuQuotaUs: 0,
      memoryLimitBytes: limitBytes,
      usage: () => below().reduce((total, { usage }) => addUsage(total, usage), zeroUsage()),
      readAtMs: () => Math.max(description.bootedAtMs, ...below().map(({ readAtMs }) => readAtMs)),
    };
  }

  await read();
  const reader = keepReading();
  return {
    host,
    engine,
    description: liveDescription(description, () => podsOf(containers.values())),
    machineId: world.ids.hex(`machine/${host.name}`, 32),
    bootId: world.ids.uuid(`boot/${host.name}`),
    containers,
    pods: () => podsOf(containers.values()),
    log: ({ id, tty }) => realLog(api, { id, tty }),
    processes: realProcesses(api),
    cgroups() {
      const leaves = [...containers.values()].filter(({ id }) => readings.has(id)).map(cgroupOf);
      const parents = new Set(leaves.flatMap(({ path }) => ancestors(path)));
      return [
        sumOf('/', description.memoryBytes),
        ...[...parents].sort().map((path) => sumOf(path, 0)),
        ...leaves,
      ];
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await reader;
    },
  };
}

/** Reads a real engine once: who it is, and its machine with the pods that run now. @throws as {@link createRealMachine} */
export async function describeDockerHost(
  world: World,
  dockerHost: string,
): Promise<{ engine: EngineIdentity; machine: MachineDescription }> {
  const api = openEngineApi(world, dockerHost);
  const { engine, description, cgroupDriver } = await readEngine(world, api);
  const records: ContainerRecord[] = [];
  const listed = (await api.get<ListedContainer[]>('/containers/json')) ?? [];
  await eachOf(listed, async ({ Id }) => {
    const seen = await api.get<InspectedContainer>(`/containers/${Id}/json`);
    if (seen?.State.Running === true) records.push(recordOf(seen, cgroupDriver));
  });
  return { engine, machine: { ...description, pods: podsOf(records) } };
}

interface VersionAnswer {
  Version: string;
  ApiVersion: string;
  MinAPIVersion?: string;
  Os: string;
  Arch: string;
}

interface InfoAnswer {
  NCPU: number;
  MemTotal: number;
  KernelVersion: string;
  OperatingSystem: string;
  DockerRootDir: string;
  CgroupDriver?: string;
}

async function readEngine(world: World, api: EngineApi) {
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await api.get<T>(path);
    if (answer !== undefined) return answer;
    const details = {
      request: `GET ${path}`,
      host: api.dockerHost,
      found: 'HTTP 404, as no Docker engine answers',
    };
    throw new EdgeError('EDGE_ERR_DOCKER_HOST_UNREACHABLE', details);
  };
  const version = await ask<VersionAnswer>('/version');
  const info = await ask<InfoAnswer>('/info');
  const engine: EngineIdentity = {
    version: version.Version,
    apiVersion: version.ApiVersion,
    minApiVersion: version.MinAPIVersion,
    os: version.Os,
    arch: version.Arch,
  };
  const description: MachineDescription = {
    cores: info.NCPU,
    memoryBytes: info.MemTotal,
    kernelVersion: info.KernelVersion,
    osImage: info.OperatingSystem,
    // The engine does not tell when its machine booted; this is when it was first looked at.
    bootedAtMs: world.clock.now(),
    disk: { device: info.DockerRootDir, capacityBytes: 0, usedBytes: 0, inodes: 0, inodesUsed: 0 },
    networkInterface: 'eth0',
    systemWorkload: { shape: 'idle', cpuCores: 0, memoryBytes: 0 },
    pods: [],
  };
  return { engine, description, cgroupDriver: info.CgroupDriver ?? 'cgroupfs' };
}

/** The description with the pods there are whenever it is looked at. */
function liveDescription(
  description: MachineDescription,
  pods: () => readonly PodDescription[],
): MachineDescription {
  return Object.defineProperty({ ...description }, 'pods', { get: pods, enumerable: true });
}

/** Calls `work` for each item, a few at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: READS_AT_A_TIME }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

const zeroUsage = (): CgroupUsage => ({
  cpuNs: 0,
  cpuUserNs: 0,
  cpuSystemNs: 0,
  memoryUsageBytes: 0,
  workingSetBytes: 0,
  rssBytes: 0,
  cacheBytes: 0,
  maxUsageBytes: 0,
  pageFaults: 0,
  majorPageFaults: 0,
  processes: 0,
  threads: 0,
  fileDescriptors: 0,
  sockets: 0,
  writableLayerBytes: 0,
  network: undefined,
});

function addUsage(total: CgroupUsage, part: CgroupUsage): CgroupUsage {
  for (const key of Object.keys(total) as (keyof CgroupUsage)[]) {
    if (key !== 'network') total[key] += part[key];
  }
  return total;
}

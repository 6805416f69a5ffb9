import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import type { MachineDescription, PodDescription } from '../../machine/description.ts';
import { type Cgroup, createMachine, type Machine } from '../../machine/machine.ts';
import type { Cadvisor, ContainerInfo } from '../cadvisor/container-info.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/edged');

/** A capture of a real edged, by its file name. */
export function readCapture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

const STARTED_AT_MS = Date.UTC(2026, 10, 22, 20, 0, 12);
const CREATED_AT_MS = Date.UTC(2021, 4, 10, 3, 21, 8);
const BUSY = { shape: 'steady', cpuCores: 0.03, memoryBytes: 1_000_000 } as const;
const IDLE = { shape: 'idle', cpuCores: 0, memoryBytes: 200_000 } as const;

const LOOP =
  'i=0; while :; do echo "第$i行 hello from $0"; i=$((i+1)); ' +
  'dd if=/dev/zero bs=64k count=200 2>/dev/null | md5sum >/dev/null; sleep 1; done';

const pod = (number: number, name: string, namespace: string, rest: Pick<PodDescription, 'containers'>) => ({
  namespace,
  name,
  uid: `0f9a2c1e-${String(number).repeat(4)}-4000-8000-00000000000${number}`,
  labels: { app: name },
  createdAtMs: CREATED_AT_MS,
  startedAtMs: STARTED_AT_MS,
  ip: `172.17.0.${number + 1}`,
  ...rest,
});

const container = (name: string, script: string) => ({
  name,
  image: 'lab/busybox:1',
  command: ['/bin/sh', '-c', script],
});

/**
 * The three pods of the lab: best effort, burstable with two containers, guaranteed on the host's network.
 */
export const LAB_PODS: readonly PodDescription[] = [
  pod(1, 'nginx-1', 'default', { containers: [{ ...container('nginx', LOOP), workload: BUSY }] }),
  pod(2, 'sensor-agent', 'factory', {
    containers: [
      {
        ...container('app', LOOP),
        cpuRequestMilli: 50,
        memoryRequestBytes: 33_554_432,
        memoryLimitBytes: 67_108_864,
        workload: BUSY,
      },
      { ...container('sidecar', 'sleep 1000000'), workload: IDLE },
    ],
  }),
  {
    ...pod(3, 'edge-proxy', 'kube-system', {
      containers: [
        {
          ...container('proxy', 'dd if=/dev/zero of=/tmp/file bs=1M count=5; sleep 1000000'),
          cpuLimitMilli: 100,
          memoryLimitBytes: 50_331_648,
          workload: IDLE,
        },
      ],
    }),
    hostNetwork: true,
  },
];

/** The lab's machine. */
export const LAB_MACHINE: MachineDescription = {
  cores: 2,
  memoryBytes: 25_276_514_304,
  kernelVersion: '6.18.44-fc-v595',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  bootedAtMs: Date.UTC(2026, 10, 22, 19, 14, 18),
  disk: {
    device: '/dev/vda',
    capacityBytes: 270_553_174_016,
    usedBytes: 196_470_116_352,
    inodes: 16_777_216,
    inodesUsed: 608_641,
  },
  networkInterface: 'eth0',
  systemWorkload: { shape: 'steady', cpuCores: 0.2, memoryBytes: 2_000_000_000 },
  pods: LAB_PODS,
};

/**
 * What cAdvisor's factories make of the machine: with the docker handler (and the engine's version) or
 * without.
 */
export interface LabCadvisor {
  dockerVersion: string | undefined;
  /**
   * Whether the lab's second run is meant, where cAdvisor also told of the container runtime's own cgroup.
   */
  runtimeCgroup?: boolean;
}

/** A world with the lab's machine in it, as its captures were made some minutes after the pods' start. */
export function createLab({ dockerVersion, runtimeCgroup = false }: LabCadvisor): {
  world: World;
  machine: Machine;
  cadvisor: Cadvisor;
} {
  const world = createMemoryWorld({ startAtMs: STARTED_AT_MS + 70_123 });
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const machine = createMachine(world, host, LAB_MACHINE);
  const infos = () => {
    const known = machine.cgroups().map((cgroup) => labContainerInfo(world, machine, cgroup, dockerVersion));
    const edgecore = known.find((info) => info.id === '/system.slice/edgecore.service');
    return runtimeCgroup && edgecore ? [...known, { ...edgecore, id: RUNTIME_CGROUP }] : known;
  };
  return {
    world,
    machine,
    cadvisor: { containers: infos, dockerVersion: async () => dockerVersion ?? 'Unknown' },
  };
}

export const RUNTIME_CGROUP = '/system.slice/docker.service';

function labContainerInfo(
  world: World,
  machine: Machine,
  cgroup: Cgroup,
  dockerVersion: string | undefined,
): ContainerInfo {
  const record = machine.containers.get(cgroup.path.slice(cgroup.path.lastIndexOf('/') + 1));
  const known = dockerVersion === undefined ? undefined : record;
  const isRoot = cgroup.path === '/';
  const nowMs = world.clock.now();
  const samples = [nowMs - 15_000, nowMs - 5_000].map((atMs, index) => ({
    ...cgroup.usage(atMs),
    atMs,
    cpuInstantNanoCores:
      index === 0 ? undefined : (cgroup.usage(atMs).cpuNs - cgroup.usage(atMs - 10_000).cpuNs) / 10,
  }));
  return {
    id: cgroup.path,
    handler: known === undefined ? 'raw' : 'docker',
    name: known?.name ?? '',
    image: known === undefined ? '' : known.image,
    labels: known?.labels ?? {},
    createdAtMs: cgroup.createdAtMs,
    cpuShares: cgroup.cpuShares,
    cpuQuotaUs: cgroup.cpuQuotaUs,
    cpuPeriodUs: 100_000,
    memoryLimitBytes: isRoot ? machine.description.memoryBytes : cgroup.memoryLimitBytes,
    hasNetwork: isRoot || (known !== undefined && known.sandboxId === undefined),
    hasFilesystem: isRoot || known !== undefined,
    samples,
  };
}

import type { MachineDescription, PodDescription } from '@kubeedge-sim/edge-sim';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** An edge machine with a number of pods of one container each. */
export function describeMachine(nowMs: number, pods: number): MachineDescription {
  return {
    cores: 2,
    memoryBytes: 4_096 * MIB,
    kernelVersion: '5.4.0-42-generic',
    osImage: 'Ubuntu 20.04.1 LTS',
    bootedAtMs: nowMs - 30 * DAY_MS,
    disk: {
      device: '/dev/sda1',
      capacityBytes: 40_960 * MIB,
      usedBytes: 11_264 * MIB,
      inodes: 2_621_440,
      inodesUsed: 312_004,
    },
    networkInterface: 'eth0',
    systemWorkload: { shape: 'steady', cpuCores: 0.11, memoryBytes: 640 * MIB },
    pods: Array.from({ length: pods }, (_, index) => describePod(nowMs, index)),
  };
}

function describePod(nowMs: number, index: number): PodDescription {
  return {
    namespace: 'default',
    name: `sensor-agent-${index}`,
    uid: `0f9a2c1e-0000-4000-8000-${String(index).padStart(12, '0')}`,
    labels: { app: 'sensor-agent' },
    createdAtMs: nowMs - 2 * DAY_MS,
    startedAtMs: nowMs - 2 * DAY_MS + 9_000,
    ip: `172.17.${Math.floor(index / 250)}.${2 + (index % 250)}`,
    containers: [
      {
        name: 'app',
        image: 'factory/sensor-agent:2.3',
        workload: { shape: 'steady', cpuCores: 0.002, memoryBytes: 21 * MIB },
      },
    ],
  };
}

import {
  type ContainerDescription,
  createMachine,
  type Machine,
  type Workload,
} from '@kubeedge-sim/edge-sim';
import type { World } from '@kubeedge-sim/sim-kit';

const STEADY: Workload = { shape: 'steady', cpuCores: 0.1, memoryBytes: 40_000_000 };

/**
 * A machine with two pods for the engine's tests: one with limits on the bridge, one in the host's network. `log` is
 * what the first one prints.
 */
export function createTestMachine(
  world: World,
  name = 'edge-1',
  address = '10.66.0.11',
  log: ContainerDescription['log'] = { shape: 'silent' },
): Machine {
  const startedAtMs = world.clock.now() - 3_600_000;
  const pod = (podName: string, index: number) => ({
    namespace: 'default',
    name: podName,
    uid: `0f9a2c1e-1111-4000-8000-00000000000${index}`,
    labels: { app: podName },
    createdAtMs: startedAtMs,
    startedAtMs: startedAtMs + index * 1_000,
    ip: `172.17.0.${index}`,
  });
  return createMachine(world, world.net.host({ name, address }), {
    cores: 4,
    memoryBytes: 8_000_000_000,
    kernelVersion: '5.10.0-8-amd64',
    osImage: 'Debian GNU/Linux 11 (bullseye)',
    bootedAtMs: startedAtMs - 60_000,
    disk: { device: '/dev/sda1', capacityBytes: 1e11, usedBytes: 1e10, inodes: 1e6, inodesUsed: 1e5 },
    networkInterface: 'eth0',
    systemWorkload: STEADY,
    pods: [
      {
        ...pod('nginx-1', 2),
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.21',
            command: ['nginx', '-g', 'daemon off;'],
            cpuLimitMilli: 200,
            memoryLimitBytes: 64_000_000,
            workload: STEADY,
            log,
          },
        ],
      },
      {
        ...pod('edge-proxy', 3),
        hostNetwork: true,
        containers: [{ name: 'proxy', image: 'proxy:1', workload: STEADY }],
      },
    ],
  });
}

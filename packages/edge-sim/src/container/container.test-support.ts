// Test support: a simulated container without an edged before it.
import { createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import type { ContainerRecord } from '../machine/container-record.ts';
import type { ContainerDescription } from '../machine/description.ts';
import { createMachine, type Machine } from '../machine/machine.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

export interface ContainerLab {
  readonly world: World;
  readonly machine: Machine;
  readonly record: ContainerRecord;
  /** Runs a command to its end, with all of its input at once. */
  run(command: readonly string[], stdin?: string | Uint8Array): Promise<Ran>;
  /** The same of a text for the shell. */
  sh(text: string, stdin?: string | Uint8Array): Promise<Ran>;
}

/** Plays `body` beside one container of a pod `web-1`. */
export async function inContainer(
  body: (lab: ContainerLab) => Promise<void>,
  change: Partial<ContainerDescription> = {},
): Promise<void> {
  const world = createMemoryWorld();
  const host = world.net.host({ name: 'edge-1', address: '10.66.0.11' });
  const idle = { shape: 'idle', cpuCores: 0, memoryBytes: 1_000_000 } as const;
  const startedAtMs = world.clock.now() - 60_000;
  const machine = createMachine(world, host, {
    cores: 2,
    memoryBytes: 4e9,
    kernelVersion: '5.10.0-8-amd64',
    osImage: 'Debian GNU/Linux 11 (bullseye)',
    bootedAtMs: startedAtMs - 60_000,
    disk: { device: '/dev/sda1', capacityBytes: 1e11, usedBytes: 1e10, inodes: 1e6, inodesUsed: 1e5 },
    networkInterface: 'eth0',
    systemWorkload: idle,
    pods: [
      {
        namespace: 'default',
        name: 'web-1',
        uid: '0f9a2c1e-1111-4000-8000-000000000001',
        createdAtMs: startedAtMs,
        startedAtMs,
        ip: '172.17.0.2',
        containers: [{ name: 'web', image: 'web:1', command: ['web', '-d'], workload: idle, ...change }],
      },
    ],
  });
  const record = [...machine.containers.values()].find(({ sandboxId }) => sandboxId !== undefined);
  if (record === undefined) throw new Error('the machine has no container');
  const run = (command: readonly string[], stdin?: string | Uint8Array) =>
    runIn(machine, record, command, stdin);
  await world.run(() =>
    body({ world, machine, record, run, sh: (text, stdin) => run(['sh', '-c', text], stdin) }),
  );
  await world[Symbol.asyncDispose]();
}

async function runIn(
  { processes }: Machine,
  record: ContainerRecord,
  command: readonly string[],
  stdin: string | Uint8Array | undefined,
): Promise<Ran> {
  const output: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  const request = { command, stdin: stdin !== undefined, stdout: true, stderr: true, tty: false };
  const stream = processes.exec(record, request, (name, bytes) => {
    output[name].push(Uint8Array.from(bytes));
    return undefined;
  });
  if (stdin !== undefined) {
    await stream.write(typeof stdin === 'string' ? Buffer.from(stdin) : stdin);
    stream.end();
  }
  await stream.closed;
  return {
    stdout: Buffer.concat(output.stdout).toString(),
    stderr: Buffer.concat(output.stderr).toString(),
    code: await stream.exitCode(),
  };
}

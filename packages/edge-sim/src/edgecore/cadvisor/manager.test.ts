import { createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DOCKER_SOCKET_PATH, engineProfile, startDockerEngine } from '../../docker/index.ts';
import { createMachine, type Machine } from '../../machine/machine.ts';
import { createComponentLog } from '../component-log.ts';
import { createDockerClient } from '../docker-client.ts';
import { LAB_MACHINE } from '../edged/lab-machine.test-support.ts';
import type { CadvisorSample } from './container-info.ts';
import { type CadvisorManager, createCadvisor } from './manager.ts';

let world: World;
let machine: Machine;
const ending = { now: new AbortController() };
beforeEach(() => {
  ending.now = new AbortController();
  world = createMemoryWorld({ startAtMs: Date.UTC(2026, 10, 22, 20, 1) });
  machine = createMachine(world, world.net.host({ name: 'edge-node-1', address: '10.66.0.11' }), LAB_MACHINE);
});
afterEach(async () => {
  ending.now.abort();
  await world[Symbol.asyncDispose]();
});

/** Starts a manager; `docker` is the engine's version, undefined for one without a docker handler. */
async function start(docker?: string): Promise<CadvisorManager> {
  const { signal } = ending.now;
  const log = createComponentLog(world, 'edge-node-1', 'edgecore');
  if (docker !== undefined) {
    world.own(await startDockerEngine(world, machine, { profile: engineProfile(docker) }));
  }
  const client =
    docker === undefined
      ? undefined
      : createDockerClient(world, machine.host, {
          mode: { mode: 'pinned', api: '1.40' },
          socketPath: DOCKER_SOCKET_PATH,
          component: 'cadvisor',
          signal,
        });
  const manager = await createCadvisor({ world, machine, client, log, signal });
  await manager.start();
  return manager;
}

const samplesOf = (manager: CadvisorManager, id: string): readonly CadvisorSample[] =>
  manager.containers().find((info) => info.id === id)?.samples ?? [];

const containerOf = (name: string) => {
  const record = [...machine.containers.values()].find((candidate) =>
    candidate.name.startsWith(`k8s_${name}_`),
  );
  if (record === undefined) throw new Error(`no container ${name}`);
  return record;
};

describe('housekeeping', () => {
  it('takes a sample of each cgroup every ten to twenty seconds, each at its own times', async () => {
    const seen = new Map<string, Set<number>>();
    await world.run(async () => {
      const manager = await start();
      for (let second = 0; second < 600; second++) {
        for (const { id, samples } of manager.containers()) {
          const times = seen.get(id) ?? new Set();
          for (const { atMs } of samples) times.add(atMs);
          seen.set(id, times);
        }
        await world.clock.sleep(1_000);
      }
    });
    expect(seen.size).toBe(machine.cgroups().length);
    for (const times of seen.values()) {
      const sorted = [...times].sort((a, b) => a - b);
      const gaps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000);
      expect(Math.max(...gaps)).toBeLessThan(20_000);
      expect(new Set(gaps).size).toBeGreaterThan(10);
    }
    expect(new Set([...seen.values()].map((times) => [...times].join())).size).toBe(seen.size);
  });

  it('keeps two samples; the rate is their difference, and the first has none', async () => {
    await world.run(async () => {
      const manager = await start();
      const { cgroup, workload } = containerOf('nginx');
      const first = samplesOf(manager, cgroup);
      expect(first.map(({ cpuInstantNanoCores }) => cpuInstantNanoCores)).toEqual([undefined]);
      await world.clock.sleep(300_000);
      const [before, after, ...others] = samplesOf(manager, cgroup);
      expect(others).toEqual([]);
      const seconds = ((after?.atMs ?? 0) - (before?.atMs ?? 0)) / 1_000;
      const used = (after?.cpuNs ?? 0) - (before?.cpuNs ?? 0);
      expect(after?.cpuInstantNanoCores).toBe(Math.round(used / seconds));
      const share = (after?.cpuInstantNanoCores ?? 0) / (workload.cpuCores * 1e9);
      expect(Math.abs(share - 1)).toBeLessThanOrEqual(0.1 + 1e-6);
    });
  });

  it('ends with the process', async () => {
    await world.run(async () => {
      const manager = await start();
      ending.now.abort();
      const before = manager.containers().map(({ samples }) => samples);
      await world.clock.sleep(120_000);
      expect(manager.containers().map(({ samples }) => samples)).toEqual(before);
    });
  });
});

describe('the containers that are followed', () => {
  it('lose one that stopped, and gain one that started, with the minute', async () => {
    await world.run(async () => {
      const manager = await start('20.10.24');
      const record = containerOf('sidecar');
      const known = () => manager.containers().some(({ id }) => id === record.cgroup);
      record.running = false;
      await world.clock.sleep(59_000);
      expect(known()).toBe(true);
      await world.clock.sleep(2_000);
      expect(known()).toBe(false);
      record.running = true;
      await world.clock.sleep(60_000);
      expect(known()).toBe(true);
    });
  });

  it.each([
    ['20.10.24', 'docker'],
    ['18.09.1', 'raw'],
    [undefined, 'raw'],
  ] as const)(
    'are handled by the docker handler only where it could register: engine %s',
    async (docker, handler) => {
      await world.run(async () => {
        const manager = await start(docker);
        const { cgroup, name, labels } = containerOf('nginx');
        const info = manager.containers().find(({ id }) => id === cgroup);
        const known =
          handler === 'docker' ? { handler, name, labels } : { handler, name: '', image: '', labels: {} };
        expect(info).toMatchObject(known);
        const handlers = manager.containers().map(({ handler: by }) => by);
        expect(handlers.filter((by) => by === 'docker')).toHaveLength(handler === 'docker' ? 7 : 0);
        const version = { docker: '20.10.24', raw: docker === undefined ? '' : 'Unknown' }[handler];
        expect(await manager.dockerVersion()).toBe(version);
      });
    },
  );
});

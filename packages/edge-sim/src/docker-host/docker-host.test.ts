import { createLoopbackWorld, createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineProfile, startDockerEngine } from '../docker/index.ts';
import { LAB_MACHINE } from '../edgecore/edged/lab-machine.test-support.ts';
import { createMachine } from '../machine/machine.ts';
import { startDockerPassthrough } from './passthrough.ts';
import { probeDockerHost } from './probe.ts';
import { createRealMachine, describeDockerHost } from './real-machine.ts';

let world: World;
/** Another world: to this one, its engine is as real as any. */
let elsewhere: World;

beforeEach(async () => {
  world = await createLoopbackWorld();
  elsewhere = await createLoopbackWorld();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
});

async function startEngine(version: string) {
  const host = elsewhere.net.host({ name: 'elsewhere', address: '10.99.0.1' });
  const machine = createMachine(elsewhere, host, LAB_MACHINE);
  const engine = await startDockerEngine(elsewhere, machine, { profile: engineProfile(version) });
  elsewhere.own(engine);
  return { engine, machine, dockerHost: `unix://${engine.outsidePath}` };
}

const edge = () => world.net.host({ name: 'edge-1', address: '10.66.0.11' });

describe('an engine outside of the world', () => {
  it('refuses the releases whose client is newer, in its own words', async () => {
    const { dockerHost } = await startEngine('18.09.1');
    const { engine, pods, classes, withoutDocker } = await probeDockerHost(world, edge(), dockerHost);
    expect(engine).toMatchObject({ version: '18.09.1', apiVersion: '1.39', minApiVersion: '1.12' });
    expect(pods).toEqual(LAB_MACHINE.pods.map(({ namespace, name }) => `${namespace}/${name}`).sort());
    const error =
      'failed to validate Docker info: failed to detect Docker info: Error response from daemon: ' +
      'client version 1.40 is too new. Maximum supported API version is 1.39';
    const verdicts = classes.map(({ tags, factory, factoryError }) => [tags[0], factory, factoryError]);
    expect(verdicts).toEqual([
      ['v1.2.0', 'none', undefined],
      ['v1.3.0', 'registered', undefined],
      ['v1.5.0', 'refused', error],
      ['v1.6.2', 'registered', undefined],
      ['v1.8.0', 'registered', undefined],
    ]);
    expect(withoutDocker[0]).toBe('v1.14.0');
    const refused = world.trace.of('docker.request').filter(({ detail }) => detail.refused === 'too-new');
    expect(refused.map(({ detail }) => detail.path)).toEqual(['/info']);
  });

  it('is too new for every client but the un-versioned ones', async () => {
    const { dockerHost } = await startEngine('29.0.0');
    const { classes } = await probeDockerHost(world, edge(), dockerHost);
    const error =
      'failed to get docker version: Error response from daemon: client version 1.40 is too old. ' +
      'Minimum supported API version is 1.44, please upgrade your client to a newer version';
    expect(classes.map(({ tags, starts, listsPods }) => [tags[0], starts, listsPods])).toEqual([
      ['v1.2.0', true, false],
      ['v1.3.0', true, true],
      ['v1.5.0', false, false],
      ['v1.6.2', false, false],
      ['v1.8.0', false, false],
    ]);
    expect(classes[2]?.startError).toBe(error);
    const refused = world.trace.of('docker.request').flatMap(({ detail }) => detail.refused ?? []);
    expect(new Set(refused)).toEqual(new Set(['too-old']));
  });

  it('makes a machine with the containers and counters that it tells of', async () => {
    const { dockerHost, machine: theirs } = await startEngine('20.10.24');
    const machine = world.own(await createRealMachine(world, edge(), dockerHost));
    expect([...machine.containers.keys()].sort()).toEqual([...theirs.containers.keys()].sort());
    expect(machine.description).toMatchObject({
      cores: LAB_MACHINE.cores,
      memoryBytes: LAB_MACHINE.memoryBytes,
      kernelVersion: LAB_MACHINE.kernelVersion,
    });
    for (const [id, record] of machine.containers) {
      const { name, labels, startedAtMs, cpuQuotaUs, memoryLimitBytes } = theirs.containers.get(id) ?? {};
      expect(record).toMatchObject({ name, labels, startedAtMs, cpuQuotaUs, memoryLimitBytes });
      const usage = machine
        .cgroups()
        .find(({ path }) => path === record.cgroup)
        ?.usage(0);
      expect(usage?.cpuNs).toBeGreaterThanOrEqual(0);
      expect(usage?.memoryUsageBytes).toBeGreaterThan(0);
    }
    expect(machine.cgroups()[0]).toMatchObject({ path: '/', memoryLimitBytes: LAB_MACHINE.memoryBytes });
  });

  it('is told once to be lost, and what it counted last stays', async () => {
    const { dockerHost, engine } = await startEngine('20.10.24');
    const machine = world.own(await createRealMachine(world, edge(), dockerHost));
    const before = machine.cgroups().length;
    await engine.stop();
    await expect.poll(() => world.trace.of('docker-host.lost'), { timeout: 15_000 }).toHaveLength(1);
    expect(machine.cgroups()).toHaveLength(before);
  });

  it.each([
    ['unix:///nowhere/docker.sock', 'EDGE_ERR_DOCKER_HOST_UNREACHABLE', 'ECONNREFUSED'],
    ['tcp://127.0.0.1:1', 'EDGE_ERR_DOCKER_HOST_UNREACHABLE', 'ECONNREFUSED'],
    ['ssh://user@host', 'EDGE_ERR_DOCKER_HOST', 'expected unix:///var/run/docker.sock'],
    ['docker.sock', 'EDGE_ERR_DOCKER_HOST', 'Write it as DOCKER_HOST is written'],
  ])('is asked for in vain at %s', async (dockerHost, code, message) => {
    const attempt = describeDockerHost(world, dockerHost);
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('cannot be reached from a memory world, which says so', async () => {
    const memory = createMemoryWorld();
    const host = memory.net.host({ name: 'edge-1', address: '10.66.0.11' });
    const start = startDockerPassthrough(memory, host, { dockerHost: 'unix:///var/run/docker.sock' });
    await expect(start).rejects.toMatchObject({
      code: 'SIM_ERR_NO_OUTSIDE',
      message: expect.stringContaining('Run it on loopback'),
    });
    await memory[Symbol.asyncDispose]();
  });
});

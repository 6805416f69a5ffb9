import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import { describe, expect, it } from 'vitest';
import { engineProfile, startDockerEngine } from '../docker/index.ts';
import { createMachine } from '../machine/machine.ts';
import { startEdgecore } from './edgecore.ts';
import { LAB_MACHINE } from './edged/lab-machine.test-support.ts';
import { edgecoreRelease } from './find-release.ts';

// What edged of a release answers, each in one that has it and in one that has not.

/** Statuses, or bodies where `read` says so, of paths on the edge's own loopback; 0 where nobody listens. */
async function asked<T extends string>(tag: string, paths: readonly T[], port = 10_350) {
  await using world = createMemoryWorld();
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const machine = createMachine(world, host, LAB_MACHINE);
  return await world.run(async () => {
    world.own(await startDockerEngine(world, machine, { profile: engineProfile('20.10.24') }));
    const release = edgecoreRelease(tag);
    const dialect = dialectOf('v1.6.1');
    const process = startEdgecore(world, machine, { tag, release, dialect, nodeName: 'edge-node-1' });
    await world.clock.sleep(30_000);
    const answers: { status: number; text: string }[] = [];
    for (const path of paths) {
      const target = { address: '127.0.0.1', port };
      const answer = await httpRequest(host, { target, path, component: 'curl' }).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => ({ status: 0, text: '' }),
      );
      answers.push(answer);
    }
    await process.stop();
    return answers;
  });
}

const statuses = async (...args: Parameters<typeof asked>) =>
  (await asked(...args)).map(({ status }) => status);

describe('edged.port', () => {
  it.each([
    ['v1.2.1', 200, 0],
    ['v1.3.0', 0, 200],
    ['v1.13.5', 0, 200],
  ])('%s: 10255 answers %i, 10350 %i', async (tag, old, now) => {
    expect(await statuses(tag, ['/pods'], 10_255)).toEqual([old]);
    expect(await statuses(tag, ['/pods'], 10_350)).toEqual([now]);
  });
});

describe('edged.paths', () => {
  const paths = ['/stats/summary', '/metrics/resource', '/metrics/resource/v1alpha1', '/stats/container'];

  it.each([
    ['v1.3.1', [200, 404, 200, 200]],
    ['v1.4.0', [200, 200, 200, 200]],
    ['v1.7.2', [200, 200, 200, 200]],
    ['v1.8.0', [200, 200, 404, 404]],
    ['v1.13.5', [200, 200, 404, 404]],
  ])('%s: %j', async (tag, expected) => {
    expect(await statuses(tag, paths)).toEqual(expected);
  });
});

describe('edged.debuggingDisabled', () => {
  const paths = ['/containerLogs/a/b/c', '/exec/a/b/c', '/attach/a/b/c', '/runningpods/', '/logs/'];

  it.each(['v1.8.0', 'v1.12.0'])('%s refuses what the next patch release does not', async (tag) => {
    const refused = { status: 405, text: 'Debug endpoints are disabled.\n' };
    expect(await asked(tag, paths)).toEqual(paths.map(() => refused));
    const next = await asked(tag.replace(/0$/, '1'), paths);
    expect(next.some(({ text }) => text === refused.text)).toBe(false);
    expect(next[3]?.status).toBe(200);
  });
});

describe('edged.streaming', () => {
  const paths = [
    '/exec/factory/sensor-agent/app?output=1',
    '/attach/factory/sensor-agent/app?output=1',
    '/portForward/factory/sensor-agent',
  ];

  it.each([
    ['v1.3.1', [0, 0, 0]],
    ['v1.6.1', [500, 0, 0]],
    ['v1.11.3', [500, 0, 0]],
    ['v1.12.1', [500, 500, 404]],
  ])('%s: exec, attach and port-forward: %j, 0 where the handler panics', async (tag, expected) => {
    expect(await statuses(tag, paths)).toEqual(expected);
  });
});

describe('edged.machineMetrics', () => {
  it.each([
    ['v1.6.1', false],
    ['v1.6.2', true],
  ])('%s: %s', async (tag, expected) => {
    const [metrics] = await asked(tag, ['/metrics/cadvisor']);
    expect(metrics?.text.includes('\nmachine_cpu_cores')).toBe(expected);
  });
});

describe('edged.resourceMetrics', () => {
  it.each([
    ['v1.6.2', ['container_cpu_usage_seconds_total']],
    ['v1.9.2', ['container_cpu_usage_seconds_total', 'pod_cpu_usage_seconds_total']],
    [
      'v1.12.1',
      ['container_cpu_usage_seconds_total', 'container_start_time_seconds', 'pod_cpu_usage_seconds_total'],
    ],
  ])('%s: %j', async (tag, expected) => {
    const [metrics] = await asked(tag, ['/metrics/resource']);
    const names = [...(metrics?.text ?? '').matchAll(/^(\w+)\{/gm)].map(([, name]) => name ?? '');
    expect([...new Set(names)].filter((name) => !name.includes('memory'))).toEqual(expected);
  });
});

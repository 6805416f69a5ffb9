import { createMemoryWorld, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineProfile, startDockerEngine } from '../docker/index.ts';
import { createMachine, type Machine } from '../machine/machine.ts';
import { startSystemdUnit } from '../systemd-unit.ts';
import { startEdgecore } from './edgecore.ts';
import { formatFloat } from './edged/go-format.ts';
import { LAB_MACHINE, readCapture } from './edged/lab-machine.test-support.ts';
import { jsonLayout, jsonStructure, prometheusStructure } from './edged/testing-structure.test-support.ts';
import { edgecoreRelease } from './find-release.ts';

let world: World;
let machine: Machine;
beforeEach(() => {
  world = createMemoryWorld({ startAtMs: Date.UTC(2026, 10, 22, 20, 1) });
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
  machine = createMachine(world, host, LAB_MACHINE);
});
afterEach(() => world[Symbol.asyncDispose]());

const CPU_AND_MEMORY = '/stats/summary?only_cpu_and_memory=true';

function startEngine(version: string) {
  return startDockerEngine(world, machine, { profile: engineProfile(version) });
}

function startUnit(tag: string) {
  const spawn = () =>
    startEdgecore(world, machine, { tag, release: edgecoreRelease(tag), nodeName: 'edge-node-1' });
  return world.own(
    startSystemdUnit(world, machine.host, { name: 'edgecore.service', restartDelayMs: 10_000, spawn }),
  );
}

async function ask(path: string): Promise<string> {
  const target = { address: '127.0.0.1', port: 10_350 };
  return (await httpRequest(machine.host, { target, path, component: 'curl' })).text();
}

/** What edged answers half a minute after edgecore's start. */
function run(docker: string, tag: string, path: string): Promise<string> {
  return world.run(async () => {
    world.own(await startEngine(docker));
    startUnit(tag);
    await world.clock.sleep(30_000);
    return ask(path);
  });
}

/** A difference that is meant to be: `mend` makes of the captured text what the simulator has to answer. */
interface Difference {
  reason: string;
  mend: (captured: string) => string;
}

const DIFFERENCES = {
  dnsPolicy: {
    reason: "The lab's manifests set dnsPolicy Default; a description has none, so the API server's default.",
    mend: (captured) => captured.replaceAll('"dnsPolicy":"Default"', '"dnsPolicy":"ClusterFirst"'),
  },
  runtimeCgroup: {
    reason: "The lab's second run had dockerd in a cgroup of its own; the machine model has no such cgroup.",
    mend(captured) {
      const summary = JSON.parse(captured) as { node: { systemContainers: { name: string }[] } };
      const { node } = summary;
      node.systemContainers = node.systemContainers.filter(({ name }) => name !== 'runtime');
      return JSON.stringify(summary, undefined, 1);
    },
  },
  adoptedPods: {
    reason:
      'That edgecore started its pods itself, so their mounts were not there yet when cAdvisor read the ' +
      'mount table; the simulator (as the other captured runs) adopts running pods.',
    mend(captured) {
      const overlays = '0123456'.split('').map((n) => `overlay_0-${n}`);
      const shm = ['a', 'b', 'c'].map((n) => `/var/lib/docker/containers/${n.repeat(64)}/mounts/shm`);
      const rows = captured.split('\n').flatMap((line) => {
        if (!/^container_fs_\w+\{.*device="\/dev\/vda",id="\/"/.test(line)) return [line];
        return [line, ...[...shm, ...overlays].map((device) => line.replace('/dev/vda', device))];
      });
      return rows.join('\n');
    },
  },
} satisfies Record<string, Difference>;

function expectJson(ours: string, captured: string, differences: readonly Difference[] = []): void {
  expect(jsonLayout(ours)).toEqual(jsonLayout(captured));
  expect(jsonStructure(ours)).toEqual(jsonStructure(mended(captured, differences)));
  if (differences.length > 0) expect(jsonStructure(ours)).not.toEqual(jsonStructure(captured));
}

function expectRows(ours: string, captured: string, differences: readonly Difference[] = []): void {
  const structure = prometheusStructure(ours, formatFloat);
  expect(structure).toMatchObject({ misplaced: [], oddValues: [] });
  const { comments, rows } = prometheusStructure(mended(captured, differences), formatFloat);
  expect(structure).toMatchObject({ comments, rows });
  if (differences.length > 0) expect(rows).not.toEqual(prometheusStructure(captured, formatFloat).rows);
}

/** The captured text with the differences taken in; each has to make one. */
function mended(captured: string, differences: readonly Difference[]): string {
  return differences.reduce((text, { reason, mend }) => {
    const result = mend(text);
    expect(result, reason).not.toBe(text);
    return result;
  }, captured);
}

const RUNS: [run: string, docker: string, tag: string][] = [
  ['docker-20.10-v1.6.1', '20.10.24+dfsg1', 'v1.6.1'],
  ['docker-20.10-v1.6.2', '20.10.24+dfsg1', 'v1.6.2'],
  ['docker-18.09-v1.6.2', '18.09.1', 'v1.6.2'],
  ['docker-18.09-v1.6.1', '18.09.1', 'v1.6.1'],
];

describe.each(RUNS)('a whole edgecore beside the real one, %s', (name, docker, tag) => {
  it('has the summary', async () => {
    expectJson(await run(docker, tag, '/stats/summary'), readCapture(`summary-${name}.json`));
  });

  it('has the summary of CPU and memory', async () => {
    expectJson(await run(docker, tag, CPU_AND_MEMORY), readCapture(`summary-cpumem-${name}.json`));
  });

  it('has /metrics/resource', async () => {
    expectRows(await run(docker, tag, '/metrics/resource'), readCapture(`metrics-resource-${name}.txt`));
  });

  it('has /metrics/cadvisor', async () => {
    const differences = name === 'docker-20.10-v1.6.1' ? [DIFFERENCES.adoptedPods] : [];
    const ours = await run(docker, tag, '/metrics/cadvisor');
    expectRows(ours, readCapture(`metrics-cadvisor-${name}.txt`), differences);
  });
});

describe.each(RUNS.filter(([, , tag]) => tag === 'v1.6.1'))(
  'pods of a whole edgecore beside the real one, %s',
  (name, docker, tag) => {
    it('has /pods', async () => {
      expectJson(await run(docker, tag, '/pods'), readCapture(`pods-${name}.json`), [DIFFERENCES.dnsPolicy]);
    });

    it('has /runningpods/', async () => {
      expectJson(await run(docker, tag, '/runningpods/'), readCapture(`runningpods-${name}.json`));
    });
  },
);

describe("the lab's second run", () => {
  const expectSummary = (ours: string, name: string) =>
    expectJson(ours, readCapture(name), [DIFFERENCES.runtimeCgroup]);

  it('has the summary of v1.4.0 on 18.09', async () => {
    const ours = await run('18.09.1', 'v1.4.0', CPU_AND_MEMORY);
    expectSummary(ours, 'summary-cpumem-docker-18.09-v1.4.0.json');
  });

  it('is not helped by DOCKER_API_VERSION, which nothing in edgecore reads', async () => {
    const ours = await run('18.09.1', 'v1.6.1', CPU_AND_MEMORY);
    expectSummary(ours, 'toggle-1-engine-18.09-env-DOCKER_API_VERSION-1.39.json');
  });

  it('is helped by a new engine only once edgecore is restarted', async () => {
    await world.run(async () => {
      const old = await startEngine('18.09.1');
      const unit = startUnit('v1.6.1');
      await world.clock.sleep(30_000);
      await old.stop();
      world.own(await startEngine('20.10.24+dfsg1'));
      await world.clock.sleep(60_000);
      expectSummary(await ask(CPU_AND_MEMORY), 'toggle-2-engine-upgraded-edgecore-not-restarted.json');
      await unit.restart();
      await world.clock.sleep(30_000);
      expectSummary(await ask(CPU_AND_MEMORY), 'toggle-3-engine-upgraded-edgecore-restarted.json');
    });
  });
});

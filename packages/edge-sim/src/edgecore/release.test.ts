import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineProfile, startDockerEngine } from '../docker/index.ts';
import { createMachine } from '../machine/machine.ts';
import { startEdgecore } from './edgecore.ts';
import { LAB_MACHINE } from './edged/lab-machine.test-support.ts';
import { jsonStructure } from './edged/testing-structure.test-support.ts';
import { edgecoreRelease, edgecoreTags } from './find-release.ts';

describe('the releases', () => {
  it.each(edgecoreTags())('%s is plain data', (tag) => {
    const release = edgecoreRelease(tag);
    expect(JSON.parse(JSON.stringify(release))).toStrictEqual(release);
    expect(edgecoreRelease(tag.slice(1))).toBe(release);
  });

  it('name the nearest when there is none', () => {
    expect(() => edgecoreRelease('1.6.9')).toThrow(
      expect.objectContaining({
        code: 'EDGE_ERR_RELEASE_UNKNOWN',
        message: expect.stringMatching(/v1\.6\.\d/),
      }),
    );
  });
});

interface Names {
  tag: string;
  engine: string;
  line: string;
}

/** What edgecore `of` makes of engine `docker` when both go under other names. */
async function outcome(of: string, docker: string, names: Names) {
  const world = createMemoryWorld();
  const machine = createMachine(
    world,
    world.net.host({ name: 'edge-node-1', address: '10.66.0.11' }),
    LAB_MACHINE,
  );
  const summary = await world.run(async () => {
    const profile = { ...engineProfile(docker), version: names.engine, line: names.line };
    world.own(await startDockerEngine(world, machine, { profile }));
    const { tag } = names;
    const release = edgecoreRelease(of);
    const options = { tag, release, dialect: dialectOf(of), nodeName: 'edge-node-1' };
    const process = startEdgecore(world, machine, options);
    await world.clock.sleep(30_000);
    const target = { address: '127.0.0.1', port: release.edged.port };
    const answer = await httpRequest(machine.host, {
      target,
      path: '/stats/summary',
      component: 'curl',
    }).then(
      (response) => response.text(),
      (error: Error) => JSON.stringify(error.message),
    );
    await process.stop();
    return answer;
  });
  const { trace } = world;
  await world[Symbol.asyncDispose]();
  return {
    summary: jsonStructure(summary),
    states: trace.of('edgecore.process').map(({ atMs, detail: { state, reason } }) => [atMs, state, reason]),
    requests: trace.of('docker.request').map(({ atMs, detail }) => [atMs, detail]),
    factories: trace.of('cadvisor.factory').map(({ detail }) => detail),
    handlers: trace.of('cadvisor.container').map(({ detail }) => detail),
  };
}

// An engine's version keeps the form that cAdvisor checks (container/docker/docker.go, ParseVersion).
const names: fc.Arbitrary<Names> = fc.record({
  tag: fc.string({ minLength: 1 }),
  engine: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.')),
  line: fc.string({ minLength: 1 }),
});

describe('what an edgecore does', () => {
  it.each([
    ['v1.4.0', '18.09.1'],
    ['v1.6.1', '18.09.1'],
    ['v1.6.1', '20.10.24'],
    ['v1.6.2', '18.09.1'],
    ['v1.6.1', '29.0.0'],
    ['v1.12.7', '18.09.1'],
  ])('does not depend on names: %s on %s', async (tag, docker) => {
    const real = await outcome(tag, docker, { tag, engine: docker, line: engineProfile(docker).line });
    await fc.assert(
      fc.asyncProperty(names, async (other) => {
        expect(await outcome(tag, docker, other)).toEqual(real);
      }),
      { numRuns: 5 },
    );
  });

  it('depends on the form of the engine version where upstream checks it', async () => {
    const named = await outcome('v1.6.1', '20.10.24', { tag: 'x', engine: 'nightly', line: 'x' });
    expect(named.factories).toEqual([
      {
        factory: 'docker',
        registered: false,
        error:
          'failed to validate Docker info: version string "nightly" doesn\'t match expected ' +
          'regular expression: "(\\d+)\\.(\\d+)\\.(\\d+)"',
      },
    ]);
  });
});

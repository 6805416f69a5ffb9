import { readFileSync } from 'node:fs';
import { createMemoryWorld, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineProfile, engineProfile, startDockerEngine } from '../docker/index.ts';
import { createMachine, type Machine } from '../machine/machine.ts';
import { startSystemdUnit } from '../systemd-unit.ts';
import { type EdgecoreOptions, startEdgecore } from './edgecore.ts';
import { LAB_MACHINE } from './edged/lab-machine.test-support.ts';
import { logLines, readFixture } from './edgestream/edgestream.test-support.ts';
import { frame, startScriptedCloud } from './edgestream/scripted-cloud.test-support.ts';
import { edgecoreRelease } from './find-release.ts';
import type { EdgecoreRelease } from './release.ts';

let world: World;
let machine: Machine;

beforeEach(() => {
  world = createMemoryWorld({ startAtMs: Date.UTC(2026, 10, 22, 20, 1) });
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
  machine = createMachine(world, host, LAB_MACHINE);
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const startEngine = (profile: EngineProfile) => startDockerEngine(world, machine, { profile });

function startUnit(tag: string, release: EdgecoreRelease = edgecoreRelease(tag)) {
  const spawn = () => startEdgecore(world, machine, { tag, release, nodeName: 'edge-node-1' });
  return world.own(
    startSystemdUnit(world, machine.host, { name: 'edgecore.service', restartDelayMs: 10_000, spawn }),
  );
}

async function summary(): Promise<{ pods: unknown[]; node: object }> {
  const target = { address: '127.0.0.1', port: 10_350 };
  const response = await httpRequest(machine.host, { target, path: '/stats/summary', component: 'curl' });
  return JSON.parse(await response.text()) as { pods: unknown[]; node: object };
}

/**
 * cAdvisor's requests from its start to the registration of its factories: seconds since the first, and the
 * line.
 */
function cadvisorRequests(): string[] {
  const events = world.trace.events;
  const factory = events.find((event) => event.kind === 'cadvisor.factory');
  const startup = events.slice(0, events.indexOf(factory as (typeof events)[number]));
  const asked = startup
    .filter((event) => event.kind === 'docker.request')
    .filter((event) => {
      const dial = events.find(({ id }) => id === event.parent);
      return dial?.component === 'cadvisor';
    });
  return asked.map((event) => {
    const { method, path, apiVersion } = event.detail;
    const version = apiVersion === undefined ? '' : `/v${apiVersion}`;
    return `+${Math.round((event.atMs - (asked[0]?.atMs ?? 0)) / 1_000)} ${method} ${version}${path}`;
  });
}

function captured(name: string): string[] {
  const file = new URL(`../../fixtures/edgecore/${name}`, import.meta.url);
  return readFileSync(file, 'utf8').trim().split('\n');
}

describe('edgecore v1.6.1 on Docker 18.09.1', () => {
  it('asks as captured: refused at once, then for five seconds, then never again', async () => {
    await world.run(async () => {
      world.own(await startEngine(engineProfile('18.09.1')));
      startUnit('v1.6.1');
      await world.clock.sleep(30_000);
      expect(cadvisorRequests()).toEqual(captured('cadvisor-requests-18.09-v1.6.1.txt'));
    });
  });

  it('lists no pods beside a complete node, tells it at V(5) only, and starts 5 s slower', async () => {
    await world.run(async () => {
      world.own(await startEngine(engineProfile('18.09.1')));
      startUnit('v1.6.1');
      await world.clock.sleep(30_000);
      const { pods, node } = await summary();
      expect(pods).toEqual([]);
      expect(node).toMatchObject({ cpu: { usageCoreNanoSeconds: expect.any(Number) } });
      const naming = world.trace.of('log').filter(({ detail }) => detail.message.includes('is too new'));
      expect(naming.map(({ detail }) => detail.verbosity)).toEqual([5, 5]);
      const states = world.trace.of('edgecore.process');
      expect((states[1]?.atMs ?? 0) - (states[0]?.atMs ?? 0)).toBe(5_000);
    });
  });

  it('is not cured by a new engine until edgecore restarts', async () => {
    await world.run(async () => {
      const old = await startEngine(engineProfile('18.09.1'));
      const unit = startUnit('v1.6.1');
      await world.clock.sleep(30_000);
      await old.stop();
      world.own(await startEngine(engineProfile('20.10.24')));
      await world.clock.sleep(60_000);
      expect((await summary()).pods).toEqual([]);
      await unit.restart();
      await world.clock.sleep(30_000);
      expect((await summary()).pods).toHaveLength(3);
    });
  });

  it('is healed by an engine up to 1.40, and v1.6.2 is broken by the pinned client', async () => {
    await world.run(async () => {
      const engine = await startEngine({ ...engineProfile('18.09.1'), apiMax: '1.40' });
      const unit = startUnit('v1.6.1');
      await world.clock.sleep(30_000);
      expect((await summary()).pods).toHaveLength(3);
      await unit.stop();
      await engine.stop();
      world.own(await startEngine(engineProfile('18.09.1')));
      const pinned = edgecoreRelease('v1.6.1').cadvisorDocker;
      startUnit('v1.6.2', { ...edgecoreRelease('v1.6.2'), cadvisorDocker: pinned });
      await world.clock.sleep(30_000);
      expect((await summary()).pods).toEqual([]);
    });
  });
});

describe('edgecore v1.6.2 on Docker 18.09.1', () => {
  it('asks as captured: negotiates down and registers its factory', async () => {
    await world.run(async () => {
      world.own(await startEngine(engineProfile('18.09.1')));
      startUnit('v1.6.2');
      await world.clock.sleep(30_000);
      expect(cadvisorRequests()).toEqual(captured('cadvisor-requests-18.09-v1.6.2.txt'));
      expect((await summary()).pods).toHaveLength(3);
    });
  });
});

describe('edgecore and an engine that refuses dockershim', () => {
  it.each([
    ['v1.6.1', '29.0.0', 'client version 1.40 is too old. Minimum supported API version is 1.44'],
    ['v1.12.7', '29.1.0', 'client version 1.41 is too old. Minimum supported API version is 1.44'],
    ['v1.6.1', '1.13.0', 'docker API version is older than 1.26.0'],
  ])('exits and is started again every ten seconds: %s on %s', async (tag, docker, reason) => {
    await world.run(async () => {
      world.own(await startEngine(engineProfile(docker)));
      startUnit(tag);
      await world.clock.sleep(25_000);
      const exits = world.trace.of('edgecore.process').filter(({ detail }) => detail.state === 'exited');
      expect(exits).toHaveLength(3);
      expect(exits[0]?.detail.reason).toContain(reason);
      await expect(summary()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });
});

describe('edgecore and what it panics at', () => {
  interface Captured {
    scenario: string;
    logs: string[];
    exitCode?: number;
  }
  const real = readFixture<Captured>('hostile-cloud.ndjson').find(
    ({ scenario }) => scenario === 'header-null',
  );

  const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/stats/summary' };
  const headerNull = Buffer.from(JSON.stringify({ MessID: 1, url, header: null }));

  /** The exits of an edgecore that was sent a message of a type, and when its tunnels came up, in seconds. */
  async function send(tag: string, { type = 2, payload = headerNull, release = edgecoreRelease(tag) } = {}) {
    const cloudHost = world.net.host({ name: 'cloud', address: '10.0.0.2' });
    return world.run(async () => {
      world.own(await startEngine(engineProfile('20.10.24')));
      const cloud = world.own(await startScriptedCloud(world, cloudHost));
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'edge-node-1' });
      const startMs = world.clock.now();
      const edgeStream: EdgecoreOptions['edgeStream'] = { server: cloud.target, certificate };
      const options = { tag, release, nodeName: 'edge-node-1', edgeStream };
      const spawn = () => startEdgecore(world, machine, options);
      world.own(
        startSystemdUnit(world, machine.host, { name: 'edgecore.service', restartDelayMs: 10_000, spawn }),
      );
      await world.clock.sleep(3_000);
      cloud.tunnels[0]?.send(frame(1, Buffer.concat([Buffer.from([1, type]), payload])));
      await world.clock.sleep(20_000);
      const dials = cloud.tunnels.map(({ acceptedAtMs }) => (acceptedAtMs - startMs) / 1_000);
      return { exits: world.trace.of('systemd.restart').map(({ detail }) => detail), dials };
    });
  }

  it('panics at "header": null as the real one, and its unit starts it again', async () => {
    const { exits, dials } = await send('v1.6.1');
    const reason = 'panic: assignment to entry in nil map';
    expect(exits).toEqual([{ unit: 'edgecore.service', code: real?.exitCode, reason, afterMs: 10_000 }]);
    expect(real?.logs).toEqual([reason]);
    expect(dials).toEqual([2, 15]);
    // A process that is gone prints nothing any more.
    const lines = logLines(world);
    const after = lines.slice(lines.findIndex((line) => line.includes(reason)) + 1);
    expect(after[0]).toBe('I server.go:72] Version: v1.6.1');
  });

  it('panics at a type it does not know from v1.14.0 on', async () => {
    // v1.14.0 has no Docker client; its edgestream stands on the rest of v1.13.5.
    const { edgestream } = edgecoreRelease('v1.14.0');
    const release = { ...edgecoreRelease('v1.13.5'), edgestream };
    const { exits, dials } = await send('v1.14.0', { type: 7, release });
    const reason = 'panic: Wrong message type UNKNOWN';
    expect(exits).toEqual([{ unit: 'edgecore.service', code: 2, reason, afterMs: 10_000 }]);
    expect(dials).toEqual([2, 15]);
  });

  it('serves "header": null where the header is not written to, before v1.5.0', async () => {
    const { exits, dials } = await send('v1.4.0');
    expect(exits).toEqual([]);
    expect(dials).toEqual([2]);
  });
});

import { createMemoryWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExitStatus, type SimProcess, startSystemdUnit } from './systemd-unit.ts';

let world: World;
let host: Host;
beforeEach(() => {
  world = createMemoryWorld();
  host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
});
afterEach(() => world[Symbol.asyncDispose]());

/** Processes that live until told otherwise, and when each was started. */
function programs() {
  const started: number[] = [];
  const exits: ((status: ExitStatus) => void)[] = [];
  const spawn = (): SimProcess => {
    const { promise, resolve } = Promise.withResolvers<ExitStatus>();
    started.push(world.clock.now());
    exits.push(resolve);
    return {
      exited: promise,
      async stop() {
        resolve({ code: 0, reason: 'stopped' });
        await promise;
      },
    };
  };
  return { started, exits, spawn };
}

function startUnit(spawn: () => SimProcess) {
  return startSystemdUnit(world, host, { name: 'edgecore.service', restartDelayMs: 10_000, spawn });
}

describe('a systemd unit with Restart=always', () => {
  it.each([0, 1, 2])(
    'starts a process that ended with code %d again after its delay, every time',
    async (code) => {
      const { started, exits, spawn } = programs();
      await world.run(async () => {
        const startMs = world.clock.now();
        const unit = startUnit(spawn);
        exits[0]?.({ code, reason: 'gone' });
        await world.clock.sleep(9_999);
        expect(started).toHaveLength(1);
        await world.clock.sleep(501);
        exits[1]?.({ code, reason: 'gone again' });
        await world.clock.sleep(15_000);
        expect(started.map((at) => at - startMs)).toEqual([0, 10_000, 20_500]);
        await unit.stop();
      });
      expect(world.trace.of('systemd.restart').map(({ host: name, detail }) => [name, detail])).toEqual([
        ['edge-node-1', { unit: 'edgecore.service', code, reason: 'gone', afterMs: 10_000 }],
        ['edge-node-1', { unit: 'edgecore.service', code, reason: 'gone again', afterMs: 10_000 }],
      ]);
    },
  );

  it('starts nothing after a stop, also not when it was waiting to', async () => {
    const { started, exits, spawn } = programs();
    await world.run(async () => {
      const running = startUnit(spawn);
      await running.stop();
      const waiting = startUnit(spawn);
      exits[1]?.({ code: 1, reason: 'gone' });
      await world.clock.sleep(5_000);
      await waiting.stop();
      await world.clock.sleep(60_000);
    });
    expect(started).toHaveLength(2);
  });

  it('restarts at once, as another program when asked to, and watches over that one', async () => {
    const old = programs();
    const other = programs();
    await world.run(async () => {
      const unit = world.own(startUnit(old.spawn));
      await unit.restart();
      await unit.restart(other.spawn);
      expect([old.started.length, other.started.length]).toEqual([2, 1]);
      other.exits[0]?.({ code: 1, reason: 'gone' });
      await world.clock.sleep(10_001);
      expect([old.started.length, other.started.length]).toEqual([2, 2]);
    });
  });
});

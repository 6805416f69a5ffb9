import { describe, expect, test } from 'vitest';
import { startSimulation } from './simulation.ts';

const ids = (causes: readonly { id: string }[]) => causes.map(({ id }) => id);

describe('a simulation', () => {
  test('is the founding report unless something else is asked for', async () => {
    await using simulation = await startSimulation();
    const { outcome, causes } = await simulation.diagnose();
    expect({ outcome, causes: ids(causes) }).toEqual({
      outcome: 'symptom',
      causes: ['engine-refuses-cadvisor'],
    });
  });

  test('is cured by the words of an action, and looked at again', async () => {
    await using simulation = await startSimulation({ seed: 3 });
    expect(await simulation.act('cure docker')).toEqual([
      'docker edge-node-1 20.10.24',
      'restart edgecore edge-node-1',
    ]);
    await simulation.settle();
    const { outcome, causes } = await simulation.diagnose();
    expect({ outcome, causes }).toEqual({ outcome: 'healthy', causes: [] });
    const { stdout } = await simulation.kubectl('top', 'pod', '-n', 'default');
    expect(stdout).toContain('nginx-7848d4b86f-x2wqz');
  });

  test('plays calls one after the other, and lets time pass only in them', async () => {
    await using simulation = await startSimulation({ docker: '20.10', settled: false });
    const { clock } = simulation.cluster.world;
    const before = clock.now();
    await Promise.all([simulation.advance(1_000), simulation.advance(500), simulation.advance(0)]);
    expect(clock.now() - before).toBe(1_500);
  });

  test('goes on after a call that failed', async () => {
    await using simulation = await startSimulation({ settled: false });
    await expect(simulation.act('docker edge-node-9 20.10')).rejects.toThrow('edge-node-9');
    await expect(simulation.act('teleport edge-node-1')).rejects.toThrow('the forms are');
    expect(await simulation.act('dnat del 10350')).toEqual(['dnat del 10350']);
  });

  test('remembers what was done to it, as `replay --act` takes it', async () => {
    await using simulation = await startSimulation({ settled: false });
    await simulation.advance(20_000);
    await simulation.act('cure docker');
    await expect(simulation.act('docker edge-node-1 7.0')).rejects.toThrow('7.0');
    await simulation.advance(1_500);
    await simulation.act('cut edge-node-1 silent');
    const [first, second, third, ...more] = simulation.acts();
    expect(first).toBe('20s: docker edge-node-1 20.10.24');
    expect(second).toMatch(/^20\S*: restart edgecore edge-node-1$/);
    expect(third).toMatch(/^\d+ms: cut edge-node-1 silent$/);
    expect(more).toEqual([]);
  });

  test.for(['memory', 'loopback'] as const)('is broken off by a signal on %s, and leaves', async (net) => {
    const control = new AbortController();
    const simulation = await startSimulation({ net, settled: false, signal: control.signal });
    const under = simulation.run(
      () => new Promise((resolve) => control.signal.addEventListener('x', resolve)),
    );
    const waiting = simulation.advance(50);
    // On memory a wait for nothing is a deadlock; what keeps the world busy is metrics-server's round.
    setImmediate(() => control.abort(new Error('enough')));
    await expect(under).rejects.toThrow('enough');
    await expect(waiting).rejects.toThrow('enough');
    await simulation[Symbol.asyncDispose]();
    expect(() => simulation.cluster.world.run(async () => {})).toThrow('disposed');
  });

  test('is not started when the signal has aborted, and breaks off a start under way', async () => {
    const aborted = AbortSignal.abort(new Error('too late'));
    await expect(startSimulation({ signal: aborted })).rejects.toThrow('too late');
    const control = new AbortController();
    const starting = startSimulation({ signal: control.signal });
    setImmediate(() => setImmediate(() => control.abort(new Error('not now'))));
    await expect(starting).rejects.toThrow('not now');
  });

  test('takes faults on top, or leaves the condition out', async () => {
    await using broken = await startSimulation({ without: true, faults: ['dnat-rule-missing'] });
    expect((await broken.diagnose()).outcome).not.toBe('healthy');
    await using healthy = await startSimulation({ without: true });
    expect((await healthy.diagnose()).outcome).toBe('healthy');
  });

  test('refuses what it does not know, before anything is started', async () => {
    await expect(startSimulation({ scenario: 'missing-pods' })).rejects.toThrow('missing-pod-metrics');
    await expect(startSimulation({ docker: '18.10' })).rejects.toThrow('18.10');
    await expect(startSimulation({ faults: ['rain'] })).rejects.toThrow('docker-18-09');
    await expect(startSimulation({ edgecore: 'v1.20.0' })).rejects.toThrow('Tried to start');
  });

  test('ends at any moment, also while edged is being asked', async () => {
    const stop = new AbortController();
    const simulation = await startSimulation({ settled: false, signal: stop.signal });
    using _asked = simulation.cluster.world.trace.subscribe((event) => {
      if (event.kind === 'edgestream.message' && event.detail.type === 'METRIC_CONNECT') stop.abort();
    });
    await expect(simulation.advance(60_000)).rejects.toThrow('aborted');
    // What nobody waits for any more must not fail on its own: vitest would report it.
    await simulation[Symbol.asyncDispose]();
  });
});

import { describe, expect, it } from 'vitest';
import { createTrace, traceToNdjson } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

const log = (message: string) => ({ severity: 'I', verbosity: 0, source: 'a.go:1', message }) as const;
const opened = (to: string) => ({ connection: 'a>b', to, outcome: 'open' }) as const;

describe('a trace', () => {
  const create = () => createTrace(new VirtualClock(5), { eventsKept: 10, textKept: 1_000, hashesAll: true });
  const from = { host: 'edge', component: 'edged' };

  it('numbers events and keeps who, when and why', () => {
    const trace = create();
    const first = trace.emit({ ...from, kind: 'log', detail: log('one') });
    trace.emit({ ...from, kind: 'net.connect', detail: opened('b:1'), parent: first });
    expect(trace.events).toEqual([
      { id: 1, atMs: 5, ...from, kind: 'log', detail: log('one') },
      { id: 2, atMs: 5, parent: 1, ...from, kind: 'net.connect', detail: opened('b:1') },
    ]);
    expect(trace.of('log')).toHaveLength(1);
    expect(traceToNdjson(trace.events).split('\n')).toHaveLength(3);
  });

  it('hashes decisions, not log texts', () => {
    const [a, b, c] = [create(), create(), create()];
    for (const [trace, text, to] of [
      [a, 'x', 'b:1'],
      [b, 'y', 'b:1'],
      [c, 'x', 'b:2'],
    ] as const) {
      trace.emit({ ...from, kind: 'log', detail: log(text) });
      trace.emit({ ...from, kind: 'net.connect', detail: opened(to) });
    }
    expect(a.hash()).toBe(b.hash());
    expect(a.hash()).not.toBe(c.hash());
  });

  it('tells subscribers until they leave', () => {
    const trace = create();
    const seen: number[] = [];
    const subscription = trace.subscribe(({ id }) => seen.push(id));
    trace.emit({ ...from, kind: 'log', detail: log('one') });
    subscription[Symbol.dispose]();
    trace.emit({ ...from, kind: 'log', detail: log('two') });
    expect(seen).toEqual([1]);
  });

  it('keeps only so much text, made or not, however few events that leaves', () => {
    const trace = createTrace(new VirtualClock(5), { eventsKept: 10, textKept: 1_000, hashesAll: false });
    for (let line = 1; line <= 5; line++) trace.emit({ ...from, kind: 'log', detail: log('x'.repeat(600)) });
    expect(trace.events.map(({ id }) => id)).toEqual([3, 4, 5]);
    const text = 'y'.repeat(1_500);
    trace.emitSeries({
      host: 'edge',
      count: 2,
      textBytes: text.length,
      make: () => ({ component: 'edged', kind: 'log', detail: log(text) }),
    });
    expect(trace.events.map(({ id }) => id)).toEqual([5, 6, 7]);
  });

  it('forgets a connection that is unlinked', () => {
    const trace = create();
    trace.link('a>b', 7);
    expect(trace.linked('a>b')).toBe(7);
    trace.unlink('a>b');
    expect(trace.linked('a>b')).toBeUndefined();
  });
});

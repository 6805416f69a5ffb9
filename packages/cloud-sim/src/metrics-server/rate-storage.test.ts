import { describe, expect, it } from 'vitest';
import type { ContainerPoint, Drop, MetricsPoint } from './points.ts';
import type { MetricsStorage } from './storage.ts';
import { metricsServerVersions } from './versions.data.ts';

const SECOND = 1_000_000_000n;
const RESOLUTION_MS = 60_000;
const at = (seconds: number) => 1_000_000n * SECOND + BigInt(seconds) * SECOND;
const point = (seconds: number, cpu: bigint, rest: Partial<MetricsPoint> = {}): MetricsPoint => ({
  atNs: at(seconds),
  cpu,
  memoryBytes: 4096n,
  ...rest,
});
const container = (name: string, ...rest: Parameters<typeof point>): ContainerPoint => ({
  name,
  startNs: at(-100_000),
  ...point(...rest),
});

function storageOf(tag: 'v0.5.0' | 'v0.5.2' | 'v0.6.4' | 'v0.9.0') {
  const storage = metricsServerVersions[tag].createStorage(RESOLUTION_MS);
  const store = (nodes: MetricsPoint[], containers: ContainerPoint[] = []) =>
    storage.store({
      nodes: nodes.map((each) => ({ name: 'edge', ...each })),
      pods: containers.length === 0 ? [] : [{ namespace: 'ns', name: 'pod', containers }],
    });
  return { storage, store };
}

const noted: Drop[] = [];
const note = (drop: Drop) => noted.push(drop);
const podIn = (storage: MetricsStorage) => storage.pod('ns', 'pod', note);

describe('rates', () => {
  it('need two points; the window is the time between them', () => {
    const { storage, store } = storageOf('v0.9.0');
    store([point(0, 10n * SECOND)], [container('app', 0, 10n * SECOND)]);
    expect([storage.node('edge', note), podIn(storage)]).toEqual([undefined, undefined]);
    expect(storage.ready).toEqual({ nodes: false, pods: false });
    store([point(15, 13n * SECOND)], [container('app', 15, 10n * SECOND + 7n)]);
    expect(storage.node('edge', note)).toEqual({
      atNs: at(15),
      windowNs: 15n * SECOND,
      cpu: 200_000_000n,
      memoryBytes: 4096n,
    });
    // 7 ns in 15 s are less than a nanocore.
    expect(podIn(storage)?.containers).toEqual([{ name: 'app', cpu: 0n, memoryBytes: 4096n }]);
    expect(storage.ready).toEqual({ nodes: true, pods: true });
  });

  it('keep the earlier point while there is no news, and drop it when time goes backwards', () => {
    const { storage, store } = storageOf('v0.6.4');
    store([point(0, 1n)]);
    store([point(10, 2n)]);
    store([point(10, 2n)]);
    expect(storage.node('edge', note)?.windowNs).toBe(10n * SECOND);
    const { lines } = store([point(0, 2n)]);
    expect(storage.node('edge', note)).toBeUndefined();
    expect(lines?.map(({ source, message }) => `${source}] ${message}`)).toEqual([
      'node.go:91] "Found new node metrics point is older than stored previous, drop previous" node="edge" previousTimestamp="1970-01-12 13:46:40 +0000 UTC" timestamp="1970-01-12 13:46:40 +0000 UTC"',
    ]);
  });

  it('forget what a round lacks', () => {
    const { storage, store } = storageOf('v0.9.0');
    store([point(0, 1n)]);
    store([point(15, 2n)]);
    store([]);
    expect(storage.node('edge', note)).toBeUndefined();
  });

  it('a container that started lately counts from its start; one that started anew loses its past', () => {
    const { storage, store } = storageOf('v0.9.0');
    store([], [container('app', 20, 3n * SECOND, { startNs: at(0) })]);
    expect(podIn(storage)).toMatchObject({ windowNs: 20n * SECOND, containers: [{ cpu: 150_000_000n }] });
    store([], [container('app', 35, 1n * SECOND, { startNs: at(30) })]);
    expect(podIn(storage)).toBeUndefined();
  });

  it.each([
    ['v0.5.2', []],
    ['v0.9.0', ['unexpected decrease in startTime of node/container']],
  ] as const)('%s: a start that goes backwards', (tag, reasons) => {
    const { storage, store } = storageOf(tag);
    store([], [container('app', 0, 1n, { startNs: at(-1_000) })]);
    store([], [container('app', 15, 2n, { startNs: at(-2_000) })]);
    noted.length = 0;
    podIn(storage);
    expect(noted.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('a count that goes backwards is told of, and leaves its container out', () => {
    const { storage, store } = storageOf('v0.9.0');
    store([], [container('app', 0, 5n), container('side', 0, 1n)]);
    store([], [container('app', 15, 4n), container('side', 15, 1n)]);
    noted.length = 0;
    expect(podIn(storage)?.containers.map(({ name }) => name)).toEqual(['side']);
    expect(noted.map(({ log }) => log?.message)).toEqual([
      '"Skipping container usage metric" err="unexpected decrease in cumulative CPU usage value" container="app" pod="ns/pod"',
    ]);
  });

  it.each([
    ['v0.5.0', ['app']],
    ['v0.5.2', undefined],
  ] as const)('%s: a pod with a container that is new: %j', (tag, names) => {
    const { storage, store } = storageOf(tag);
    store([], [container('app', 0, 1n)]);
    store([], [container('app', 15, 2n), container('new', 15, 2n)]);
    expect(podIn(storage)?.containers.map(({ name }) => name)).toEqual(names);
  });

  it('v0.5.0 takes a node that has started anew for another one', () => {
    for (const [tag, isThere] of [
      ['v0.5.0', false],
      ['v0.5.2', true],
    ] as const) {
      const { storage, store } = storageOf(tag);
      store([point(0, 1n, { startNs: at(-100) })]);
      store([point(15, 2n, { startNs: at(5) })]);
      expect(storage.node('edge', note) !== undefined).toBe(isThere);
    }
  });

  it('v0.9.0 says when it becomes ready, and what it lacks', () => {
    const { store } = storageOf('v0.9.0');
    const said = [
      store([point(0, 1n)]),
      store([point(15, 2n)], [container('app', 15, 1n)]),
      store([point(30, 3n)], [container('app', 30, 2n)]),
      store([point(45, 4n)], [container('app', 45, 3n)]),
    ].map(({ lines = [] }) => lines.map(({ message }) => /^"([^,"]*)/.exec(message)?.[1]));
    expect(said).toEqual([[], ['Metric storage is not ready'], ['Metric storage is ready'], []]);
  });
});

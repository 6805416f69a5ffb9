import { setTimeout as delay } from 'node:timers/promises';
import { type BenchProcess, startProcess } from '../process.ts';
import type { Benchmark, BenchOptions, Measurement } from '../result.ts';
import { median } from '../result.ts';
import type { Load, Target } from './client.process.ts';
import type { FaceStarted } from './face.process.ts';
import type { RawStart } from './raw.process.ts';

const NODES = 5_000;
const PODS = 50_000;
const UPDATES = 10_000;
const ROUNDS = 3;

interface Case {
  name: string;
  key: string;
  method: Load['method'];
  connections: number;
  paths: readonly string[];
}

const numbered = (count: number, prefix: string, digits: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at * 7).padStart(digits, '0')}`);
const podPaths = numbered(500, '/api/v1/namespaces/default/pods/pod-', 6);

const cases: readonly Case[] = [
  { name: 'get a pod', key: 'pod', method: 'GET', connections: 16, paths: podPaths },
  {
    name: 'list the pods of a node',
    key: 'of-node',
    method: 'GET',
    connections: 16,
    paths: numbered(500, '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-', 5),
  },
  { name: 'patch a pod', key: 'patch', method: 'PATCH', connections: 16, paths: podPaths },
  { name: 'list 5,000 nodes', key: 'nodes', method: 'GET', connections: 4, paths: ['/api/v1/nodes'] },
  { name: 'list 50,000 pods', key: 'pods', method: 'GET', connections: 2, paths: ['/api/v1/pods'] },
];

/** What kube-apiserver's face serves a second with a large cluster in it, beside a server that sends the same bytes. */
export const api: Benchmark = {
  name: 'api',
  async run(options) {
    await using stack = new AsyncDisposableStack();
    const launch = (name: string, ...more: string[]) =>
      stack.use(
        startProcess(new URL(`./${name}.process.ts`, import.meta.url), [...profile(options, name), ...more]),
      );
    const [face, raw, client] = [launch('face', '--expose-gc'), launch('raw'), launch('client')];
    const size = options.quick ? { nodes: 500, pods: 4_000 } : { nodes: NODES, pods: PODS };
    options.tell(`filling the store with ${size.nodes} nodes and ${size.pods} pods`);
    const emptyMb = await residentMb(face);
    const { fillSeconds, tls, ...ours } = await face.call<FaceStarted>('start', size);
    await face.call('collect');
    const filled = { rss: await residentMb(face), heap: await heapMb(face) };
    const theirs = { host: '127.0.0.1', port: await startRaw(raw, client, ours, tls), token: ours.token };

    const measurements: Measurement[] = [];
    for (const each of cases.filter(({ name }) => name.includes(options.cases))) {
      options.tell(each.name);
      measurements.push(await measure(each, { face, client, ours, theirs, quick: options.quick }));
    }
    const watch = 'tell a watch of pod updates';
    if (watch.includes(options.cases)) {
      options.tell(watch);
      measurements.push({ case: watch, ...(await watchUpdates({ face, raw, client, ours, theirs })) });
    }
    return {
      benchmark: 'api',
      title: `kube-apiserver with ${size.nodes.toLocaleString('en-US')} nodes and ${size.pods.toLocaleString('en-US')} pods`,
      unit: 'requests/s',
      better: 'more',
      measurements,
      notes: [
        'raw https: a node:https server that sends the same bytes and does nothing else. Server and client are a process ' +
          'each; 16 connections for small answers, 4 for the nodes, 2 for all pods.',
        `The store took ${fillSeconds.toFixed(1)} s to fill; the process had ${emptyMb} MB before, ${filled.rss} MB ` +
          `after it (heap ${filled.heap} MB). RSS is that of the face’s process after the case: lists keep each object’s text.`,
        `The watch: ${UPDATES.toLocaleString('en-US')} updates of pods, a hundred between two turns of the event loop; updates/s, all of ` +
          'them seen, the last one last. Its heap is that after a collection, before and after the three rounds.',
        `Median of ${ROUNDS} rounds, in which the two take turns.`,
      ],
    };
  },
};

const profile = ({ profileFolder }: BenchOptions, name: string) =>
  profileFolder === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=api-${name}.cpuprofile`];

async function startRaw(
  raw: BenchProcess,
  client: BenchProcess,
  ours: Target,
  tls: RawStart['tls'],
): Promise<number> {
  const bodies: Record<string, Uint8Array> = {};
  for (const { key, method, paths } of cases) {
    const [path = ''] = paths;
    bodies[key] = await client.call<Uint8Array>(method === 'PATCH' ? 'patch' : 'get', { ...ours, path });
  }
  const pod = Buffer.from(bodies['patch'] ?? [])
    .toString()
    .trim();
  bodies['watch'] = Buffer.from(`{"type":"MODIFIED","object":${pod}}`);
  return raw.call<number>('start', { tls, bodies } satisfies RawStart);
}

type KubeList = { metadata: { resourceVersion: string } };

interface Parties {
  face: BenchProcess;
  client: BenchProcess;
  ours: Target;
  theirs: Target;
}

async function measure(
  { key, paths, method, connections }: Case,
  { face, client, ours, theirs, quick }: Parties & { quick: boolean },
): Promise<Omit<Measurement, 'case'> & { case: string }> {
  const timing = quick ? { warmUpSeconds: 0.2, seconds: 0.5 } : { warmUpSeconds: 1, seconds: 4 };
  const found: Record<'ours' | 'raw', number[]> = { ours: [], raw: [] };
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    const common = { method, connections, ...timing };
    found.ours.push(await client.call<number>('load', { ...ours, ...common, paths } satisfies Load));
    found.raw.push(
      await client.call<number>('load', { ...theirs, ...common, paths: [`/${key}/`] } satisfies Load),
    );
  }
  const rssMb = await residentMb(face);
  return {
    case: cases.find((each) => each.key === key)?.name ?? key,
    value: median(found.ours),
    baselines: [{ name: 'raw https', value: median(found.raw) }],
    more: { 'memory MB': `${rssMb} RSS` },
  };
}

async function watchUpdates({
  face,
  raw,
  client,
  ours,
  theirs,
}: Parties & { raw: BenchProcess }): Promise<Omit<Measurement, 'case'>> {
  await face.call('collect');
  const heapBefore = await heapMb(face);
  const timeOf = async (target: Target, path: string, server: BenchProcess) => {
    await client.call('watch', { ...target, path });
    let seen = await client.call<{ lines: number; last: string; ended: boolean }>('watched');
    const startedMs = performance.now();
    const updated = server.call('update', UPDATES);
    while (seen.lines < UPDATES && !seen.ended) {
      await delay(2);
      seen = await client.call('watched');
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    await updated;
    if (seen.lines !== UPDATES)
      throw new Error(`The watch of ${path} saw ${seen.lines} of ${UPDATES} updates: ${seen.last}`);
    await client.call('unwatch');
    return { perSecond: UPDATES / seconds, last: seen.last };
  };
  const rates: Record<'ours' | 'raw', number[]> = { ours: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    // Behind what there is, of which any list tells the version.
    const list = await client.call<Uint8Array>('get', { ...ours, path: '/api/v1/namespaces' });
    const { resourceVersion } = (JSON.parse(Buffer.from(list).toString()) as KubeList).metadata;
    const path = `/api/v1/namespaces/default/pods?watch=true&resourceVersion=${resourceVersion}`;
    const { perSecond, last } = await timeOf(ours, path, face);
    if (!last.includes(`"update":"${String(UPDATES - 1).padStart(6, '0')}"`))
      throw new Error(`The last update that the watch saw is not the last: ${last}`);
    rates.ours.push(perSecond);
    rates.raw.push((await timeOf(theirs, '/watch/', raw)).perSecond);
  }
  await face.call('collect');
  return {
    value: median(rates.ours),
    baselines: [{ name: 'raw https', value: median(rates.raw) }],
    more: { 'memory MB': `${heapBefore} → ${await heapMb(face)} heap` },
  };
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
const residentMb = async (process: BenchProcess) => megabytes((await process.usage()).rssBytes);
const heapMb = async (process: BenchProcess) => megabytes(await process.call<number>('heapBytes'));

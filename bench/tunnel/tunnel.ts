import type { BenchProcess, Usage } from '../process.ts';
import type { Benchmark, BenchOptions, Measurement } from '../result.ts';
import { median } from '../result.ts';
import type { BodyShape } from './body.ts';
import type { LoadResult, RequestLoad } from './http-client.ts';
import { SHAPES, startTunnel, type TunnelProcesses, type Way } from './start.ts';

const CLIENTS = [1, 10, 50, 200];
const ROUNDS = 3;

type Timing = Pick<RequestLoad, 'clients' | 'warmUpSeconds' | 'seconds'>;

interface Round extends LoadResult {
  /** CPU microseconds per request, by process. */
  cpu: Record<string, number>;
  /** Resident megabytes afterwards, by process. */
  rss: Record<string, number>;
}

/** Requests through 10003, the tunnel and 10350, and the same bodies without all that. */
export const tunnel: Benchmark = {
  name: 'tunnel',
  async run(options) {
    await using processes = await startTunnel(options);
    const measurements: Measurement[] = [];
    if (!options.quick) await warmUp(processes, options);
    for (const shape of SHAPES) {
      for (const clients of options.quick ? [1, 50] : CLIENTS) {
        const name = `${shape.name}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
        if (!name.includes(options.cases)) continue;
        options.tell(name);
        const elsewhere = {
          name: 'real Go v1.6.1, elsewhere',
          value: shape.realPerSecond[clients] ?? Number.NaN,
        };
        measurements.push({ case: name, ...(await measure(processes, shape, clients, options)), elsewhere });
      }
    }
    return {
      benchmark: 'tunnel',
      title: 'Summary requests through 10003, the tunnel and 10350',
      unit: 'requests/s',
      better: 'more',
      measurements,
      notes: [
        'cloudcore and edgecore v1.6.1 in two processes, the client in a third, all with TLS as in the product. On 10350 ' +
          'a stub in the edge’s process serves a body of the given size; edgestream cuts it and sends a message a line.',
        'real Go: cloudcore and edgecore v1.6.1 built from their sources, on another machine of two cores, with a Go client ' +
          'and a Go stub of edged; for orientation only.',
        'raw https: the same body from a node:https server. raw wss: the same messages over one WebSocket, answered ' +
          'by a process that knows nothing of them.',
        `Median of ${ROUNDS} rounds, in which the three take turns, after half a minute of warming up.`,
      ],
    };
  },
};

/** Lets V8 compile what runs often, in all processes: after a start it is several times slower for some seconds. */
async function warmUp({ client, ways }: TunnelProcesses, { tell }: BenchOptions): Promise<void> {
  tell('warming up');
  for (const shape of SHAPES) {
    for (const way of ways) await loadOnce(client, way, shape, { clients: 50, warmUpSeconds: 0, seconds: 6 });
  }
}

async function measure(
  { client, ways }: TunnelProcesses,
  shape: BodyShape,
  clients: number,
  { quick }: BenchOptions,
): Promise<Omit<Measurement, 'case'>> {
  const timing: Timing = { clients, warmUpSeconds: quick ? 0.5 : 1, seconds: quick ? 1 : 3 };
  const rounds = new Map<string, Round[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    for (const way of ways) rounds.get(way.name)?.push(await loadOnce(client, way, shape, timing));
  }
  const of = (name: string, value: (round: Round) => number) => median((rounds.get(name) ?? []).map(value));
  const [ours, ...others] = ways.map(({ name }) => name) as [string, ...string[]];
  const cpu = (way: string, ...processes: string[]) =>
    processes.map((who) => of(way, (round) => round.cpu[who] ?? 0).toFixed(0)).join(', ');
  return {
    value: of(ours, ({ perSecond }) => perSecond),
    baselines: others.map((name) => ({ name, value: of(name, ({ perSecond }) => perSecond) })),
    more: {
      'p50 ms': of(ours, ({ p50Ms }) => p50Ms).toFixed(1),
      'p99 ms': of(ours, ({ p99Ms }) => p99Ms).toFixed(1),
      'CPU µs a request (client, cloud, edge)': cpu(ours, 'client', 'cloud', 'edge'),
      'RSS MB (cloud, edge)': ['cloud', 'edge']
        .map((who) => of(ours, ({ rss }) => rss[who] ?? 0).toFixed(0))
        .join(', '),
      'CPU µs of raw https (client, server)': cpu('raw https', 'client', 'raw'),
    },
  };
}

async function loadOnce(client: BenchProcess, way: Way, shape: BodyShape, timing: Timing): Promise<Round> {
  const counted = { client, ...way.processes };
  const usages = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(counted).map(async ([name, process]) => [name, await process.usage()] as const),
      ),
    ) as Record<string, Usage>;
  const before = await usages();
  const result = await client.call<LoadResult>(way.call, { ...way.load(shape), ...timing });
  const after = await usages();
  // The warm-up costs, too: what it did not count is taken to be as fast as what it did.
  const requests = result.perSecond * (timing.seconds + timing.warmUpSeconds);
  const cpu = Object.keys(counted).map((name) => {
    const seconds = (after[name]?.cpuSeconds ?? 0) - (before[name]?.cpuSeconds ?? 0);
    return [name, (seconds * 1e6) / requests] as const;
  });
  const rss = Object.keys(counted).map((name) => [name, (after[name]?.rssBytes ?? 0) / 1e6] as const);
  return { ...result, cpu: Object.fromEntries(cpu), rss: Object.fromEntries(rss) };
}

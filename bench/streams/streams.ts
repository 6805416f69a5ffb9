import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchProcess } from '../process.ts';
import type { Benchmark, BenchOptions, Measurement } from '../result.ts';
import { median } from '../result.ts';
import { startTunnel, type TunnelProcesses } from '../tunnel/start.ts';
import type { ExecLoad } from './exec-client.ts';

const ROUNDS = 3;
const MB = 1e6;
/** What one read of edgestream and of cloudcore takes, and so a message has at most. */
const TUNNEL_MESSAGE_BYTES = 256;
const LARGE_MESSAGE_BYTES = 64 * 1024;
const FOLLOWS = [1, 10, 100];
const LOG_PATH = '/containerLogs/default/sensor-agent-0/app?follow=true&endless';
const EXEC_PATH = '/exec/default/sensor-agent-0/app?command=any';

type Direction = 'to the client' | 'to the edge';

interface StreamCase {
  name: string;
  direction: Direction;
  /** Starts it; resolves with how the bytes that have arrived are asked for, and what ends it. */
  start(processes: TunnelProcesses): Promise<{ bytes(): Promise<number>; stop(): Promise<unknown> }>;
}

/** Bytes of logs and exec through 10003, the tunnel and 10350, beside a WebSocket that carries nothing else. */
export const streams: Benchmark = {
  name: 'streams',
  async run(options) {
    const tellsRaw = new Map<string, number>();
    const measurements: Measurement[] = [];
    for (const streamCase of cases.filter(({ name }) => name.includes(options.cases))) {
      options.tell(streamCase.name);
      // A client that leaves while its CONNECT is held up may leave a stream behind for good: v1.6.1's edge does not see a
      // REMOVE_CONNECT that comes with its CONNECT. So the next case has a tunnel of its own.
      await using processes = await startTunnel(options);
      measurements.push(await measure(processes, streamCase, options, tellsRaw));
    }
    return {
      benchmark: 'streams',
      title: 'Logs and exec through the tunnel',
      unit: 'MB/s',
      better: 'more',
      measurements,
      notes: [
        'cloudcore and edgecore v1.6.1 in two processes, the client in a third, all with TLS. On 10350 a stub in the edge’s ' +
          'process prints without end, or reads stdin; exec is SPDY at both ends. The tunnel cuts everything into messages ' +
          `of ${TUNNEL_MESSAGE_BYTES} bytes, as the real one does.`,
        `raw wss: the same bytes over one WebSocket with TLS, sent by \`ws\` in messages of ${TUNNEL_MESSAGE_BYTES} bytes or of 64 KiB and ` +
          'counted at the far end.',
        `Median of ${ROUNDS} rounds, in which the three take turns.`,
      ],
    };
  },
};

const cases: readonly StreamCase[] = [
  ...FOLLOWS.map(
    (follows): StreamCase => ({
      name: `logs -f, ${follows} ${follows === 1 ? 'client' : 'clients'}`,
      direction: 'to the client',
      async start({ client, ours }) {
        const request = `GET ${LOG_PATH} HTTP/1.1\r\nHost: ${ours.edgeHost}\r\n\r\n`;
        await client.call('follow', { ...ours, request, follows });
        // Each message is a chunk: a line with its size before it, and a line end behind it.
        const share = TUNNEL_MESSAGE_BYTES / (TUNNEL_MESSAGE_BYTES + '100\r\n\r\n'.length);
        return {
          bytes: async () => (await client.call<number>('followed')) * share,
          stop: () => client.call('unfollow'),
        };
      },
    }),
  ),
  {
    name: 'exec, stdout',
    direction: 'to the client',
    async start({ client, edge, ours }) {
      const load: ExecLoad = { ...ours, path: `${EXEC_PATH}&output=1`, stdin: false };
      await client.call('exec', load);
      return { bytes: () => client.call('execStdout'), stop: () => endExec(client, edge) };
    },
  },
  {
    name: 'exec, stdin',
    direction: 'to the edge',
    async start({ client, edge, ours }) {
      const load: ExecLoad = { ...ours, path: `${EXEC_PATH}&input=1`, stdin: true };
      await client.call('exec', load);
      return { bytes: () => edge.call('stdinBytes'), stop: () => endExec(client, edge) };
    },
  },
];

async function endExec(client: BenchProcess, edge: BenchProcess): Promise<void> {
  await edge.call('endExecs');
  await client.call('execStop');
}

async function measure(
  processes: TunnelProcesses,
  { name, direction, start }: StreamCase,
  options: BenchOptions,
  known: Map<string, number>,
): Promise<Measurement> {
  const found = { ours: [] as number[], small: [] as number[], large: [] as number[] };
  const cpu = { cloud: [] as number[], edge: [] as number[] };
  const { cloud, edge } = processes;
  for (let round = 0; round < (options.quick ? 1 : ROUNDS); round++) {
    const running = await start(processes);
    const counted = await rate(running.bytes, options, [cloud, edge]);
    found.ours.push(counted.perSecond);
    cpu.cloud.push(counted.cpuMsAMb[0] ?? 0);
    cpu.edge.push(counted.cpuMsAMb[1] ?? 0);
    await running.stop();
    for (const [size, key] of [
      [TUNNEL_MESSAGE_BYTES, 'small'],
      [LARGE_MESSAGE_BYTES, 'large'],
    ] as const) {
      const cached = known.get(`${direction} ${size} ${round}`);
      const value = cached ?? (await rawRate(processes, direction, size, options));
      known.set(`${direction} ${size} ${round}`, value);
      found[key].push(value);
    }
  }
  return {
    case: name,
    value: median(found.ours),
    baselines: [
      { name: `raw wss, ${TUNNEL_MESSAGE_BYTES} B`, value: median(found.small) },
      { name: 'raw wss, 64 KiB', value: median(found.large) },
    ],
    more: { 'CPU ms a MB (cloud, edge)': `${median(cpu.cloud).toFixed(1)}, ${median(cpu.edge).toFixed(1)}` },
  };
}

async function rawRate(
  { client, raw }: TunnelProcesses,
  direction: Direction,
  messageBytes: number,
  options: BenchOptions,
): Promise<number> {
  const [from, to] = direction === 'to the client' ? [raw, client] : [client, raw];
  await from.call('rawSend', messageBytes);
  const { perSecond } = await rate(() => to.call('rawReceived'), options, []);
  await from.call('rawSend', 0);
  return perSecond;
}

/** MB a second of a count that grows, after some seconds in which V8 compiles and windows open, and what it costs. */
async function rate(
  bytes: () => Promise<number>,
  { quick }: BenchOptions,
  processes: readonly BenchProcess[],
): Promise<{ perSecond: number; cpuMsAMb: number[] }> {
  const look = async () => ({
    mb: (await bytes()) / MB,
    atMs: performance.now(),
    cpu: await Promise.all(processes.map(async (each) => (await each.usage()).cpuSeconds)),
  });
  await delay(quick ? 300 : 3_000);
  const before = await look();
  await delay(quick ? 700 : 4_000);
  const after = await look();
  const mb = after.mb - before.mb;
  const cpuMsAMb = after.cpu.map((seconds, at) => ((seconds - (before.cpu[at] ?? 0)) * 1_000) / mb);
  return { perSecond: mb / ((after.atMs - before.atMs) / 1_000), cpuMsAMb };
}

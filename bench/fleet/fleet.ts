import { type BenchProcess, startProcess, type Usage } from '../process.ts';
import type { Benchmark, Measurement } from '../result.ts';
import type { FleetStarted } from './cloud.process.ts';
import type { FleetPrepare } from './edges.process.ts';

const NODES = [100, 1_000, 5_000];

interface Fleet {
  seconds: number;
  /** Bytes a node, at the cloud and at the edges. */
  cloudBytes: number;
  edgeBytes: number;
}

/** Tunnels of many nodes to one cloudcore, with mutual TLS. */
export const fleet: Benchmark = {
  name: 'fleet',
  async run({ quick, cases, tell }) {
    const measurements: Measurement[] = [];
    for (const nodes of quick ? [100] : NODES) {
      const name = `${nodes.toLocaleString('en-US')} nodes`;
      if (!name.includes(cases)) continue;
      tell(name);
      const ours = await connect('tunnels', nodes);
      const raw = await connect('raw', nodes);
      const kilobytes = ({ cloudBytes, edgeBytes }: Fleet) =>
        `${Math.round(cloudBytes / 1_000)}, ${Math.round(edgeBytes / 1_000)}`;
      measurements.push({
        case: name,
        value: (ours.cloudBytes + ours.edgeBytes) / 1_000,
        baselines: [{ name: 'raw wss', value: (raw.cloudBytes + raw.edgeBytes) / 1_000 }],
        more: {
          'KB a node (cloud, edge)': kilobytes(ours),
          'of raw wss': kilobytes(raw),
          'seconds to connect': ours.seconds.toFixed(1),
          'of raw wss ': raw.seconds.toFixed(1),
        },
      });
    }
    return {
      benchmark: 'fleet',
      title: 'Nodes with a tunnel over mutual TLS',
      unit: 'KB a node',
      better: 'less',
      measurements,
      notes: [
        'cloudcore in one process, the edgestreams of all nodes in another, which dial at the same moment. KB: growth of ' +
          'the resident memory of both processes, by the number of nodes. raw wss: as many plain WebSockets over mutual TLS.',
        'All edges show one certificate; one of its own for each costs a few milliseconds and some 30 KB more.',
      ],
    };
  },
};

async function connect(kind: 'tunnels' | 'raw', nodes: number): Promise<Fleet> {
  await using cloud = startProcess(new URL('./cloud.process.ts', import.meta.url), ['--expose-gc']);
  await using edges = startProcess(new URL('./edges.process.ts', import.meta.url), ['--expose-gc']);
  const started = await cloud.call<FleetStarted>(kind, nodes);
  await edges.call('prepare', { kind, nodes, started } satisfies FleetPrepare);
  const before = [await settledUsage(cloud), await settledUsage(edges)] as const;
  const startedMs = performance.now();
  await edges.call('dial');
  let connected = 0;
  while (connected < nodes) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    connected = await cloud.call<number>('connected');
  }
  // edgestream dials with the first tick of its two-second ticker.
  const waitedMs = kind === 'tunnels' ? 2_000 : 0;
  const seconds = (performance.now() - startedMs - waitedMs) / 1_000;
  const after = [await settledUsage(cloud), await settledUsage(edges)] as const;
  const grown = (at: 0 | 1) => (after[at].rssBytes - before[at].rssBytes) / nodes;
  return { seconds, cloudBytes: grown(0), edgeBytes: grown(1) };
}

async function settledUsage(process: BenchProcess): Promise<Usage> {
  await process.call('collect');
  return process.usage();
}

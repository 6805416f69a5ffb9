import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EdgestreamLab, inLab, readFixture } from './edgestream.test-support.ts';
import { type ScriptedTunnel, text } from './scripted-cloud.test-support.ts';

type FrameShape = [opcode: number, fin: boolean, masked: boolean, bytes: number];

interface CapturedMessage {
  len: number;
  frames: FrameShape[];
  /** Set where not all frames are listed. */
  frameCount?: number;
  hex?: string;
  prefixHex?: string;
  dataSha256?: string;
}

interface Exchange {
  scenario: string;
  fromCloud: string[];
  fromEdge: CapturedMessage[];
  edged?: object[];
  logs?: string[];
}

const exchanges = readFixture<Exchange>('metrics.ndjson');
const exchange = (name: string): Exchange => {
  const found = exchanges.find(({ scenario }) => scenario === name);
  if (found === undefined) throw new Error(`no exchange ${name}`);
  return found;
};

/** The tunnel's first lines; what follows is about the exchange. */
const FIRST_LINES = 1;

function expectMessages(tunnel: ScriptedTunnel, captured: readonly CapturedMessage[]): void {
  const ours = tunnel.messages().map(({ hex, frames }) => ({
    hex,
    frames: frames.map(
      ({ opcode, fin, masked, payload }): FrameShape => [opcode, fin, masked, payload.length],
    ),
  }));
  expect(ours.map(({ hex }) => hex.length / 2)).toEqual(captured.map(({ len }) => len));
  for (const [index, { hex, frames }] of ours.entries()) {
    const real = captured[index] as CapturedMessage;
    if (real.hex !== undefined) expect(hex).toBe(real.hex);
    else expect(sha256(hex, real.prefixHex ?? '')).toBe(real.dataSha256);
    if (real.frameCount === undefined) expect(frames).toEqual(real.frames);
    else {
      const last = real.frames.length - 1;
      expect([...frames.slice(0, last), frames.at(-1)]).toEqual(real.frames);
      expect(frames).toHaveLength(real.frameCount);
    }
  }
}

function sha256(hex: string, prefixHex: string): string {
  expect(hex.startsWith(prefixHex)).toBe(true);
  return createHash('sha256')
    .update(Buffer.from(hex.slice(prefixHex.length), 'hex'))
    .digest('hex');
}

/** The lines of an exchange; the lab cut long ones. */
function expectLogs({ logs }: EdgestreamLab, captured: readonly string[]): void {
  const ours = logs().slice(FIRST_LINES);
  const cut = ours.map((line, index) => {
    const real = captured[index] ?? '';
    return real.endsWith('…') && line.startsWith(real.slice(0, -1)) ? real : line;
  });
  expect(cut).toEqual(captured);
}

/**
 * The bodies behind the paths that the lab's stub had ready, put together from the lines that came through.
 */
function bodies(...sources: readonly Exchange[]): Record<string, Buffer> {
  const paths: Record<string, string> = {
    summary: '/stats/summary?only_cpu_and_memory=true',
    cadvisor: '/metrics/cadvisor',
  };
  return Object.fromEntries(
    sources.map(({ scenario, fromEdge }) => {
      const data = fromEdge.map(({ hex = '' }) => Buffer.from(hex, 'hex').subarray(2));
      return [paths[scenario], Buffer.concat(data)];
    }),
  );
}

describe('a METRIC_CONNECT beside the real edge', () => {
  const READY = bodies(exchange('summary'), exchange('cadvisor'));
  const CANCELLED = ['client-disconnect', 'client-disconnect-silent'];
  const UNANSWERED = ['edged-down', 'other-port'];
  const plain = exchanges.filter(({ scenario }) => ![...CANCELLED, ...UNANSWERED].includes(scenario));

  it.each(plain.map((row) => [row.scenario, row] as const))('%s', async (_, row) => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(...row.fromCloud.map(text));
        await lab.world.clock.sleep(4_000);
        expectMessages(tunnel, row.fromEdge);
        expect(lab.edged?.requests).toEqual(row.edged);
        expectLogs(lab, row.logs ?? []);
      },
      { bodies: READY },
    );
  });

  it.each(CANCELLED)('%s: takes effect with the next line only', async (name) => {
    const row = exchange(name);
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      const [connect = '', remove = ''] = row.fromCloud;
      tunnel.send(text(connect));
      await lab.world.clock.sleep(1_000);
      const before = tunnel.messages().length;
      tunnel.send(text(remove));
      await lab.world.clock.sleep(150);
      expect(tunnel.messages()).toHaveLength(before);
      await lab.world.clock.sleep(6_000);
      expectMessages(tunnel, row.fromEdge);
      expectLogs(lab, row.logs ?? []);
    });
  });

  it.each(UNANSWERED)('%s: sends nothing at all, not even REMOVE_CONNECT', async (name) => {
    const row = exchange(name);
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        const [connect = '', remove = ''] = row.fromCloud;
        tunnel.send(text(connect));
        await lab.world.clock.sleep(6_000);
        tunnel.send(text(remove));
        await lab.world.clock.sleep(1_000);
        expect(tunnel.messages()).toEqual([]);
        expect(row.fromEdge).toEqual([]);
        expectLogs(lab, row.logs ?? []);
      },
      { edged: 'none' },
    );
  });
});

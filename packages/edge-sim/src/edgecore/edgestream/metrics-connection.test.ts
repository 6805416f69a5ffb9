import { describe, expect, it } from 'vitest';
import { type CapturedMessage, expectLogs, expectMessages } from './captured.test-support.ts';
import { inLab, readFixture } from './edgestream.test-support.ts';
import { text } from './scripted-cloud.test-support.ts';

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

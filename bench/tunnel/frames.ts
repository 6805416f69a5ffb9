import type { Benchmark, Measurement } from '../result.ts';
import { median } from '../result.ts';
import { endlessPath, smallBody } from './body.ts';
import { startTunnel } from './start.ts';

const ROUNDS = 3;
const TIMING = { clients: 1, warmUpSeconds: 2, seconds: 4 };
/** What Go's chunked encoding adds: a line with the size before 2,048 bytes, and a line end behind them. */
const CHUNK_SHARE = 2_048 / (2_048 + 7);

/** Messages of one request, as many as pass, beside messages of a WebSocket that nobody decodes. */
export const frames: Benchmark = {
  name: 'frames',
  async run(options) {
    const { client, ways, [Symbol.asyncDispose]: dispose } = await startTunnel(options);
    try {
      const [ours, , raw] = ways;
      const tunnelLoad = ours?.load(smallBody);
      const endless = tunnelLoad && {
        ...tunnelLoad,
        request: tunnelLoad.request.replace(/ \S+/, ` ${endlessPath}`),
      };
      const found = { lines: [] as number[], messages: [] as number[] };
      for (let round = 0; round < (options.quick ? 1 : ROUNDS); round++) {
        options.tell(`round ${round + 1}`);
        const bytes = await client.call<number>('endless', { ...endless, ...TIMING });
        found.lines.push((bytes * CHUNK_SHARE) / smallBody.lineBytes);
        found.messages.push(await client.call<number>('wssFlood', { ...raw?.load(smallBody), ...TIMING }));
      }
      const measurement: Measurement = {
        case: `lines of ${smallBody.lineBytes} bytes`,
        value: median(found.lines),
        baselines: [{ name: 'raw wss', value: median(found.messages) }],
      };
      return {
        benchmark: 'frames',
        title: 'Messages a second on one tunnel',
        unit: 'messages/s',
        better: 'more',
        measurements: [measurement],
        notes: [
          'One request whose body never ends: edgestream reads it, cuts it into lines and frames a message for each; ' +
            'cloudcore decodes and routes them, and the client reads them over HTTPS. raw wss: messages of the same size, ' +
            'sent by `ws` over TLS and counted at the far end.',
        ],
      };
    } finally {
      await dispose();
    }
  },
};

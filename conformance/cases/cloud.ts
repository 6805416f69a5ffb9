import { encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { CLOSE, CONTINUATION, frameBytes } from '../frames.ts';
import type { CloudStage, RequestShape } from '../stage.ts';
import type { TunnelPeer } from '../tunnel-peer.ts';
import { type Case, since } from './case.ts';

const NOTHING = new Uint8Array();
const { DATA, REMOVE_CONNECT, METRIC_CONNECT } = messageTypes;

const logsPath = (stage: CloudStage) => `/containerLogs/ns/web-${stage.node}/nginx`;

/** A request, and the id under which the edge was told of it. */
async function opened(stage: CloudStage, path: string, shape: RequestShape = {}) {
  const exchange = await stage.open(path, shape);
  return { exchange, id: await stage.edge.connectId() };
}

/** What is sent while a request is open; the request ends with a proper line. */
function during(name: string, send: (edge: TunnelPeer, id: number) => void): Case {
  return {
    of: 'cloud',
    name: `edge sends ${name}`,
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      send(stage.edge, id);
      stage.edge.send(id, DATA, 'last\n');
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return [...lines, `the tunnel is ${stage.edge.closed ? 'closed' : 'open'}`];
    },
  };
}

/** What makes the cloud close the tunnel, or not. */
function broken(name: string, send: (edge: TunnelPeer, id: number) => void): Case {
  return {
    of: 'cloud',
    name: `edge sends ${name}`,
    alone: true,
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      stage.edge.send(id, DATA, 'before\n');
      send(stage.edge, id);
      await stage.record.until(() => stage.edge.closed, 1_000);
      stage.edge.send(id, DATA, 'last\n');
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return [...lines, `the tunnel is ${stage.edge.closed ? 'closed' : 'open'}`];
    },
  };
}

async function request(stage: CloudStage, host: string): Promise<string[]> {
  const exchange = await stage.open('/metrics', { host });
  const lines = await exchange.answer();
  exchange.leave();
  return lines;
}

/** Takes an edge away; the cloud has noticed when it answers the edge's close frame by closing. */
async function leaves(stage: CloudStage, edge: TunnelPeer): Promise<void> {
  edge.frame(Buffer.from([0x03, 0xe8]), { opcode: CLOSE });
  await edge.record.until(() => edge.closed);
  edge.close();
  // The session is marked closed before its connection is; a second edge is registered after both.
  await (await stage.dial(`${stage.node}x`, '10.66.9.9')).settled();
}

/** Which of the edges a request gets to; each names itself to those who ask. */
async function servedBy(
  stage: CloudStage,
  host: string,
  edges: Readonly<Record<string, TunnelPeer>>,
): Promise<string> {
  for (const [name, edge] of Object.entries(edges)) {
    edge.serve = (id) => {
      edge.send(id, DATA, `${name}\n`);
      edge.send(id, REMOVE_CONNECT);
    };
  }
  const lines = await request(stage, host);
  return `${lines[0]} ${lines.at(-2)}`;
}

/** Requests without content until an id has been reached. */
function untilId(wanted: number): Case {
  return {
    of: 'cloud',
    name: `ids beyond ${wanted.toLocaleString('en')}`,
    async play(stage) {
      let highest = 0;
      stage.edge.serve = (id) => {
        highest = Math.max(highest, id);
        stage.edge.send(id, REMOVE_CONNECT);
      };
      const one = async () => {
        const exchange = await stage.open('/metrics');
        for (await exchange.answer(); highest <= wanted; await exchange.answer()) exchange.again();
        exchange.leave();
      };
      await Promise.all(Array.from({ length: 8 }, one));
      stage.edge.serve = undefined;
      await stage.barrier();
      stage.record.clear();
      const { exchange, id } = await opened(stage, '/metrics');
      stage.edge.send(id, DATA, 'a line\n');
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return [`the id is beyond ${wanted}: ${id > wanted}`, ...lines];
    },
  };
}

export const cloudCases: readonly Case[] = [
  {
    of: 'cloud',
    name: 'the handshake of the cloud',
    play: async (stage) => stage.edge.handshake.map((line) => line.replace(/^Date: .*/, 'Date: …')),
  },
  {
    of: 'cloud',
    name: 'logs: a chunk for each DATA',
    async play(stage) {
      const { exchange, id } = await opened(stage, logsPath(stage));
      for (const text of ['one\n', 'two', '\n', 'x'.repeat(5_000)]) stage.edge.send(id, DATA, text);
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return lines;
    },
  },
  {
    of: 'cloud',
    name: 'logs: no DATA at all',
    async play(stage) {
      const { exchange, id } = await opened(stage, logsPath(stage));
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return lines;
    },
  },
  {
    of: 'cloud',
    name: 'metrics: 40 DATA, and what is left is flushed at the end',
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      for (let line = 0; line < 40; line += 1) stage.edge.send(id, DATA, `${'y'.repeat(100)}\n`);
      stage.edge.send(id, REMOVE_CONNECT);
      const lines = await exchange.answer();
      exchange.leave();
      return lines;
    },
  },
  {
    of: 'cloud',
    name: 'the client leaves before any DATA',
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      exchange.leave();
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE_CONNECT));
      stage.edge.send(id, DATA, 'too late\n');
      stage.edge.send(id, REMOVE_CONNECT);
      await stage.barrier();
      return [];
    },
  },
  during('DATA for an id nobody has', (edge) => edge.send(999_999, DATA, 'lost\n')),
  during('REMOVE_CONNECT for an id nobody has', (edge) => edge.send(999_999, REMOVE_CONNECT)),
  during('a type nobody knows', (edge, id) => edge.send(id, 77, 'what\n')),
  during('CONNECT', (edge, id) => edge.send(id, METRIC_CONNECT, '{}')),
  during('CLOSE_CONNECT', (edge, id) => edge.send(id, 5, 'bye')),
  during('empty DATA', (edge, id) => edge.send(id, DATA)),
  during('an over-long varint', (edge, id) =>
    edge.frame(
      Buffer.concat([
        Buffer.from([(id & 0x7f) | 0x80, (id >> 7) | 0x80, 0x80, 0x00, DATA]),
        Buffer.from('long\n'),
      ]),
    ),
  ),
  during('a message in five frames', (edge, id) => {
    const bytes = encodeMessage({ connectId: id, type: DATA, data: Buffer.from('in five frames\n') });
    const cuts = [0, 1, 2, 5, 9, bytes.length];
    for (let part = 0; part < 5; part += 1) {
      const opcode = part === 0 ? 1 : CONTINUATION;
      edge.frame(bytes.subarray(cuts[part], cuts[part + 1]), { opcode, fin: part === 4 });
    }
  }),
  during('a message of 1 MiB', (edge, id) => edge.send(id, DATA, 'm'.repeat(1_048_576))),
  during('a message of 1 MiB and 10 bytes', (edge, id) =>
    edge.send(id, DATA, `${'m'.repeat(1_048_576)}0123456789`),
  ),
  during('bytes that are no UTF-8', (edge, id) => edge.send(id, DATA, Buffer.from([0xe4, 0xb8, 0xff, 0x0a]))),
  broken('a binary message', (edge, id) =>
    edge.frame(encodeMessage({ connectId: id, type: DATA, data: Buffer.from('binary\n') }), { opcode: 2 }),
  ),
  broken('an empty message', (edge) => edge.frame(Buffer.alloc(0))),
  broken('a message that ends in its id', (edge) => edge.frame(Buffer.from([0x80]))),
  broken('a varint above 64 bits', (edge) => edge.frame(Buffer.alloc(12, 0xff))),
  broken('a frame with reserved bits', (edge) => edge.raw(Buffer.from([0xf1, 0x81, 0, 0, 0, 0, 0x41]))),
  broken('a frame without a mask', (edge) => edge.raw(Buffer.from([0x81, 0x01, 0x41]))),
  broken('an opcode nobody knows', (edge) => edge.raw(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))),
  broken('a close frame', (edge) => edge.frame(Buffer.from([0x03, 0xe9]), { opcode: CLOSE })),
  {
    of: 'cloud',
    name: 'edge is gone, and asked for',
    alone: true,
    async play(stage) {
      await leaves(stage, stage.edge);
      const metrics = await request(stage, `${stage.node}:10350`);
      const exchange = await stage.open(logsPath(stage));
      const logs = await exchange.answer();
      exchange.leave();
      return [...metrics, ...logs];
    },
  },
  {
    of: 'cloud',
    name: 'edge is gone while metrics come',
    alone: true,
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      stage.edge.send(id, DATA, 'one\n');
      await stage.barrier();
      stage.edge.close();
      const lines = await exchange.answer();
      exchange.leave();
      return lines;
    },
  },
  {
    of: 'cloud',
    name: 'edge sends REMOVE_CONNECT twice, and is asked again',
    alone: true,
    async play(stage) {
      const { exchange, id } = await opened(stage, '/metrics');
      stage.edge.send(id, DATA, 'one\n');
      stage.edge.raw(
        Buffer.concat(
          [1, 2].map(() =>
            frameBytes(encodeMessage({ connectId: id, type: REMOVE_CONNECT, data: NOTHING }), {
              masked: true,
            }),
          ),
        ),
      );
      const lines = await exchange.answer();
      exchange.leave();
      await stage.record.until(() => stage.edge.closed, 500);
      stage.record.clear();
      return [...lines, `the tunnel is ${stage.edge.closed ? 'closed' : 'open'}`];
    },
  },
  {
    of: 'cloud',
    name: 'two edges of one name',
    alone: true,
    async play(stage) {
      const second = await stage.dial(stage.node, '10.66.9.2');
      await second.settled();
      const edges = { first: stage.edge, second };
      const host = `${stage.node}:10350`;
      const byName = await servedBy(stage, host, edges);
      const byFirstIp = await servedBy(stage, `${stage.internalIp}:10350`, edges);
      const bySecondIp = await servedBy(stage, '10.66.9.2:10350', edges);
      await leaves(stage, second);
      const afterwards = await servedBy(stage, host, { first: stage.edge });
      stage.record.clear();
      return [
        `name: ${byName}`,
        `first IP: ${byFirstIp}`,
        `second IP: ${bySecondIp}`,
        `name later: ${afterwards}`,
      ];
    },
  },
  {
    of: 'cloud',
    name: 'two edges of one InternalIP',
    alone: true,
    async play(stage) {
      const name = `${stage.node}y`;
      const second = await stage.dial(name, stage.internalIp);
      await second.settled();
      const edges = { first: stage.edge, second };
      const lines = [
        `IP: ${await servedBy(stage, `${stage.internalIp}:10350`, edges)}`,
        `first name: ${await servedBy(stage, `${stage.node}:10350`, edges)}`,
        `second name: ${await servedBy(stage, `${name}:10350`, edges)}`,
      ];
      stage.record.clear();
      return lines;
    },
  },
  {
    of: 'cloud',
    name: 'an edge without InternalIP is known by the address it comes from',
    alone: true,
    async play(stage) {
      const edge = await stage.dial(`${stage.node}z`, '');
      await edge.settled();
      return [`name: ${await servedBy(stage, `${stage.node}z:10350`, { edge })}`];
    },
  },
  untilId(127),
  untilId(16_383),
  {
    of: 'cloud',
    name: 'attach: bytes both ways',
    notIn: since('v1.14.0', 'attach'),
    async play(stage) {
      const headers = [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'SPDY/3.1'],
      ] as const;
      const { exchange, id } = await opened(stage, `/attach/ns/web-${stage.node}/nginx?output=1`, {
        headers,
      });
      stage.edge.send(id, DATA, 'HTTP/1.1 101 Switching Protocols\r\n\r\nfrom the edge');
      await exchange.until((received) => received.includes('edge'));
      exchange.write('from the client');
      await stage.record.until(() =>
        stage.record.messages.some(({ direction, type }) => direction === '>' && type === DATA),
      );
      stage.edge.send(id, REMOVE_CONNECT);
      await exchange.until(() => false, 300);
      const lines = exchange.lines();
      exchange.leave();
      return lines;
    },
  },
];

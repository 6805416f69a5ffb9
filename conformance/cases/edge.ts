import { encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { CLOSE, CONTINUATION, frameBytes } from '../frames.ts';
import type { EdgeStage } from '../stage.ts';
import { answer } from '../stub-edged.ts';
import type { TunnelPeer } from '../tunnel-peer.ts';
import { type Case, isBefore, since } from './case.ts';

const { DATA, REMOVE_CONNECT, METRIC_CONNECT } = messageTypes;

const isRemove = ({ direction, type }: { direction: string; type: number }) =>
  direction === '<' && type === REMOVE_CONNECT;

/** Resolves when the edge has ended so many requests. */
const ended = (stage: EdgeStage, count = 1) =>
  stage.cloud.record.until(() => stage.cloud.record.messages.filter(isRemove).length >= count);

function metrics(name: string, more: Parameters<EdgeStage['connect']>[2], body = 'a line\n'): Case {
  return {
    of: 'edge',
    name,
    async play(stage) {
      stage.edged.script = answer(200, body);
      stage.connect('metrics', '/metrics', more);
      await ended(stage);
      return [];
    },
  };
}

/** What makes the edge end its tunnel and dial again, or not. */
function broken(name: string, send: (cloud: TunnelPeer) => void): Case {
  return {
    of: 'edge',
    name: `cloud sends ${name}`,
    alone: true,
    async play(stage) {
      const first = stage.cloud;
      send(first);
      await first.record.until(() => first.closed, 1_000);
      if (!first.closed)
        return [
          `the tunnel is open`,
          `the edge's process ${(await stage.survives()) ? 'runs' : 'has ended'}`,
        ];
      const lines = first.record.lines();
      const again = await stage.redialled().then(
        () => 'dials again',
        () => 'does not dial again',
      );
      return [...lines, 'the tunnel is closed', `the edge ${again}`];
    },
  };
}

const followed = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

/** Bytes both ways on an id, and the end of both. */
function streams(kind: 'exec' | 'attach', ends: 'edged' | 'cloud'): Case {
  return {
    of: 'edge',
    name: `${kind}: ${ends} ends it`,
    ...(kind === 'attach' && { notIn: since('v1.14.0', 'attach') }),
    async play(stage) {
      const got: Buffer[] = [];
      let closed = false;
      const end = Promise.withResolvers<() => void>();
      stage.edged.script = (_request, socket) => {
        socket.removeAllListeners('data');
        socket.on('data', (chunk: Buffer) => {
          got.push(chunk);
          stage.edged.touch();
        });
        socket.on('close', () => {
          closed = true;
        });
        socket.write(switching);
        end.resolve(() => socket.end());
      };
      const headers = { Connection: ['Upgrade'], Upgrade: ['SPDY/3.1'], 'Content-Length': ['0'] };
      const id = stage.connect(kind, `/${kind}/ns/pod/nginx`, { headers, method: 'POST' });
      const came = await stage.cloud.record.until(
        () => stage.cloud.record.messages.some(({ direction }) => direction === '<'),
        1_500,
      );
      if (!came) return ['nothing comes from the edge'];
      stage.cloud.send(id, DATA, Buffer.from([1, 2, 0xff]));
      await stage.edged.until(() => got.length > 0, 300);
      await stage.barrier();
      if (ends === 'edged') (await end.promise)();
      else stage.cloud.send(id, REMOVE_CONNECT);
      if (ends === 'edged') await ended(stage);
      await stage.edged.until(() => closed, 500);
      await stage.barrier();
      const lines = [
        `edged heard ${Buffer.concat(got).toString('hex')}`,
        `its connection ${closed ? 'ends' : 'stays'}`,
      ];
      return lines;
    },
  };
}

export const edgeCases: readonly Case[] = [
  {
    of: 'edge',
    name: 'the handshake of the edge',
    play: async (stage) =>
      stage.cloud.handshake.map((line) =>
        line.replace(/^Sec-WebSocket-Key: .*/, 'Sec-WebSocket-Key: …').replace(/^Host: .*/, 'Host: …'),
      ),
  },
  metrics('answers for ids beyond 127', { id: 128 }),
  metrics('answers for ids beyond 16,383', { id: 16_384 }),
  metrics('answers for ids of 2^40', { id: 2 ** 40 }),
  metrics('a header with many values', {
    headers: { 'X-Twice': ['a', 'b'], Accept: ['*/*'], 'x-lower': ['c'] },
  }),
  metrics('a hop-by-hop header', { headers: { Connection: ['close'], 'Accept-Encoding': ['gzip'] } }),
  metrics('a message above 4,096 bytes', {}, `${'z'.repeat(60_000)}\n`),
  {
    of: 'edge',
    name: 'the answers carry MessID, not the id of the frame',
    async play(stage) {
      stage.edged.script = answer(200, 'a line\n');
      const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/metrics' };
      const data = JSON.stringify({ MessID: 44, url, header: {} });
      stage.cloud.send(4, METRIC_CONNECT, data);
      await ended(stage);
      return [];
    },
  },
  {
    of: 'edge',
    name: 'two CONNECTs of one id',
    async play(stage) {
      stage.edged.script = answer(200, 'a line\n');
      stage.connect('metrics', '/metrics', { id: 77 });
      await ended(stage, 1);
      stage.connect('metrics', '/metrics', { id: 77 });
      await ended(stage, 2);
      return [];
    },
  },
  {
    of: 'edge',
    name: 'CONNECT and REMOVE_CONNECT in one segment',
    async play(stage) {
      stage.edged.script = (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\ntwo\n');
      };
      const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/metrics' };
      const data = Buffer.from(JSON.stringify({ MessID: 91, url, header: {} }));
      const both = [
        encodeMessage({ connectId: 91, type: METRIC_CONNECT, data }),
        encodeMessage({ connectId: 91, type: REMOVE_CONNECT, data: Buffer.alloc(0) }),
      ];
      stage.cloud.raw(Buffer.concat(both.map((message) => frameBytes(message))));
      await ended(stage);
      await stage.barrier();
      return [];
    },
  },
  {
    of: 'edge',
    name: 'CONNECT in a binary message, and in three frames',
    async play(stage) {
      stage.edged.script = answer(200, 'a line\n');
      const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/metrics' };
      const message = (id: number) =>
        encodeMessage({
          connectId: id,
          type: METRIC_CONNECT,
          data: Buffer.from(JSON.stringify({ MessID: id, url, header: {} })),
        });
      stage.cloud.frame(message(92), { opcode: 2 });
      await ended(stage, 1);
      const bytes = message(93);
      stage.cloud.frame(bytes.subarray(0, 1), { fin: false });
      stage.cloud.frame(bytes.subarray(1, 20), { opcode: CONTINUATION, fin: false });
      stage.cloud.frame(bytes.subarray(20), { opcode: CONTINUATION });
      await ended(stage, 2);
      return [];
    },
  },
  {
    of: 'edge',
    name: 'messages for ids nobody has',
    async play(stage) {
      stage.cloud.send(4_242, DATA, 'lost');
      stage.cloud.send(4_242, REMOVE_CONNECT);
      await stage.barrier();
      return [`the tunnel is ${stage.cloud.closed ? 'closed' : 'open'}`];
    },
  },
  {
    of: 'edge',
    name: 'CONNECT that is no JSON',
    async play(stage) {
      stage.cloud.send(95, METRIC_CONNECT, '{"MessID":95,"url":');
      stage.cloud.send(96, METRIC_CONNECT, '{"MessID":"x"}');
      await stage.barrier();
      return [`the tunnel is ${stage.cloud.closed ? 'closed' : 'open'}`];
    },
  },
  {
    of: 'edge',
    name: 'CONNECT while edged is not there',
    async play(stage) {
      stage.connect('metrics', '/metrics', { port: 10_399 });
      await stage.barrier();
      await stage.barrier();
      return [];
    },
  },
  {
    of: 'edge',
    name: 'logs: REMOVE_CONNECT during a follow',
    async play(stage) {
      let closed = false;
      const next = Promise.withResolvers<void>();
      stage.edged.script = (_request, socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write(followed);
        void next.promise.then(() => socket.write('4\r\ntwo\n\r\n'));
      };
      const id = stage.connect('logs', '/containerLogs/ns/pod/nginx');
      await stage.cloud.record.until(() =>
        stage.cloud.record.messages.some(({ direction }) => direction === '<'),
      );
      // The edge is at its next read by now.
      await stage.barrier();
      stage.cloud.send(id, REMOVE_CONNECT);
      await stage.edged.until(() => closed, 300);
      const atOnce = closed;
      next.resolve();
      await stage.edged.until(() => closed);
      await stage.barrier();
      return [`edged's connection ends ${atOnce ? 'at once' : closed ? 'with the next chunk' : 'not'}`];
    },
  },
  streams('exec', 'edged'),
  streams('exec', 'cloud'),
  streams('attach', 'edged'),
  streams('attach', 'cloud'),
  {
    of: 'edge',
    name: 'exec: a message above 1 MiB to the edge',
    async play(stage) {
      let length = 0;
      stage.edged.script = (_request, socket) => {
        socket.removeAllListeners('data');
        socket.on('data', (chunk: Buffer) => {
          length += chunk.length;
          stage.edged.touch();
        });
        socket.write(switching);
      };
      const headers = { Connection: ['Upgrade'], Upgrade: ['SPDY/3.1'] };
      const id = stage.connect('exec', '/exec/ns/pod/nginx', { headers, method: 'POST' });
      await stage.cloud.record.until(() =>
        stage.cloud.record.messages.some(({ direction }) => direction === '<'),
      );
      stage.cloud.send(id, DATA, 'm'.repeat(1_048_576 + 10));
      await stage.edged.until(() => length >= 1_048_576, 1_500);
      await stage.barrier();
      stage.cloud.record.clear();
      return [`edged heard ${length} bytes`];
    },
  },
  broken('an empty message', (cloud) => cloud.frame(Buffer.alloc(0))),
  broken('a message that ends in its id', (cloud) => cloud.frame(Buffer.from([0x80]))),
  broken('a varint above 64 bits', (cloud) => cloud.frame(Buffer.alloc(12, 0xff))),
  broken('a frame with reserved bits', (cloud) => cloud.raw(Buffer.from([0xf1, 0x01, 0x41]))),
  broken('a frame with a mask', (cloud) => cloud.raw(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x41]))),
  broken('a close frame', (cloud) => cloud.frame(Buffer.from([0x03, 0xe9]), { opcode: CLOSE })),
  broken('a type nobody knows', (cloud) => cloud.send(98, 77, 'what')),
  broken('CLOSE_CONNECT', (cloud) => cloud.send(0, 5, 'failed to Update KubeletEndpoint Port')),
  broken('a CONNECT whose header is null', (cloud) => {
    const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/metrics' };
    cloud.send(97, METRIC_CONNECT, JSON.stringify({ MessID: 97, url, header: null }));
  }),
  {
    ...broken('ATTACH_CONNECT before there is any', (cloud) => cloud.send(98, 6, '{}')),
    notIn: (release) => (isBefore(release, 'v1.14.0') ? undefined : 'attach is known'),
  },
];

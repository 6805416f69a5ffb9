import type { Duplex } from 'node:stream';
import { answer, chunked, type EdgedScript } from '../stub-edged.ts';
import { type Case, since } from './case.ts';
import { ask, refused } from './whole-metrics.ts';

const CHINESE = '边缘节点的日志：容器已启动 🚀 第二行\n'.repeat(60);
/** After so long nothing more is expected. */
const HANGS_MS = 300;
/** A connection that is still open after so long stays open. */
const STAYS_MS = 6_000;
/** For hundreds of thousands of bytes on a busy machine. */
const LONG_MS = 20_000;
const DATA = 3;
const REMOVE = 4;

function logs(name: string, script: EdgedScript, query = ''): Case {
  return {
    of: 'whole',
    name: `logs: ${name}`,
    async play(stage) {
      stage.edged.script = script;
      const lines = await ask(stage, `/containerLogs/ns/web-${stage.node}/nginx${query}`);
      return lines.filter((line) => !line.startsWith('chunks: '));
    },
  };
}

/** What a client of exec sends: an upgrade that edged is to answer. */
const upgrade = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'SPDY/3.1'],
  ['X-Stream-Protocol-Version', 'v4.channel.k8s.io'],
  ['Content-Length', '0'],
] as const;

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

/** Bytes both ways after the upgrade, and who ends them. */
function streams(kind: 'exec' | 'attach', method: string, path: string, ends: 'edged' | 'client'): Case {
  return {
    of: 'whole',
    name: `${kind}: ${method} ${path.replace('POD', '{pod}')}, ${ends === 'edged' ? 'edged ends it' : 'the client leaves'}`,
    ...(ends === 'client' && { alone: true, endsByChance: true }),
    ...(kind === 'attach' && { notIn: since('v1.14.0', 'attach') }),
    async play(stage) {
      const opened: Duplex[] = [];
      const got: Buffer[] = [];
      let closed = false;
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
        opened.push(socket);
      };
      const exchange = await stage.open(path.replace('POD', `web-${stage.node}`), {
        method,
        headers: upgrade,
      });
      await exchange.until((received) => received.includes('\r\n\r\n'));
      exchange.write(Buffer.from([0x80, 3, 0, 1, 0xff, 0xfe]));
      const received = () => Buffer.concat(got);
      await stage.edged.until(() => received().length >= 6);
      const edged = opened.at(-1);
      edged?.write('from edged, then the end');
      await exchange.until((bytes) => bytes.includes('the end'));
      if (ends === 'edged') edged?.end();
      else exchange.leave();
      if (ends === 'edged')
        await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE));
      if (ends === 'edged') await exchange.until(() => false, HANGS_MS);
      else await stage.edged.until(() => closed, STAYS_MS);
      const heard = `edged heard ${received().toString('hex')}`;
      const lines = exchange.lines();
      exchange.leave();
      return [heard, ...(ends === 'edged' ? lines : [`edged's connection ${closed ? 'ends' : 'stays'}`])];
    },
  };
}

export const streamCases: readonly Case[] = [
  logs('a few lines', chunked('one\n', 'two\r\n', 'three')),
  logs('options in the query', chunked('one\n'), '?follow=true&tailLines=10&timestamps=true&previous=false'),
  logs('an empty body', chunked()),
  logs('text cut inside its characters', chunked(CHINESE)),
  logs('a line of 100,000 bytes', chunked(`${'x'.repeat(100_000)}\n`)),
  logs('edged says 404', answer(404, 'pod "web" does not exist')),
  logs('edged says 500', answer(500, 'container is waiting to start\n')),
  logs('edged cuts its body short', (_request, socket) => {
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\nff\r\nhalf');
  }),
  {
    of: 'whole',
    name: 'logs: a pod or node nobody knows',
    play: (stage) => ask(stage, '/containerLogs/ns/nobody/nginx', { host: 'node-nobody:10350' }),
  },
  {
    of: 'whole',
    name: 'logs: Host without a port',
    async play(stage) {
      stage.edged.script = chunked('one\n');
      return ask(stage, `/containerLogs/ns/web-${stage.node}/nginx`, { host: stage.node });
    },
  },
  {
    of: 'whole',
    name: 'logs: request headers',
    async play(stage) {
      stage.edged.script = chunked('one\n');
      return ask(stage, `/containerLogs/ns/web-${stage.node}/nginx`, {
        headers: [
          ['Authorization', 'Bearer abc'],
          ['Accept-Encoding', 'gzip'],
          ['X-Twice', 'one'],
          ['X-Twice', 'two'],
        ],
      });
    },
  },
  {
    of: 'whole',
    name: 'logs: edged is not there',
    play: (stage) => refused(stage, `/containerLogs/ns/web-${stage.node}/nginx`),
  },
  {
    of: 'whole',
    name: 'exec: edged is not there',
    alone: true,
    play: (stage) => refused(stage, `/exec/ns/web-${stage.node}/nginx`, { method: 'POST', headers: upgrade }),
  },
  {
    of: 'whole',
    name: 'logs: follow of a silent container, which then speaks',
    async play(stage) {
      const speak = Promise.withResolvers<void>();
      stage.edged.script = (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        void speak.promise.then(() => socket.write('6\r\nhello\n\r\n'));
      };
      const exchange = await stage.open(`/containerLogs/ns/web-${stage.node}/nginx?follow=true`);
      await stage.edged.until(() => stage.edged.requestCount > 0);
      const silent = await exchange.answerAfter(() => stage.barrier());
      speak.resolve();
      await exchange.until((received) => received.includes('hello'));
      const spoken = exchange.lines();
      exchange.leave();
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE));
      return [...silent, ...spoken];
    },
  },
  {
    of: 'whole',
    name: 'logs: the client leaves a follow',
    async play(stage) {
      const next = Promise.withResolvers<void>();
      let closed = false;
      stage.edged.script = (_request, socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n');
        void next.promise.then(() => socket.write('4\r\ntwo\n\r\n'));
      };
      const exchange = await stage.open(`/containerLogs/ns/web-${stage.node}/nginx?follow=true`);
      await exchange.until((received) => received.includes('one'));
      // The edge is at its next read by now.
      await stage.barrier();
      exchange.leave();
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE));
      await stage.edged.until(() => closed, 300);
      const atOnce = closed;
      next.resolve();
      await stage.edged.until(() => closed);
      await stage.barrier();
      return [`edged's connection ends ${atOnce ? 'at once' : closed ? 'with the next chunk' : 'not'}`];
    },
  },
  {
    of: 'whole',
    name: 'the tunnel drops while logs come',
    alone: true,
    async play(stage) {
      stage.edged.script = (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n');
      };
      const exchange = await stage.open(`/containerLogs/ns/web-${stage.node}/nginx?follow=true`);
      await exchange.until((received) => received.includes('one'));
      await stage.barrier();
      const { opened } = stage.middle;
      stage.middle.cut();
      const lines = await exchange.answer();
      exchange.leave();
      await stage.record.until(() => stage.middle.opened > opened, 6_000);
      await stage.barrier();
      return lines;
    },
  },
  {
    of: 'whole',
    name: 'two follows and a summary at once',
    async play(stage) {
      stage.edged.script = (request, socket) => {
        if (request.path.startsWith('/stats')) return answer(200, 'summary\n')(request, socket);
        socket.write(
          `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n${request.path.at(-1)}\n\r\n`,
        );
      };
      const first = await stage.open(`/containerLogs/ns/web-${stage.node}/1`);
      await first.until((received) => received.includes('1\n'));
      const second = await stage.open(`/containerLogs/ns/web-${stage.node}/2`);
      await second.until((received) => received.includes('2\n'));
      const lines = await ask(stage, '/stats/summary');
      const both = [...first.lines(), ...second.lines()];
      first.leave();
      second.leave();
      const removed = () =>
        stage.record.messages.filter(({ direction, type }) => direction === '>' && type === REMOVE);
      await stage.record.until(() => removed().length > 1);
      return [...lines, ...both];
    },
  },
  streams('exec', 'POST', '/exec/ns/POD/nginx?command=sh&input=1&output=1', 'edged'),
  streams('exec', 'GET', '/exec/ns/POD/uid/nginx?command=sh&input=1', 'edged'),
  streams('exec', 'POST', '/exec/ns/POD/nginx?command=sh&input=1', 'client'),
  streams('attach', 'POST', '/attach/ns/POD/nginx?input=1&output=1', 'edged'),
  streams('attach', 'GET', '/attach/ns/POD/uid/nginx?output=1', 'edged'),
  streams('attach', 'POST', '/attach/ns/POD/nginx?input=1', 'client'),
  {
    of: 'whole',
    name: 'exec: not an upgrade',
    play: (stage) => ask(stage, `/exec/ns/web-${stage.node}/nginx?command=sh`),
  },
  {
    of: 'whole',
    name: 'exec: a pod or node nobody knows',
    play: (stage) => ask(stage, '/exec/ns/nobody/nginx', { host: 'node-nobody:10350', headers: upgrade }),
  },
  {
    of: 'whole',
    name: 'exec: edged refuses',
    alone: true,
    async play(stage) {
      stage.edged.script = answer(403, 'no\n', ['Content-Type: text/plain']);
      const exchange = await stage.open(`/exec/ns/web-${stage.node}/nginx?command=sh`, {
        method: 'POST',
        headers: upgrade,
      });
      const lines = await exchange.answer();
      await stage.barrier();
      exchange.leave();
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE), HANGS_MS);
      return lines;
    },
  },
  {
    of: 'whole',
    name: 'exec: 300,000 bytes each way',
    async play(stage) {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) & 0xff));
      const got: Buffer[] = [];
      const end = Promise.withResolvers<() => void>();
      stage.edged.script = (_request, socket) => {
        socket.removeAllListeners('data');
        socket.on('data', (chunk: Buffer) => {
          got.push(chunk);
          stage.edged.touch();
        });
        socket.write(switching);
        socket.write(bytes);
        end.resolve(() => socket.end());
      };
      const exchange = await stage.open(`/exec/ns/web-${stage.node}/nginx`, {
        method: 'POST',
        headers: upgrade,
      });
      await exchange.until((received) => received.includes('\r\n\r\n'));
      exchange.write(bytes);
      const length = () => got.reduce((sum, chunk) => sum + chunk.length, 0);
      await stage.edged.until(() => length() >= bytes.length, LONG_MS);
      await exchange.until((received) => received.length >= bytes.length + switching.length, LONG_MS);
      const same =
        Buffer.concat(got).equals(bytes) && exchange.received.subarray(-bytes.length).equals(bytes);
      (await end.promise)();
      await exchange.until(() => false, HANGS_MS);
      exchange.leave();
      const data = stage.record.messages.filter(({ type }) => type === DATA);
      const largest = (direction: string) =>
        Math.max(
          ...data.filter((message) => message.direction === direction).map((message) => message.data.length),
        );
      const sizes = `messages of at most ${largest('>')} bytes to the edge, ${largest('<')} to the cloud`;
      stage.record.clear();
      return [`${same ? 'the same bytes' : 'other bytes'} both ways`, sizes];
    },
  },
];

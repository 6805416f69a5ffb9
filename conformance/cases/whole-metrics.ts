import type { RequestShape, WholeStage } from '../stage.ts';
import { answer } from '../stub-edged.ts';
import type { Case } from './case.ts';

const REMOVE = 4;
const SUMMARY = '{\n "node": {\n  "nodeName": "n"\n },\n "pods": []\n}';

/** One request from its start to its end. */
export async function ask(stage: WholeStage, path: string, shape: RequestShape = {}): Promise<string[]> {
  const exchange = await stage.open(path, shape);
  const lines = await exchange.answer();
  exchange.leave();
  return lines;
}

/** One request while nobody listens in the place of edged. */
export async function refused(stage: WholeStage, path: string, shape: RequestShape = {}): Promise<string[]> {
  await stage.edgedDown();
  const exchange = await stage.open(path, shape);
  await stage.edgeRefused();
  await stage.edgedUp();
  const lines = await exchange.answerAfter(() => stage.barrier());
  exchange.leave();
  // exec of the cloud does not notice.
  await stage.record.until(() => stage.record.messages.some(({ type }) => type === REMOVE), 300);
  return lines;
}

/** One request, by its first line alone. */
async function status(stage: WholeStage, path: string, shape: RequestShape = {}): Promise<string> {
  const [first = ''] = await ask(stage, path, shape);
  return `${shape.method ?? 'GET'} ${path}: ${first}`;
}

function summary(
  name: string,
  body: string | Uint8Array,
  shape: { path?: string; headers?: string[] } = {},
): Case {
  return {
    of: 'whole',
    name,
    async play(stage) {
      stage.edged.script = answer(200, body, shape.headers ?? ['Content-Type: application/json']);
      return ask(stage, shape.path ?? '/stats/summary');
    },
  };
}

function edgedSays(code: number): Case {
  return {
    of: 'whole',
    name: `metrics: edged says ${code}`,
    async play(stage) {
      stage.edged.script = answer(code, `it is ${code}\n`, ['Content-Type: text/plain']);
      return ask(stage, '/stats/summary');
    },
  };
}

const routes = [
  '/stats',
  '/stats/',
  '/stats/summary',
  '/stats/summary/',
  '/stats/container',
  '/stats/pod/container',
  '/stats/ns/pod/uid/container',
  '/metrics',
  '/metrics/cadvisor',
  '/metrics/probes',
  '/metrics/resource',
];

const unrouted = [
  '/',
  '/pods',
  '/healthz',
  '/portForward/ns/pod',
  '/run/ns/pod/c',
  '/spec/',
  '/logs/',
  '/metrics/resource/v1alpha1',
  '/metrics/unknown',
  '/stats/a/b/c',
  '/containerLogs/ns/pod',
  '/exec/ns',
];

const longLine = (length: number) => 'x'.repeat(length);

export const metricsCases: readonly Case[] = [
  summary('metrics: a summary', SUMMARY, { path: '/stats/summary?only_cpu_and_memory=true' }),
  summary('metrics: a query that needs escapes', SUMMARY, {
    path: '/stats/summary?a=%20b&c=<d>&e=%E4%B8%AD',
  }),
  summary('metrics: an escaped path', SUMMARY, { path: '/stats/a%2Fb/c%20d' }),
  summary('metrics: a body above 2,048 bytes', `${'line of a long body\n'.repeat(200)}end\n`),
  summary('metrics: 2,000 lines', `${'container_cpu_usage_seconds_total{pod="nginx"} 1.5\n'.repeat(2000)}`),
  summary('metrics: an empty body', ''),
  summary('metrics: CR LF, blank lines, no LF at the end', 'a\r\n\r\n\nb\r\nc\r'),
  summary('metrics: a body that is no text', Buffer.from([0, 1, 2, 0x80, 0xff, 10, 0x1f, 0x8b])),
  summary('metrics: a line of 65,535 bytes and its LF', `before\n${longLine(65_535)}\nafter\n`),
  summary('metrics: a line of 65,536 bytes and its LF', `before\n${longLine(65_536)}\nafter\n`),
  summary('metrics: a last line of 65,536 bytes without LF', `before\n${longLine(65_536)}`),
  summary('metrics: a last line of 65,537 bytes without LF', `before\n${longLine(65_537)}`),
  edgedSays(404),
  edgedSays(500),
  edgedSays(503),
  {
    of: 'whole',
    name: 'metrics: edged redirects',
    async play(stage) {
      stage.edged.script = (request, socket) =>
        request.path === '/stats/'
          ? answer(200, 'arrived\n')(request, socket)
          : answer(301, 'moved\n', ['Location: /stats/'])(request, socket);
      return ask(stage, '/stats');
    },
  },
  {
    of: 'whole',
    name: 'metrics: edged cuts its body short',
    async play(stage) {
      stage.edged.script = (_request, socket) => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\none line\nhalf a li');
      };
      return ask(stage, '/stats/summary');
    },
  },
  {
    of: 'whole',
    name: 'metrics: edged is not there',
    play: (stage) => refused(stage, '/stats/summary'),
  },
  {
    of: 'whole',
    name: 'metrics: every route',
    async play(stage) {
      stage.edged.script = answer(200, 'ok\n');
      const lines: string[] = [];
      for (const path of routes) lines.push(await status(stage, path));
      return lines;
    },
  },
  {
    of: 'whole',
    name: 'paths without a route',
    async play(stage) {
      const lines: string[] = [];
      for (const path of unrouted) lines.push(`GET ${path}`, ...(await ask(stage, path)));
      return lines;
    },
  },
  {
    of: 'whole',
    name: 'methods without a route',
    async play(stage) {
      const lines: string[] = [];
      for (const method of ['POST', 'HEAD', 'PUT', 'OPTIONS']) {
        const headers = [['Content-Length', '0']] as const;
        lines.push(method, ...(await ask(stage, '/stats/summary', { method, headers })));
        lines.push(
          method,
          ...(await ask(stage, `/containerLogs/ns/web-${stage.node}/c`, { method, headers })),
        );
      }
      return lines;
    },
  },
  {
    of: 'whole',
    name: 'metrics: request headers',
    async play(stage) {
      stage.edged.script = answer(200, 'ok\n');
      return ask(stage, '/metrics', {
        headers: [
          ['authorization', 'Bearer abc'],
          ['Accept-Encoding', 'gzip, deflate'],
          ['X-Twice', 'one'],
          ['x-twice', 'two'],
          ['Connection', 'keep-alive, X-Hop'],
          ['X-Hop', '1'],
          ['Cookie', 'a=b; c=<d>'],
          ['X-Empty', ''],
          ['X-Umlaut', '\u00e4'],
        ],
      });
    },
  },
  {
    of: 'whole',
    name: 'metrics: Host is the InternalIP',
    async play(stage) {
      stage.edged.script = answer(200, 'ok\n');
      return ask(stage, '/metrics', { host: `${stage.internalIp}:10350` });
    },
  },
  {
    of: 'whole',
    name: 'metrics: Host without a port',
    async play(stage) {
      stage.edged.script = answer(200, 'ok\n');
      return ask(stage, '/metrics', { host: stage.node });
    },
  },
  {
    of: 'whole',
    name: 'metrics: Host is an IPv6 literal',
    play: (stage) => ask(stage, '/metrics', { host: '[fd00::1]:10350' }),
  },
  {
    of: 'whole',
    name: 'metrics: a node nobody knows',
    play: (stage) => ask(stage, '/metrics', { host: 'node-nobody:10350' }),
  },
  {
    of: 'whole',
    name: 'metrics: X-Forwarded-Uri',
    async play(stage) {
      stage.edged.script = answer(200, 'ok\n');
      const lines: string[] = [];
      const host = 'node-nobody:10350';
      for (const uri of [
        `/api/v1/nodes/${stage.node}/proxy/stats/summary`,
        `/api/v1/nodes/${stage.node}/proxy`,
        '/api/v1/nodes/node-nobody/proxy/stats/summary',
        `/apis/v1/nodes/${stage.node}/proxy/stats/summary`,
      ]) {
        lines.push(...(await ask(stage, '/stats/summary', { host, headers: [['X-Forwarded-Uri', uri]] })));
      }
      const known = [['X-Forwarded-Uri', '/api/v1/nodes/node-nobody/proxy/stats/summary']] as const;
      return [...lines, ...(await ask(stage, '/stats/summary', { headers: known }))];
    },
  },
  {
    of: 'whole',
    name: 'metrics: nothing is sent before the end of a slow, short body',
    async play(stage) {
      const finish = Promise.withResolvers<void>();
      stage.edged.script = (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n');
        void finish.promise.then(() => socket.write('two\n'));
      };
      const exchange = await stage.open('/metrics');
      await stage.edged.until(() => stage.edged.requestCount > 0);
      const before = await exchange.answerAfter(() => stage.barrier());
      finish.resolve();
      const after = await exchange.answer();
      exchange.leave();
      return [...before, ...after];
    },
  },
  {
    of: 'whole',
    name: 'metrics: the client leaves',
    async play(stage) {
      const next = Promise.withResolvers<void>();
      let closed = false;
      stage.edged.script = (_request, socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\none\n');
        void next.promise.then(() => socket.write('two\n'));
      };
      const exchange = await stage.open('/metrics');
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === 3));
      // The edge is at its next read by now.
      await stage.barrier();
      exchange.leave();
      await stage.record.until(() => stage.record.messages.some(({ type }) => type === 4));
      await stage.barrier();
      const atOnce = closed;
      next.resolve();
      await stage.edged.until(() => closed);
      await stage.barrier();
      return [`edged's connection ends ${atOnce ? 'at once' : closed ? 'with the next line' : 'not'}`];
    },
  },
  {
    of: 'whole',
    name: 'the tunnel drops while metrics come',
    alone: true,
    async play(stage) {
      stage.edged.script = (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\none\ntwo\n');
      };
      const exchange = await stage.open('/metrics');
      await stage.record.until(() => stage.record.messages.filter(({ type }) => type === 3).length > 1);
      await stage.barrier();
      const { opened } = stage.middle;
      stage.middle.cut();
      const lines = await exchange.answer();
      exchange.leave();
      const again = await stage.record.until(() => stage.middle.opened > opened, 6_000);
      await stage.barrier();
      stage.edged.script = answer(200, 'after\n');
      return [
        ...lines,
        `the edge ${again ? 'dials again' : 'does not dial again'}`,
        ...(await ask(stage, '/metrics')),
      ];
    },
  },
];

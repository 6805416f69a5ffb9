import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  acceptUpgrade,
  BINARY,
  CLOSE,
  CONTINUATION,
  connectJson,
  frame,
  message,
  neverAnswers,
  PING,
  RawCloud,
  type RawSocket,
  TEXT,
} from './raw-peers.ts';
import { until, Victim } from './victim.ts';

// A raw cloud against the simulated edgecore, v1.6.1, on real sockets: the third edge dials it, the others must not notice.

const MI = 1024 * 1024;
const [LOGS, EXEC, METRICS, DATA, REMOVE] = [0, 1, 2, 3, 4];
// Two processes move hundreds of megabytes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let cloud: RawCloud;
let victim: Victim;
beforeAll(async () => {
  cloud = await RawCloud.start();
  victim = await Victim.start({ rawCloudPort: cloud.port, limits: { sessionRequests: 500 } });
  cloud.pair = victim.started.tunnel;
});
afterAll(async () => {
  await victim.stop();
  await cloud[Symbol.asyncDispose]();
});

const server = (opcode: number, payload: Uint8Array, fin = true) =>
  frame(opcode, payload, { fin, masked: false });
const connect = (id: number, type: number, url: object = {}, more: object = {}) =>
  server(TEXT, message(id, type, connectJson(id, url, more)));

let nextId = 100_000;

/** Resolves when the third edge answers a CONNECT with a summary, on the tunnel it has by then. */
async function serves(): Promise<void> {
  await until(async () => {
    const tunnel = await cloud.tunnel();
    const before = tunnel.receivedBytes;
    await tunnel.write(connect(nextId++, METRICS));
    const answered = () => tunnel.receivedBytes > before + 2_000;
    await until(() => answered() || tunnel.socket.destroyed || tunnel.socket.readableEnded, 1_000).catch(
      () => {},
    );
    return answered();
  });
}

/** The attack on the third edge; in the end it serves again, on the same tunnel or on its next. */
async function under(name: string, attack: (tunnel: RawSocket) => Promise<unknown>): Promise<string[]> {
  const reached = await victim.under(name, async () => attack(await cloud.tunnel()));
  await serves();
  return reached;
}

describe('messages of impossible size', () => {
  it('8 MiB are taken', async () => {
    await under('messages of 8 MiB to an edge', async (tunnel) => {
      for (let round = 0; round < 8; round++)
        await tunnel.write(server(TEXT, message(77, DATA, Buffer.alloc(8 * MI))));
    });
  });

  it('fragments without end', async () => {
    const reached = await under('fragments without end to an edge', async (tunnel) => {
      await tunnel.write(server(TEXT, message(77, DATA), false));
      const fragment = server(CONTINUATION, Buffer.alloc(60_000), false);
      let sentBytes = 0;
      while (sentBytes < 300 * MI && (await tunnel.write(fragment))) sentBytes += fragment.length;
      await tunnel.ended();
      expect(sentBytes).toBeLessThan(100 * MI);
    });
    expect(reached).toEqual(['messageBytes']);
  });

  it.each(['4000000000000000', '0000000100000001', 'ffffffffffffffff'])(
    'a length of 0x%s',
    async (length) => {
      await under(`a length of 0x${length} to an edge`, async (tunnel) => {
        await tunnel.write(Buffer.concat([Buffer.from('817f', 'hex'), Buffer.from(length, 'hex')]));
        for (let sent = 0; sent < 100 && (await tunnel.write(Buffer.alloc(MI))); sent++);
        await tunnel.ended();
      });
    },
  );
});

describe('messages that are none', () => {
  it.each<[string, Buffer]>([
    ['no byte', server(TEXT, Buffer.alloc(0))],
    ['one byte', server(TEXT, Buffer.from([1]))],
    ['ten bytes of 0xff', server(TEXT, Buffer.alloc(10, 0xff))],
    ['a masked frame', frame(TEXT, message(1, DATA))],
    ['a reserved bit', Buffer.from('f100', 'hex')],
    ['an unknown opcode', Buffer.from('8300', 'hex')],
    ['close 1007', server(CLOSE, Buffer.from('03ef', 'hex'))],
    ['close 1009', server(CLOSE, Buffer.from('03f1', 'hex'))],
    ['close 1006, which nobody may send', server(CLOSE, Buffer.from('03ee', 'hex'))],
  ])('%s ends the tunnel', async (what, bytes) => {
    await under(`${what} to an edge`, async (tunnel) => {
      await tunnel.write(bytes);
      await tunnel.ended();
    });
  });

  it('others are ignored', async () => {
    const tunnel = await cloud.tunnel();
    await under('messages to be ignored by an edge', async () => {
      for (const type of [7, 99]) await tunnel.write(server(TEXT, message(1, type, 'x')));
      await tunnel.write(server(TEXT, Buffer.from('01808080808080808080017878', 'hex')));
      await tunnel.write(server(TEXT, Buffer.from('8080808080808080800103', 'hex')));
      await tunnel.write(server(TEXT, message(99, DATA, 'nobody has it')));
      await tunnel.write(server(TEXT, message(99, REMOVE)));
      await tunnel.write(server(TEXT, message(1, DATA, Buffer.from('fffe80', 'hex'))));
      await serves();
    });
    expect(await cloud.tunnel()).toBe(tunnel);
  });
});

describe('CONNECT', () => {
  const deep = '['.repeat(200_000);
  it.each<[string, Buffer]>([
    ['broken JSON', server(TEXT, message(1, METRICS, '{oops'))],
    ['JSON nested 200,000 deep', server(TEXT, message(1, METRICS, `{"url":${deep}`))],
    ['JSON nested as deep, and whole', server(TEXT, message(1, METRICS, deep + ']'.repeat(200_000)))],
    ['8 MiB of broken JSON', server(TEXT, message(1, LOGS, Buffer.alloc(8 * MI, '"\\u0041')))],
    ['fields of other types', server(TEXT, message(1, LOGS, '{"MessID":-1,"url":[],"header":7}'))],
    [
      'keys of prototypes',
      connect(1, METRICS, {}, JSON.parse('{"__proto__":{"a":1},"constructor":{}}') as object),
    ],
    ['an id that is none', server(TEXT, message(1, METRICS, '{"MessID":18446744073709551615}'))],
    ['1 MiB of headers', connect(1, LOGS, {}, { header: { X: ['x'.repeat(MI)] } })],
    [
      '100,000 headers',
      connect(
        1,
        LOGS,
        {},
        { header: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`X${at}`, ['']])) },
      ),
    ],
    [
      'line breaks in a header',
      connect(1, METRICS, {}, { header: { X: ['a\r\nHost: b\r\n\r\nGET /pods'] } }),
    ],
    [
      'line breaks in a header of exec',
      connect(1, EXEC, {}, { header: { X: ['a\r\nHost: b\r\n\r\nGET /pods'] }, method: 'G\r\nET' }),
    ],
    [
      'line breaks in a path',
      connect(1, METRICS, { Path: '/a\r\nHost: b', RawPath: '/a\r\nb', RawQuery: 'a\r\nb' }),
    ],
    ['another scheme', connect(1, METRICS, { Scheme: 'gopher' })],
    ['https', connect(1, METRICS, { Scheme: 'https' })],
    ['a host that there is not', connect(1, METRICS, { Host: 'nowhere.invalid:1' })],
    ['port 0', connect(1, METRICS, { Host: '127.0.0.1:0' })],
    ['port 99999', connect(1, METRICS, { Host: '127.0.0.1:99999' })],
    ['an IPv6 host', connect(1, METRICS, { Host: '[::1]:10350' })],
    ['no URL', connect(1, METRICS, { Scheme: '', Host: '', Path: '' })],
    ['an opaque URL', connect(1, METRICS, { Opaque: '//127.0.0.1:10350/%zz' })],
    ['exec without a method', connect(1, EXEC, { Path: '/exec/a/b/c' })],
  ])('%s', async (what, bytes) => {
    await under(`CONNECT: ${what}`, async (tunnel) => {
      await tunnel.write(bytes);
      await serves();
    });
  });

  it('and DATA and REMOVE before it, twice for an id, REMOVE after its end', async () => {
    await under('CONNECT out of order', async (tunnel) => {
      await tunnel.write(
        Buffer.concat([server(TEXT, message(5, DATA, 'x')), server(TEXT, message(5, REMOVE))]),
      );
      await tunnel.write(
        Buffer.concat([connect(5, METRICS), connect(5, METRICS), connect(5, EXEC), connect(5, LOGS)]),
      );
      await tunnel.write(
        Buffer.concat(Array.from({ length: 100_000 }, () => server(TEXT, message(5, REMOVE)))),
      );
      await serves();
    });
  });

  it('2,000 of them at once', async () => {
    await using _ = await neverAnswers(victim.started.loopbacks['edge-node-3'] ?? '', 9_998);
    await under('2,000 CONNECTs at once, of which 500 may be', async (tunnel) => {
      const many = Array.from({ length: 2_000 }, (_, at) =>
        connect(1_000 + at, METRICS, { Host: '127.0.0.1:9998' }),
      );
      await tunnel.write(Buffer.concat(many));
      await until(async () =>
        (await victim.events(['limit.reached'])).some(
          (event) => event.kind === 'limit.reached' && event.detail.limit === 'sessionRequests',
        ),
      );
      tunnel.destroy();
    });
  });

  it('whose answers are not read', async () => {
    await under('20 answers of 400 KB that nobody reads', async (tunnel) => {
      tunnel.socket.pause();
      for (let round = 0; round < 20; round++)
        await tunnel.write(connect(1_000 + round, METRICS, { Path: '/metrics/cadvisor' }));
      await until(async () =>
        (await victim.events(['edgestream.request'])).some(({ host }) => host === 'edge-node-3'),
      );
      tunnel.destroy();
    });
  });
});

describe('floods', () => {
  it('of pings whose answers are not read', async () => {
    await under('a million pings to an edge', async (tunnel) => {
      tunnel.socket.pause();
      const pings = Buffer.concat(Array.from({ length: 5_000 }, () => server(PING, Buffer.alloc(125))));
      for (let round = 0; round < 200 && (await tunnel.write(pings)); round++);
      tunnel.destroy();
    });
  });

  it('of binary frames', async () => {
    await under('100,000 binary frames', async (tunnel) => {
      await tunnel.write(
        Buffer.concat(Array.from({ length: 100_000 }, () => server(BINARY, message(99, DATA, 'x')))),
      );
    });
  });
});

describe('an answer to the handshake', () => {
  it.each<[string, (request: string) => string | Uint8Array]>([
    [
      'with a body of 100 MiB',
      () =>
        Buffer.concat([
          Buffer.from('HTTP/1.1 403 Forbidden\r\nContent-Length: 104857600\r\n\r\n'),
          Buffer.alloc(100 * MI),
        ]),
    ],
    ['with headers of 4 MiB', () => `HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(4 * MI)}`],
    ['that is none', () => Buffer.alloc(MI)],
    ['with another key', () => acceptUpgrade('')],
    [
      'of 10,000 interim ones',
      () => `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10_000)}HTTP/1.1 403 Forbidden\r\n\r\n`,
    ],
  ])('%s', async (what, answer) => {
    await victim.under(`a handshake ${what}`, async () => {
      cloud.answer = answer;
      const known = cloud.tunnels.length;
      for (const tunnel of cloud.tunnels) tunnel.destroy();
      await until(() => cloud.tunnels.length > known + 1).finally(() => {
        cloud.answer = acceptUpgrade;
      });
      for (const tunnel of cloud.tunnels) tunnel.destroy();
    });
    await serves();
  });
});

describe('DATA for a request that edged does not answer', () => {
  /** A CONNECT for a port that takes connections and never answers, and DATA for it. */
  async function flood(tunnel: RawSocket, dataBytes: number, count: number): Promise<void> {
    await using _ = await neverAnswers(victim.started.loopbacks['edge-node-3'] ?? '', 9_999);
    await tunnel.write(connect(9, METRICS, { Host: '127.0.0.1:9999' }));
    const data = server(TEXT, message(9, DATA, Buffer.alloc(dataBytes)));
    for (let sent = 0; sent < count && (await tunnel.write(data)); sent++);
    await until(async () =>
      (await victim.events(['edgestream.blocked', 'limit.reached'])).some(
        ({ host }) => host === 'edge-node-3',
      ),
    );
  }

  it('ends the tunnel where it is much', async () => {
    await under('200 MiB of DATA nobody takes', async (tunnel) => {
      await flood(tunnel, MI, 200);
      await tunnel.ended();
    });
  });

  // The last test: the edge does not come back, as upstream's would not.
  it('holds the tunnel up for ever where it is 129 messages, as in the real v1.6.1, and nothing else', async () => {
    await victim.under('129 DATA nobody takes', async () => flood(await cloud.tunnel(), 100, 1_000));
  });
});

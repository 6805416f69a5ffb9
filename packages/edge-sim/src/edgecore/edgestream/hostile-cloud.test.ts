import { describe, expect, it } from 'vitest';
import { inLab, readFixture } from './edgestream.test-support.ts';
import { frame, type ScriptedTunnel, text } from './scripted-cloud.test-support.ts';

interface Captured {
  scenario: string;
  desc: string;
  fromEdge: [opcode: number, hex: string][];
  edged: object[];
  logs: string[];
  dataMessagesPerId?: Record<string, number>;
  /** Before and after. */
  goroutines?: [number, number];
}

const rows = readFixture<Captured>('hostile-cloud.ndjson');
const captured = (name: string): Captured => {
  const found = rows.find(({ scenario }) => scenario === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
};

const BLANK = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/stats/summary', RawQuery: 'lab=blank' };

/** The bytes of a message of the cloud; the ids are the lab's. */
function message(connectId: number, type: number, data: object | string = ''): Buffer {
  const body = typeof data === 'string' ? data : JSON.stringify(data);
  return Buffer.concat([Buffer.from([connectId, type]), Buffer.from(body)]);
}

function connect(id: number, url: object = BLANK, rest: object = {}): Buffer {
  return message(id, 2, { MessID: id, url, header: {}, ...rest });
}

const BLANK_LOG = { ...BLANK, Path: '/containerLogs/a/b/c' };

/** As {@link connect}, of another type. */
function connectOf(type: number, id: number, url: object, rest: object = {}): Buffer {
  return message(id, type, { MessID: id, url, header: {}, ...rest });
}

const FULL_URL = { Opaque: '', User: null, RawPath: '', ForceQuery: false, Fragment: '' };

/**
 * What the lab's fake cloud sent, as frames; those whose bytes are not recorded are made after their
 * description.
 */
const SENT: Readonly<Record<string, readonly Uint8Array[]>> = {
  'old-url-json': [frame(1, connect(1, { ...FULL_URL, ...BLANK }))],
  'minimal-json': [frame(1, connect(2))],
  'messid-mismatch': [frame(1, connect(4, BLANK, { MessID: 44 }))],
  'bad-json': [frame(1, message(5, 2, '{oops'))],
  'unknown-id-data': [frame(1, message(77, 3, 'x')), frame(1, message(78, 4))],
  'unknown-type': [frame(1, message(77, 9, 'x'))],
  'binary-connect': [frame(2, connect(6))],
  'fragmented-connect': [frame(1, connect(7).subarray(0, 20), false), frame(0, connect(7).subarray(20))],
  'empty-message': [frame(1, Buffer.alloc(0))],
  'close-1001': [frame(8, Buffer.from('03e9676f696e67', 'hex'))],
  'logs-post-method': [frame(1, connectOf(0, 11, BLANK_LOG, { method: 'POST' }))],
  'dup-id': ['/x', '/y'].map((Path) => frame(1, connect(10, { ...BLANK, Path, RawQuery: 'lab=slow:3' }))),
};

/** Captured scenarios that are not run here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'server-ping': 'tunnel.test.ts; the lab did not record the pong',
  'scheme-https-other-host':
    'what answered there was a port of the lab; another port of the edge is asked below',
  'exec-no-method': 'below, beside an edged that takes an upgrade',
  'remove-race': 'below, for all 40 ids',
  'goroutine-leak': 'below, where they are counted',
  'header-null': 'edgecore.test.ts, because it ends the process',
};

const shapes = (tunnel: ScriptedTunnel) => [
  ...tunnel.messages().map(({ hex, frames }) => [frames[0]?.opcode, hex]),
  ...tunnel.controls().map(({ opcode, payload }) => [opcode, payload.toString('hex')]),
];

describe('a cloud out of the ordinary, beside the real edge', () => {
  it('covers what was captured', () => {
    expect([...Object.keys(SENT), ...Object.keys(ELSEWHERE)].sort()).toEqual(
      rows.map(({ scenario }) => scenario).sort(),
    );
  });

  it.each(Object.keys(SENT))('%s', async (name) => {
    const row = captured(name);
    await inLab(async ({ world, edged, logs, tunnel: open }) => {
      const tunnel = await open();
      // Past the next tick, so that a redial comes at once, as in the lab.
      await world.clock.sleep(2_500);
      const before = logs().length;
      tunnel.send(...(SENT[name] ?? []));
      await world.clock.sleep(1_500);
      expect(shapes(tunnel)).toEqual(row.fromEdge);
      // Go starts the later of two goroutines first, and which log comes first is their race.
      const byUri = (requests: readonly object[]) =>
        [...requests].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      const seen = edged?.requests.map(({ uri, host, header }) => ({ uri, host, header })) ?? [];
      expect(byUri(seen)).toEqual(byUri(row.edged));
      expect(logs().slice(before)).toEqual(row.logs);
    });
  });
});

describe('what the real edge was asked many times over', () => {
  it('remove-race: REMOVE_CONNECT in the same segment is lost', async () => {
    const { dataMessagesPerId } = captured('remove-race');
    await inLab(async ({ world, tunnel: open }) => {
      const tunnel = await open();
      const ids = Array.from({ length: 40 }, (_, index) => index + 1);
      const url = { ...BLANK_LOG, RawQuery: 'lab=slow:6' };
      tunnel.send(...ids.flatMap((id) => [frame(1, connectOf(0, id, url)), frame(1, message(id, 4))]));
      await world.clock.sleep(4_000);
      const perId = ids.map((id) => {
        const start = Buffer.from([id, 3]).toString('hex');
        return tunnel.messages().filter(({ hex }) => hex.startsWith(start)).length;
      });
      const counts = Object.groupBy(perId, String);
      expect(Object.fromEntries(Object.entries(counts).map(([count, all]) => [count, all?.length]))).toEqual(
        dataMessagesPerId,
      );
    });
  });

  it('goroutine-leak: a goroutine for each request that ends normally', async () => {
    const [before = 0, after = 0] = captured('goroutine-leak').goroutines ?? [];
    let leaked = 0;
    const change = {
      onLeak() {
        leaked += 1;
      },
    };
    await inLab(
      async ({ world, tunnel: open }) => {
        const tunnel = await open();
        for (let round = 0; round < after - before; round++) {
          tunnel.send(frame(1, connect(1 + (round % 100), { ...BLANK, RawQuery: 'lab=empty' })));
          await world.clock.sleep(1);
        }
        await world.clock.sleep(1_000);
      },
      { change },
    );
    expect(leaked).toBe(after - before);
  });

  it('exec-no-method: the request is a GET, and what edged says comes as it is', async () => {
    const row = captured('exec-no-method');
    const answer = row.fromEdge[0]?.[1] ?? '';
    await inLab(
      async ({ world, edge, tunnel: open }) => {
        const head = Promise.withResolvers<string>();
        const target = { address: '127.0.0.1', port: 10_350 };
        const listener = await edge.listen(target, { component: 'scripted-edged' }, (socket) => {
          socket.on('error', () => {});
          socket.once('data', (chunk: Buffer) => {
            head.resolve(chunk.toString('latin1'));
            socket.write(Buffer.from(answer, 'hex').subarray(2));
          });
        });
        const tunnel = await open();
        const [{ uri, host, header }] = row.edged as [
          { uri: string; host: string; header: Record<string, string[]> },
        ];
        const [Path, RawQuery] = uri.split('?');
        const asked = { ...header };
        delete asked['User-Agent'];
        tunnel.send(frame(1, connectOf(1, 12, { ...BLANK, Path, RawQuery }, { header: asked })));
        const [first, ...lines] = (await head.promise).trimEnd().split('\r\n');
        expect(first).toBe(`GET ${uri} HTTP/1.1`);
        const fields = Object.entries({ Host: [host], ...header }).map(
          ([name, [value]]) => `${name}: ${value}`,
        );
        expect(lines.sort()).toEqual(fields.sort());
        await world.clock.sleep(100);
        expect(tunnel.messages().map(({ hex }) => hex)).toEqual([answer]);
        await listener.close();
        tunnel.hangUp('fin');
        await world.clock.sleep(100);
      },
      { edged: 'none' },
    );
  });
});

describe('REMOVE_CONNECT', () => {
  const SLOW = { ...BLANK, RawQuery: 'lab=slow:6' };
  const linesOf = (tunnel: ScriptedTunnel) => tunnel.messages().filter(({ hex }) => hex.slice(2, 4) === '03');

  it('is lost when it comes together with its CONNECT, as 40 of 40 were in the lab', async () => {
    await inLab(async ({ world, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send(frame(1, connect(1, SLOW)), frame(1, message(1, 4)));
      await world.clock.sleep(4_000);
      expect(linesOf(tunnel)).toHaveLength(6);
    });
  });

  it('waits for edged, and then stops the body at its first line', async () => {
    await inLab(async ({ world, tunnel: open, logs }) => {
      const tunnel = await open();
      const url = { ...BLANK, RawQuery: 'lab=hang:3' };
      tunnel.send(frame(1, connect(1, url)));
      await world.clock.sleep(1_000);
      tunnel.send(frame(1, message(1, 4)), frame(1, message(1, 4)));
      await world.clock.sleep(3_000);
      expect(tunnel.messages().map(({ hex }) => hex)).toEqual(
        [text(`0103${hex('first\n')}`), text('0104')].map(body),
      );
      expect(logs().slice(-2)).toEqual([
        'I edgedmetricsconnection.go:83] receive remove client id 1',
        'I edgedmetricsconnection.go:104] receive stop single, so stop metrics scan ...',
      ]);
    });
  });

  it('takes effect at once from v1.7.0 on', async () => {
    const url = { ...BLANK, RawQuery: 'lab=hang:6' };
    await inLab(
      async ({ world, tunnel: open }) => {
        const tunnel = await open();
        tunnel.send(frame(1, connect(1, url)));
        await world.clock.sleep(1_000);
        tunnel.send(frame(1, message(1, 4)));
        await world.clock.sleep(10);
        expect(tunnel.messages().at(-1)?.hex).toBe('0104');
        await world.clock.sleep(6_000);
      },
      { tag: 'v1.7.0' },
    );
  });
});

const hex = (words: string) => Buffer.from(words).toString('hex');
const body = (whole: Buffer) => whole.subarray(2).toString('hex');

describe('the request to edged', () => {
  async function linesFor(url: object, header: object = {}, rest: object = {}) {
    let lines: string[] = [];
    let raw: string[][] = [];
    await inLab(
      async ({ world, tunnel: open, logs, edged }) => {
        const tunnel = await open();
        tunnel.send(frame(1, connect(1, url, { header })));
        await world.clock.sleep(1_000);
        lines = logs().slice(1);
        raw = edged?.rawHeaders ?? [];
      },
      { ...rest },
    );
    return { lines, raw };
  }

  it('has its headers in the order of Go, Host and User-Agent first', async () => {
    const header = {
      'X-Custom': ['1', '2'],
      Accept: ['*/*'],
      'User-Agent': ['lab/1', 'second'],
      Host: ['other'],
    };
    const { raw } = await linesFor(BLANK, header);
    const rest = ['Accept', '*/*', 'Accept-Encoding', 'identity', 'X-Custom', '1', 'X-Custom', '2'];
    expect(raw).toEqual([['Host', '127.0.0.1:10350', 'User-Agent', 'lab/1', ...rest]]);
  });

  it('has no User-Agent where it is empty', async () => {
    const { raw } = await linesFor(BLANK, { 'User-Agent': [''] });
    expect(raw).toEqual([['Host', '127.0.0.1:10350', 'Accept-Encoding', 'identity']]);
  });

  it('asks for gzip on its own account before v1.5.0', async () => {
    const { raw } = await linesFor(BLANK, {}, { tag: 'v1.4.0' });
    expect(raw[0]?.slice(-2)).toEqual(['Accept-Encoding', 'gzip']);
  });

  it.each([
    [{}, 'Get "": unsupported protocol scheme ""'],
    [{ Scheme: 'http', Path: '/a' }, 'Get "http:///a": http: no Host in request URL'],
    [
      { ...BLANK, Scheme: 'ftp' },
      'Get "ftp://127.0.0.1:10350/stats/summary?lab=blank": unsupported protocol scheme "ftp"',
    ],
    [
      { ...BLANK, Host: 'edge:1', RawQuery: '' },
      'Get "http://edge:1/stats/summary": dial tcp: lookup edge: no such host',
    ],
    [
      { ...BLANK, Host: '127.0.0.1:70000', RawQuery: '' },
      'Get "http://127.0.0.1:70000/stats/summary": dial tcp: address 70000: invalid port',
    ],
    [
      { ...BLANK, Scheme: 'https', RawQuery: '' },
      'Get "https://127.0.0.1:10350/stats/summary": http: server gave HTTP response to HTTPS client',
    ],
    [
      { ...BLANK, RawQuery: 'lab=loop:1' },
      'Get "http://127.0.0.1:10350/metrics?lab=loop:11": stopped after 10 redirects',
    ],
  ])('fails in the words of Go: %j', async (url, why) => {
    const { lines } = await linesFor(url);
    expect(lines).toEqual([
      `E edgedmetricsconnection.go:73] request metrics error ${why}`,
      'E tunnel.go:102] Serve Metrics connection error MESSAGE: connectid 1 MessageType METRIC_CONNECT',
    ]);
  });

  it('fails for a header that Go would not write', async () => {
    const { lines } = await linesFor({ ...BLANK, RawQuery: '' }, { 'a b': ['c'] });
    expect(lines[0]).toContain('net/http: invalid header field name "a b"');
  });
});

describe('frames of long messages', () => {
  it.each([
    [4_093, [4_096]],
    [4_094, [4_096, 1]],
    [8_189, [4_096, 4_096]],
  ])('are cut at 4096 bytes of payload, a line of %d bytes into %j', async (lineBytes, sizes) => {
    const url = { ...BLANK, RawQuery: `lab=onlybig:${lineBytes}` };
    await inLab(async ({ world, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send(frame(1, connect(1, url)));
      await world.clock.sleep(1_000);
      expect(tunnel.messages()[0]?.frames.map(({ payload }) => payload.length)).toEqual(sizes);
    });
  });

  it('has no frame of another message between them', async () => {
    const urls = [1, 2].map((id) => connect(id, { ...BLANK, Path: `/${id}`, RawQuery: 'lab=onlybig:60000' }));
    await inLab(async ({ world, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send(...urls.map((payload) => frame(1, payload)));
      await world.clock.sleep(1_000);
      expect(tunnel.messages().map(({ hex: whole }) => whole.length / 2)).toEqual([60_003, 60_003, 2, 2]);
    });
  });
});

import { decodeConnectPayload, decodeMessage, dialectOf, messageTypes } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import {
  ByteReader,
  type Case,
  inLab,
  type Lab,
  logLines,
  RawEdge,
  rawExchange,
  readCases,
  withoutDate,
} from './cloudcore.test-support.ts';
import { cloudcoreRelease } from './index.ts';

const cases = readCases('exec.ndjson');
const EXEC = '/exec/default/nginx-1/nginx?command=cat&input=1&output=1';
const ANSWER = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';

describe('an exec beside the real v1.6.1', () => {
  test.each(['echo', 'stdin-cat'])('%s: every message, both ways', async (name) => {
    const { wire = [], logs } = find(name);
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const payload = payloadOf(wire);
      const client = await startExec(
        lab,
        `${payload.url.path}?${payload.url.rawQuery}`,
        payload.header ?? new Map(),
      );
      const shift = decodeMessage(Buffer.from(String(wire[0]?.[2]), 'hex')).connectId - 1;
      for (const [kind, , hex] of wire) {
        const { type, data } = decodeMessage(Buffer.from(String(hex), 'hex'));
        if (kind === '<') {
          edge.send(1, Buffer.concat([Buffer.from([1, type]), data]));
          if (type === messageTypes.DATA)
            expect((await client.reader.take(() => data.length))?.equals(data)).toBe(true);
          continue;
        }
        if (type === messageTypes.DATA) client.socket.write(data);
        const seen = decodeMessage(Buffer.from((await edge.next())?.hex ?? '', 'hex'));
        expect(seen.type).toBe(type);
        if (type === messageTypes.DATA) expect(Buffer.from(seen.data).equals(data)).toBe(true);
        else expect(Buffer.from(seen.data).toString()).toBe(withId(data, shift));
      }
      client.socket.end();
      await lab.world.clock.sleep(10);
      // The capture's client of echo left by a reset.
      expect(printed(lab)).toEqual(
        plain(logs).filter((line) => !line.includes('failed to read from client')),
      );
      edge.socket.destroy();
    });
  });

  test.each(['not-upgrade', 'not-upgrade-unknown'])('%s', async (name) => {
    const captured = find(name);
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const seen = await rawExchange(lab, captured.request ?? '');
      expect(withoutDate(seen.head)).toBe(withoutDate(captured.head ?? ''));
      expect(printed(lab)).toEqual(plain(captured.logs));
      edge.socket.destroy();
    });
  });

  test('edged-403: a refusal leaves the connection open, and spins once the client has gone', async () => {
    const { wire = [], logs } = find('edged-403');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const payload = payloadOf(wire);
      const client = await startExec(lab, EXEC, payload.header ?? new Map());
      await edge.next();
      const { data } = decodeMessage(Buffer.from(String(wire[1]?.[2]), 'hex'));
      edge.send(1, Buffer.concat([Buffer.from([1, 3]), data]));
      expect((await client.reader.take(() => data.length))?.equals(data)).toBe(true);
      client.socket.end();
      await lab.world.clock.sleep(60_000);
      expect(printed(lab)).toEqual(plain(logs));
      expect(lab.world.trace.of('stream.spin').map(({ detail }) => detail.state)).toEqual(['begins']);
      expect(lab.cloudcore.sessions()[0]?.requests).toBe(1);
      // It ends with the tunnel.
      edge.socket.end();
      await lab.world.clock.sleep(10);
      expect(lab.world.trace.of('stream.spin').map(({ detail }) => detail.state)).toEqual(['begins', 'ends']);
      expect(lab.cloudcore.sessions()[0]?.requests).toBe(0);
    });
  });

  test('client-killed: the edge learns nothing of it, and what it sends is refused line by line', async () => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const client = await startExec(lab, EXEC);
      await edge.next();
      client.socket.destroy();
      await lab.world.clock.sleep(1_000);
      // The first is answered by a reset.
      for (let message = 0; message < 2; message += 1) {
        edge.send(1, Buffer.from('010378', 'hex'));
        await lab.world.clock.sleep(1_000);
      }
      expect(printed(lab).at(-1)).toMatch(
        /^Proxy tunnel message \[MESSAGE: connectid 1 MessageType DATA\] to kube-apiserver error write tcp .*: write: broken pipe$/,
      );
      edge.send(1, Buffer.from('0104', 'hex'));
      await lab.world.clock.sleep(10);
      expect(lab.world.trace.of('stream.spin').map(({ detail }) => detail.state)).toEqual(['begins', 'ends']);
      expect(
        lab.world.trace.of('tunnel.message').filter(({ detail }) => detail.direction === 'to-edge'),
      ).toHaveLength(1);
      edge.socket.destroy();
    });
  });

  test('tunnel-drop-mid-exec: the client is not told', async () => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const client = await startExec(lab, EXEC);
      await edge.next();
      edge.socket.end();
      await lab.world.clock.sleep(8_000);
      expect(client.reader.ended).toBe(false);
      client.socket.end();
      await lab.world.clock.sleep(10);
      expect(printed(lab).slice(-2)).toEqual([
        'Delete a apiserver connection APIServer_ExecConnection MessageID * from Tunnel session [edge-node-1]',
        'Delete APIServer_ExecConnection MessageID * from Tunnel session [edge-node-1]',
      ]);
    });
  });

  test.each(['exec-double-remove', 'exec-remove-then-close'])(
    '%s: the session becomes a zombie',
    async (name) => {
      await inLab(async (lab) => {
        const edge = await RawEdge.dial(lab);
        const client = await startExec(lab, EXEC);
        await edge.next();
        edge.send(1, Buffer.from('0104', 'hex'));
        if (name === 'exec-double-remove') edge.send(1, Buffer.from('0104', 'hex'));
        else edge.socket.end();
        await lab.world.clock.sleep(10);
        expect(logLines(lab.world).map(([, , line]) => line)).toContainEqual(
          expect.stringMatching(/^http: panic serving .*: close of closed channel$/),
        );
        expect(lab.world.trace.of('tunnel.session-end').map(({ detail }) => detail.state)).toEqual([
          'zombie',
        ]);
        client.socket.destroy();
        edge.socket.destroy();
        await lab.world.clock.sleep(10);
      });
    },
  );
});

describe('releases differ as their data says', () => {
  test.each([
    ['v1.7.2', 'spins'],
    ['v1.8.0', 'spins'],
    ['v1.9.0', 'removes'],
    ['v1.12.7', 'removes'],
  ])('%s: a client that has gone %s', async (release, gone) => {
    expect(cloudcoreRelease(release).execClientGone).toBe(gone);
    const pods = { nodeOf: () => 'edge-node-1' };
    await inLab(
      async (lab) => {
        const header = `${dialectOf(release).hostnameHeadersSent[0]}: edge-node-1\r\n`;
        const edge = await RawEdge.dial(lab, { hostname: '', extraHeaders: header });
        const client = await startExec(lab, EXEC);
        await edge.next();
        client.socket.end();
        await lab.world.clock.sleep(100);
        const sent = lab.world.trace.of('tunnel.message').map(({ detail }) => detail.type);
        expect(sent).toEqual(gone === 'spins' ? ['EXEC_CONNECT'] : ['EXEC_CONNECT', 'REMOVE_CONNECT']);
        expect(lab.world.trace.of('stream.spin')).toHaveLength(gone === 'spins' ? 1 : 0);
        edge.socket.destroy();
        await lab.world.clock.sleep(10);
      },
      { release, dialect: dialectOf(release), pods },
    );
  });

  test('v1.8.0: a normal end is an error on a connection that was taken over', async () => {
    await inLab(
      async (lab) => {
        const edge = await RawEdge.dial(lab);
        const client = await startExec(lab, EXEC);
        await edge.next();
        edge.send(1, Buffer.concat([Buffer.from([1, 3]), Buffer.from(ANSWER)]));
        await client.reader.take(() => ANSWER.length);
        edge.send(1, Buffer.from('0104', 'hex'));
        await lab.world.clock.sleep(10);
        client.socket.end();
        await lab.world.clock.sleep(10);
        expect(printed(lab).slice(-2)).toEqual([
          'http: response.WriteHeader on hijacked connection from ' +
            'github.com/emicklei/go-restful.(*Response).WriteHeader (response.go:220)',
          'apiconnection Serve APIServer_ExecConnection MessageID * in Tunnel session [edge-node-1] error ' +
            'APIServer_ExecConnection MessageID * find edge peer done, so stop this connection',
        ]);
        edge.socket.destroy();
      },
      { release: 'v1.8.0', dialect: dialectOf('v1.8.0') },
    );
  });
});

describe('attach, from v1.14.0 on', () => {
  const pods = { nodeOf: () => 'edge-node-1' };
  const extraHeaders = `${dialectOf('v1.14.0').hostnameHeadersSent[0]}: edge-node-1\r\n`;

  test.each([
    ['POST', '/attach/default/nginx-1/nginx?input=1'],
    ['GET', '/attach/default/nginx-1/nginx?input=1'],
    ['POST', '/attach/default/nginx-1/0f9a/nginx?input=1'],
    ['GET', '/attach/default/nginx-1/0f9a/nginx?input=1'],
  ])('%s %s: bytes both ways', async (method, path) => {
    await inLab(
      async (lab) => {
        const edge = await RawEdge.dial(lab, { hostname: '', extraHeaders });
        const client = await startExec(lab, path, upgradeHeaders, method);
        const connect = decodeMessage(Buffer.from((await edge.next())?.hex ?? '', 'hex'));
        expect(connect.type).toBe(messageTypes.ATTACH_CONNECT);
        const payload = decodeConnectPayload(connect.data, connect.type);
        expect([payload.method, payload.url.host, `${payload.url.path}?${payload.url.rawQuery}`]).toEqual([
          method,
          '127.0.0.1:10350',
          path,
        ]);
        edge.send(1, Buffer.concat([Buffer.from([1, 3]), Buffer.from(ANSWER)]));
        expect((await client.reader.take(() => ANSWER.length))?.toString()).toBe(ANSWER);
        client.socket.write('typed');
        expect((await edge.next())?.hex).toBe(Buffer.from('\x01\x03typed').toString('hex'));
        client.socket.end();
        expect((await edge.next())?.hex).toBe('0104');
        edge.socket.destroy();
        await lab.world.clock.sleep(10);
      },
      { release: 'v1.14.0', dialect: dialectOf('v1.14.0'), pods },
    );
  });

  test.each([
    ['no session', upgradeHeaders, 'Failed to get attach, err: attach: can not find edge-node-1 session '],
    ['no upgrade', new Map(), 'Failed to get attach, err: request was not an upgrade'],
  ])('says in its own words: %s', async (what, headers, line) => {
    await inLab(
      async (lab) => {
        const edge =
          what === 'no session' ? undefined : await RawEdge.dial(lab, { hostname: '', extraHeaders });
        const client = await startExec(lab, '/attach/default/nginx-1/nginx', headers);
        await client.reader.take((bytes) => bytes.indexOf('\r\n\r\n') + 1 || undefined);
        expect(printed(lab).slice(-1)).toEqual([line]);
        client.socket.destroy();
        edge?.socket.destroy();
        await lab.world.clock.sleep(10);
      },
      { release: 'v1.14.0', dialect: dialectOf('v1.14.0'), pods },
    );
  });
});

test('a client is not read while the edge does not read', async () => {
  await inLab(async (lab) => {
    const edge = await RawEdge.dial(lab);
    const client = await startExec(lab, EXEC);
    await edge.next();
    edge.socket.pause();
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    while (sent < 64 * 1024 * 1024 && client.socket.write(chunk)) {
      sent += chunk.length;
      await lab.world.clock.sleep(1);
    }
    expect(sent).toBeLessThan(8 * 1024 * 1024);
    edge.socket.resume();
    await new Promise((resolve) => client.socket.once('drain', resolve));
    client.socket.destroy();
    edge.socket.destroy();
    await lab.world.clock.sleep(10);
  });
});

const upgradeHeaders = new Map([
  ['Connection', ['Upgrade']],
  ['Upgrade', ['SPDY/3.1']],
]);

/** A client that has asked for an exec. */
async function startExec(
  lab: Lab,
  path: string,
  header: ReadonlyMap<string, readonly string[]> = upgradeHeaders,
  method = 'POST',
) {
  const target = { address: lab.cloudHost.address, port: 10_003 };
  const socket = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
  const reader = new ByteReader(socket);
  const lines = [...header].flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n${lines.join('')}\r\n`);
  return { socket, reader };
}

function find(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

function payloadOf(wire: NonNullable<Case['wire']>) {
  const { data, type } = decodeMessage(Buffer.from(String(wire[0]?.[2]), 'hex'));
  return decodeConnectPayload(data, type);
}

const withId = (payload: Uint8Array, shift: number) =>
  Buffer.from(payload)
    .toString()
    .replace(/^\{"MessID":(\d+)/, (_, id: string) => `{"MessID":${Number(id) - shift}`);

const plain = (lines: Case['logs']) => lines.map(([, , line]) => line.replace(/(MessageID) \d+/g, '$1 *'));

/** What cloudcore printed since it was up, ids left out. */
const printed = (lab: Lab) =>
  plain(
    logLines(lab.world).filter(
      ([, source, line]) => !source.startsWith('tunnelserver') && !line.startsWith('Prepare'),
    ),
  );

import type { NetSocket } from '@kubeedge-sim/sim-kit';
import { decodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { describe, expect, it } from 'vitest';
import { type EdgestreamLab, inLab, readFixture } from './edgestream.test-support.ts';
import { text } from './scripted-cloud.test-support.ts';

interface Exchange {
  scenario: string;
  /** Direction, ms since the first, message. */
  wire: ['>' | '<', number, string][];
  edged: { method: string; uri: string; host: string; header: Record<string, string[]> };
}

const exchanges = readFixture<Exchange>('exec.ndjson');
const [echo] = exchanges as [Exchange];
const CONNECT = echo.wire[0]?.[2] ?? '';
const HEAD_END = '\r\n\r\n';

/** An edged that records what it is sent, and says what it is told to. */
async function scriptedEdged({ world, edge }: EdgestreamLab) {
  const seen: Buffer[] = [];
  const accepted = Promise.withResolvers<NetSocket>();
  const target = { address: '127.0.0.1', port: 10_350 };
  world.own(
    await edge.listen(target, { component: 'scripted-edged' }, (socket) => {
      socket.on('data', (chunk: Buffer) => seen.push(chunk));
      socket.on('error', () => {});
      accepted.resolve(socket);
    }),
  );
  return { accepted: accepted.promise, bytes: () => Buffer.concat(seen) };
}

/** The request as the lab's edged noted it. */
function requestOf(head: string): Exchange['edged'] {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', uri = ''] = first.split(' ');
  const fields = lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]);
  const header: Record<string, string[]> = {};
  for (const [name, value] of fields) if (name !== 'Host') header[name] = [...(header[name] ?? []), value];
  return { method, uri, host: fields.find(([name]) => name === 'Host')?.[1] ?? '', header };
}

describe('an EXEC_CONNECT beside the real edge', () => {
  it.each(exchanges.map((row) => [row.scenario, row] as const))('%s', async (_, row) => {
    await inLab(
      async (lab) => {
        const edged = await scriptedEdged(lab);
        const tunnel = await lab.tunnel();
        const fromCloud: Uint8Array[] = [];
        const fromEdge: string[] = [];
        for (const [direction, , hex] of row.wire) {
          const { type, data } = decodeMessage(Buffer.from(hex, 'hex'));
          if (direction === '>') {
            tunnel.send(text(hex));
            if (type === messageTypes.DATA) fromCloud.push(data);
          } else {
            fromEdge.push(hex);
            const socket = await edged.accepted;
            if (type === messageTypes.DATA) socket.write(data);
            else socket.end();
          }
          await lab.world.clock.sleep(1);
        }
        expect(tunnel.messages().map(({ hex }) => hex)).toEqual(fromEdge);
        const bytes = edged.bytes();
        const end = bytes.indexOf(HEAD_END);
        expect(requestOf(bytes.toString('latin1', 0, end))).toEqual(row.edged);
        expect(bytes.subarray(end + HEAD_END.length).equals(Buffer.concat(fromCloud))).toBe(true);
        (await edged.accepted).destroy();
      },
      { edged: 'none' },
    );
  });

  it('edged-down: sends nothing at all', async () => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(CONNECT));
        await lab.world.clock.sleep(1_000);
        expect(tunnel.messages()).toEqual([]);
        expect(lab.logs().slice(1)).toEqual([
          'E edgedexecconnection.go:61] failed to dial, err: dial tcp 127.0.0.1:10350: connect: connection refused',
          'E tunnel.go:98] Serve Container Exec connection error MESSAGE: connectid 1 MessageType EXEC_CONNECT',
        ]);
      },
      { edged: 'none' },
    );
  });
});

describe('an EXEC_CONNECT', () => {
  it.each([
    ['v1.6.1', ['DATA', 'REMOVE_CONNECT'], 1],
    ['v1.7.0', ['REMOVE_CONNECT'], 0],
  ])('%s: a REMOVE_CONNECT ends it', async (tag, types, waits) => {
    await inLab(
      async (lab) => {
        const edged = await scriptedEdged(lab);
        const tunnel = await lab.tunnel();
        tunnel.send(text(CONNECT));
        const socket = await edged.accepted;
        await lab.world.clock.sleep(10);
        tunnel.send(text('0104'));
        await lab.world.clock.sleep(1_000);
        expect(tunnel.messages()).toHaveLength(waits === 1 ? 0 : 1);
        if (waits === 1) socket.write('x'.repeat(1_000));
        await lab.world.clock.sleep(10);
        const sent = tunnel.messages().map(({ hex }) => decodeMessage(Buffer.from(hex, 'hex')));
        expect(sent.map(({ type }) => (type === messageTypes.DATA ? 'DATA' : 'REMOVE_CONNECT'))).toEqual(
          types,
        );
        socket.destroy();
      },
      { edged: 'none', tag },
    );
  });

  it('panics in v1.4.0', async () => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(CONNECT));
        await lab.world.clock.sleep(10);
        expect(lab.panics).toHaveLength(1);
      },
      { tag: 'v1.4.0' },
    );
  });
});

describe('an ATTACH_CONNECT', () => {
  const ATTACH = Buffer.from(CONNECT, 'hex')
    .toString('latin1')
    .replace('\x01\x01', '\x01\x06')
    .replace('/exec/', '/attach/');

  it('is served as an exec is, from v1.14.0 on', async () => {
    await inLab(
      async (lab) => {
        const edged = await scriptedEdged(lab);
        const tunnel = await lab.tunnel();
        tunnel.send(text(Buffer.from(ATTACH, 'latin1').toString('hex')));
        const socket = await edged.accepted;
        await lab.world.clock.sleep(10);
        expect(edged.bytes().toString()).toMatch(/^\w+ \/attach\//);
        tunnel.send(text('010361'));
        await lab.world.clock.sleep(10);
        expect(edged.bytes().at(-1)).toBe(0x61);
        socket.end('answer');
        await lab.world.clock.sleep(10);
        const sent = tunnel.messages().map(({ hex }) => decodeMessage(Buffer.from(hex, 'hex')));
        expect(sent.map(({ type, data }) => [type, Buffer.from(data).toString()])).toEqual([
          [messageTypes.DATA, 'answer'],
          [messageTypes.REMOVE_CONNECT, ''],
        ]);
      },
      { edged: 'none', tag: 'v1.14.0' },
    );
  });

  it('is nothing to v1.13.5', async () => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(Buffer.from(ATTACH, 'latin1').toString('hex')));
        await lab.world.clock.sleep(1_000);
        expect(tunnel.messages()).toEqual([]);
        expect(lab.panics).toEqual([]);
      },
      { edged: 'none', tag: 'v1.13.5' },
    );
  });

  it('tells in words of its own that edged is down', async () => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(Buffer.from(ATTACH, 'latin1').toString('hex')));
        await lab.world.clock.sleep(1_000);
        expect(lab.logs().slice(1)).toEqual([
          'E edgedattachconnection.go:124] failed to dial, err: dial tcp 127.0.0.1:10350: connect: connection refused',
          'E tunnel.go:124] Serve Attach connection error MESSAGE: connectid 1 MessageType ATTACH_CONNECT',
        ]);
      },
      { edged: 'none', tag: 'v1.14.0' },
    );
  });
});

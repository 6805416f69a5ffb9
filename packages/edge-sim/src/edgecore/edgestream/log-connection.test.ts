import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { edgecoreRelease, edgecoreTags } from '../find-release.ts';
import { type CapturedMessage, expectLogs, expectMessages } from './captured.test-support.ts';
import { inLab, readFixture } from './edgestream.test-support.ts';
import { text } from './scripted-cloud.test-support.ts';

interface Exchange {
  scenario: string;
  fromCloud: string[];
  fromEdge: CapturedMessage[];
  /** In place of the messages, where they are many. */
  cut?: { messages: number; dataSha256: string };
  edged: object[];
  logs: string[];
}

const exchanges = readFixture<Exchange>('logs.ndjson');
const CANCELLED = ['client-disconnect', 'client-disconnect-silent'];
const SPECIAL = [...CANCELLED, 'edged-down', 'longline'];
const exchange = (name: string): Exchange => {
  const found = exchanges.find(({ scenario }) => scenario === name);
  if (found === undefined) throw new Error(`no exchange ${name}`);
  return found;
};

/** A CONNECT for a path of the stub, as hexadecimal digits. */
function connect(path: string, id = 1): string {
  const [Path = '', RawQuery = ''] = path.split('?');
  const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path, RawQuery };
  const payload = JSON.stringify({ MessID: id, url, header: {} });
  return Buffer.concat([Buffer.from([id, 0]), Buffer.from(payload)]).toString('hex');
}

const LOGS = '/containerLogs/default/nginx-1/nginx?follow=true';
const REMOVE = '0104';

describe('a LOGS_CONNECT beside the real edge', () => {
  const plain = exchanges.filter(({ scenario }) => !SPECIAL.includes(scenario));

  it.each(plain.map((row) => [row.scenario, row] as const))('%s', async (_, row) => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(...row.fromCloud.map(text));
      await lab.world.clock.sleep(4_000);
      expectMessages(tunnel, row.fromEdge);
      expect(lab.edged?.requests).toEqual(row.edged);
      expectLogs(lab, row.logs);
    });
  });

  it('longline: no line is too long, and nothing is lost where characters are cut', async () => {
    const row = exchange('longline');
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(...row.fromCloud.map(text));
      await lab.world.clock.sleep(4_000);
      const data = tunnel.messages().map(({ hex }) => Buffer.from(hex, 'hex').subarray(2));
      expect(data.pop()).toHaveLength(0);
      expect(data).toHaveLength(row.cut?.messages ?? 0);
      expect(createHash('sha256').update(Buffer.concat(data)).digest('hex')).toBe(row.cut?.dataSha256);
      expectLogs(lab, row.logs);
    });
  });

  it.each(CANCELLED)('%s: one more message goes out before it stops', async (name) => {
    const row = exchange(name);
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      const [first = '', remove = ''] = row.fromCloud;
      tunnel.send(text(first));
      await lab.world.clock.sleep(1_000);
      const before = tunnel.messages().length;
      tunnel.send(text(remove));
      await lab.world.clock.sleep(150);
      expect(tunnel.messages()).toHaveLength(before);
      await lab.world.clock.sleep(6_000);
      expectMessages(tunnel, row.fromEdge);
      expectLogs(lab, row.logs);
    });
  });

  it('edged-down: sends nothing at all, not even REMOVE_CONNECT', async () => {
    const row = exchange('edged-down');
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        const [first = '', remove = ''] = row.fromCloud;
        tunnel.send(text(first));
        await lab.world.clock.sleep(5_000);
        tunnel.send(text(remove));
        await lab.world.clock.sleep(1_000);
        expect(tunnel.messages()).toEqual([]);
        expectLogs(lab, row.logs);
      },
      { edged: 'none' },
    );
  });
});

describe('a LOGS_CONNECT', () => {
  it.each(edgecoreTags().filter((tag) => edgecoreRelease(tag).edgestream !== null))(
    'is served by %s',
    async (tag) => {
      await inLab(
        async (lab) => {
          const tunnel = await lab.tunnel();
          tunnel.send(text(connect(`${LOGS}&lab=blank`)));
          await lab.world.clock.sleep(100);
          const messages = tunnel.messages().map(({ hex }) => Buffer.from(hex, 'hex').toString());
          const byLine = edgecoreRelease(tag).edgestream?.logs.reader === 'lines';
          const data = byLine ? ['a\n', '\n', '\n', 'b\n', '\n'] : ['a\n\n\nb\n\n'];
          expect(messages).toEqual([...data.map((bytes) => `\x01\x03${bytes}`), '\x01\x04']);
        },
        { tag },
      );
    },
  );

  it('loses a REMOVE_CONNECT that comes with it in one segment, and goes on', async () => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(text(connect(`${LOGS}&lab=slow:4`)), text(REMOVE));
      await lab.world.clock.sleep(3_000);
      expect(tunnel.messages()).toHaveLength(5);
      expect(lab.logs().join('\n')).not.toContain('receive remove');
    });
  });

  it('takes a header of null', async () => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      const payload = Buffer.from(connect(`${LOGS}&lab=crlf`).slice(4), 'hex').toString();
      const data = Buffer.from(payload.replace('"header":{}', '"header":null'));
      tunnel.send(text(`0100${data.toString('hex')}`));
      await lab.world.clock.sleep(100);
      expect(tunnel.messages()).toHaveLength(2);
      expect(lab.panics).toEqual([]);
    });
  });

  it('says what of a payload it cannot read, and answers nothing', async () => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(text('01007b'));
      await lab.world.clock.sleep(100);
      expect(tunnel.messages()).toEqual([]);
      expect(lab.logs().slice(1)).toEqual([
        'E tunnel.go:55] unmarshal connector data error unexpected end of JSON input',
        'E tunnel.go:94] Serve Logs connection error MESSAGE: connectid 1 MessageType LOGS_CONNECT',
      ]);
    });
  });

  it('is read line by line up to v1.4.0, where a long line ends it', async () => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(connect(`${LOGS}&lab=crlf`)));
        await lab.world.clock.sleep(100);
        tunnel.send(text(connect(`${LOGS}&lab=bigline:65536`, 2)));
        await lab.world.clock.sleep(100);
        expect(tunnel.messages().map(({ hex }) => Buffer.from(hex, 'hex').toString())).toEqual([
          '\x01\x03a\n',
          '\x01\x03b\n',
          '\x01\x03\n',
          '\x01\x03c\n',
          '\x01\x04',
          '\x02\x03line-before\n',
          '\x02\x04',
        ]);
        expect(lab.logs()[1]).toContain('EDGE_LOGS_CONNECTOR Message MessageID 1 write logs a');
      },
      { tag: 'v1.4.0' },
    );
  });

  it.each([
    ['v1.7.0', 'single'],
    ['v1.12.0', 'signal'],
  ])('stops at once in %s, however silent the container is', async (tag, word) => {
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        tunnel.send(text(connect(`${LOGS}&lab=hang:6`)));
        await lab.world.clock.sleep(1_000);
        tunnel.send(text(REMOVE));
        await lab.world.clock.sleep(10);
        expect(tunnel.messages().map(({ hex }) => hex.slice(0, 4))).toEqual(['0103', '0104']);
        expect(lab.logs().slice(1)).toEqual([
          'I edgedlogconnection.go:80] receive remove client id 1',
          `I edgedlogconnection.go:122] receive stop ${word}, so stop logs scan ...`,
          'E edgedlogconnection.go:105] EDGE_LOGS_CONNECTOR Message MessageID 1 failed to write log data, err:http: read on closed response body',
        ]);
        // The stub goes on for as long.
        await lab.world.clock.sleep(6_000);
      },
      { tag },
    );
  });

  it('tries three times to say the end where the tunnel is gone', async () => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(text(connect(`${LOGS}&lab=slow:4`)));
      await lab.world.clock.sleep(450);
      tunnel.hangUp('reset');
      await lab.world.clock.sleep(1_000);
      const name = 'EDGE_LOGS_CONNECTOR Message MessageID 1';
      expect(lab.logs().filter((line) => line.includes('edgedlog') || line.includes('Logs'))).toEqual([
        'E edgedlogconnection.go:119] write tunnel message MESSAGE: connectid 1 MessageType DATA error',
        ...Array(3).fill(
          `E edgedlogconnection.go:89] ${name} send REMOVE_CONNECT message error use of closed network connection`,
        ),
        'E tunnel.go:94] Serve Logs connection error MESSAGE: connectid 1 MessageType LOGS_CONNECT',
      ]);
    });
  });
});

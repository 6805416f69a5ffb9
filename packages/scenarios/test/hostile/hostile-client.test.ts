import { connect as connectHttp2 } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialTls, type RawSocket } from './raw-peers.ts';
import { until, Victim } from './victim.ts';

// A raw client of port 10003 against the simulated cloudcore, v1.6.1, on real sockets. It has no certificate, and needs
// none.

const MI = 1024 * 1024;
// Two processes move hundreds of megabytes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let victim: Victim;
beforeAll(async () => {
  victim = await Victim.start();
});
afterAll(() => victim.stop());

const dial = () => dialTls(victim.started.cloud, 10_003);

/** What a raw request gets, up to where the server hangs up; '' when it does so at once. */
async function ask(lines: string): Promise<string> {
  const client = await dial();
  client.socket.write(Buffer.from(`${lines}\r\nConnection: close\r\n\r\n`, 'latin1'));
  await client.ended();
  client.destroy();
  return client.received.toString('latin1');
}

const statusOf = (answer: string) => answer.split(' ')[1] ?? 'hung up';
const summary = (host: string, more = '') => ask(`GET /stats/summary HTTP/1.1\r\nHost: ${host}${more}`);

describe('the Host header', () => {
  it.each([
    ['without a port, on which the real one panics, and so does this one', 'edge-node-2', 'hung up'],
    ['of an IPv6 address', '[fd00::1]:10350', '500'],
    ['of an IPv6 address without a port', '[::1]', '500'],
    ['empty', '', '500'],
    ['of two colons', ':::', '500'],
    ['8 KiB long', 'x'.repeat(8_192), '500'],
    ['of a prototype', '__proto__:1', '500'],
    ['of a node nobody knows', 'nobody:10350', '500'],
  ])('%s', async (what, host, status) => {
    await victim.under(`Host ${what}`, async () => {
      expect(statusOf(await summary(host))).toBe(status);
    });
  });

  it('with another port reaches that port of the edge, as up to v1.7, and the session goes on', async () => {
    await victim.under('Host with port 22', async () => {
      const client = await dial();
      // Nobody listens there, and nobody tells the cloud.
      client.socket.write('GET /stats/summary HTTP/1.1\r\nHost: edge-node-2:22\r\n\r\n');
      await until(async () =>
        (await victim.events(['edgestream.request'])).some(
          (event) =>
            event.kind === 'edgestream.request' && event.detail.url.startsWith('http://127.0.0.1:22/'),
        ),
      );
      expect(client.receivedBytes).toBe(0);
      client.destroy();
      expect(await victim.answers('edge-node-2')).toBe(true);
    });
  });
});

describe('X-Forwarded-Uri', () => {
  it.each([
    ['names another node, whose session it is then', '/api/v1/nodes/edge-node-2/proxy/stats/summary', '200'],
    ['names nobody', '/api/v1/nodes/nobody/proxy/stats/summary', '500'],
    ['climbs', '/api/v1/nodes/../../proxy/stats/summary', '500'],
    ['is too short', '/api/v1/nodes/edge-node-2', '200'],
    ['is 100 KB long', `/api/v1/nodes/${'x'.repeat(100_000)}/proxy/a/b`, '500'],
  ])('%s', async (what, uri, status) => {
    await victim.under(`X-Forwarded-Uri ${what}`, async () => {
      const answer = await summary('edge-node-1:10350', `\r\nX-Forwarded-Uri: ${uri}`);
      expect(statusOf(answer)).toBe(status);
      if (status === '200')
        expect(answer).toContain(uri.includes('/proxy/') ? '"edge-node-2"' : '"edge-node-1"');
    });
  });
});

describe('requests of impossible size or shape', () => {
  it('have 2 MiB of headers', async () => {
    const reached = await victim.under('headers of 2 MiB on 10003', async () => {
      expect(statusOf(await summary('a', `\r\nX: ${'x'.repeat(2 * MI)}`))).toBe('431');
    });
    expect(reached).toEqual(['headerBytes']);
  });

  it('have a body without end', async () => {
    await victim.under('a body of 300 MiB to 10003', async () => {
      const client = await dial();
      await client.write(
        Buffer.from(
          `POST /exec/a/b/c HTTP/1.1\r\nHost: edge-node-2:1\r\nContent-Length: ${10 ** 12}\r\n\r\n`,
        ),
      );
      const part = Buffer.alloc(MI);
      for (let sent = 0; sent < 300 && (await client.write(part)); sent++);
      client.destroy();
    });
  });

  it.each([
    ['no request at all', '\0\0\0\0\r\n\r\n', '400'],
    ['a request of another protocol', 'SSH-2.0-x\r\n', '400'],
    ['a line break in a header', 'GET /stats/summary HTTP/1.1\r\nHost: a\nX: b\rY: c', '400'],
    ['a broken percent escape', 'GET /stats/%zz HTTP/1.1\r\nHost: a', '400'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2', '400'],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz', '400'],
  ])('%s', async (what, lines, status) => {
    await victim.under(what, async () => {
      expect(statusOf(await ask(lines))).toBe(status);
    });
  });

  it('have 1 MiB of headers that go on to the edge', async () => {
    await victim.under('a CONNECT of 900 KB', async () => {
      expect(statusOf(await summary('edge-node-2:10350', `\r\nX: ${'<'.repeat(900_000)}`))).toBe('200');
    });
  });
});

describe('clients', () => {
  it('that pipeline a million requests', async () => {
    const reached = await victim.under('a million pipelined requests', async () => {
      const client = await dial();
      const many = Buffer.from(
        'GET /stats/summary HTTP/1.1\r\nHost: edge-node-2:10350\r\n\r\n'.repeat(10_000),
      );
      for (let round = 0; round < 100 && (await client.write(many)); round++);
      await client.ended();
    });
    expect(reached).toEqual(['pipelinedRequests']);
  });

  it('that never finish their headers', async () => {
    await victim.under('500 that never finish on 10003', async () => {
      const slow = await Promise.all(Array.from({ length: 500 }, dial));
      for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nX: ');
      expect(await victim.answers('edge-node-2')).toBe(true);
      for (const client of slow) client.destroy();
    });
  });

  it('that follow and do not read', async () => {
    await victim.under('20 that do not read', async () => {
      const lazy: RawSocket[] = [];
      for (let count = 0; count < 20; count++) {
        const client = await dial();
        client.socket.pause();
        client.socket.write('GET /metrics/cadvisor HTTP/1.1\r\nHost: edge-node-2:10350\r\n\r\n');
        lazy.push(client);
      }
      for (const client of lazy) client.destroy();
      await until(() => victim.answers('edge-node-2'));
    });
  });

  it('that open and reset HTTP/2 streams without end', async () => {
    await victim.under('20,000 reset streams', async () => {
      for (let round = 0; round < 20; round++) {
        const session = connectHttp2(`https://${victim.started.cloud}:10003`, { rejectUnauthorized: false });
        session.on('error', () => {});
        for (let count = 0; count < 1_000 && !session.destroyed; count++) {
          const stream = session.request({ ':path': '/stats/summary', ':authority': 'edge-node-2:10350' });
          stream.on('error', () => {});
          stream.close();
        }
        session.destroy();
      }
      await until(() => victim.answers('edge-node-2'));
    });
  });
});

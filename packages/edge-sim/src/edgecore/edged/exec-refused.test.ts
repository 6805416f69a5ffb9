import { buffer } from 'node:stream/consumers';
import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { remoteCommandProtocols } from '@kubeedge-sim/spdy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edgecoreRelease } from '../find-release.ts';
import { command, type ExecSite, inExecSite } from './exec.test-support.ts';
import { ExecClient } from './exec-client.test-support.ts';
import { LAB_MACHINE } from './lab-machine.test-support.ts';

const inSite = (
  body: (site: ExecSite) => Promise<void>,
  ...more: [Parameters<typeof inExecSite>[2]?, typeof LAB_MACHINE?]
) => inExecSite(() => createMemoryWorld({ startAtMs: LAB_NOW_MS }), body, ...more);
/** A minute after the lab's containers were started. */
const LAB_NOW_MS = Date.UTC(2026, 10, 22, 20, 1, 12);
const ls = `${command('ls')}&output=1`;
const ATTACH = '/attach/default/nginx-1/nginx';
const streamingOf = (tag: string) => ({ streaming: edgecoreRelease(tag).edged.streaming });

/** What an edged answers to one request, and then closes or not. */
async function rawAnswer({ dial }: ExecSite, request: string): Promise<string> {
  const socket = await dial();
  socket.on('error', () => {});
  socket.write(request.replaceAll('\n', '\r\n'));
  return (await buffer(socket)).toString('latin1').replace(/Date: [^\r]*/g, 'Date: *');
}

describe('an exec that is refused', () => {
  test.each([
    ['a pod nobody knows', { path: '/exec/default/nope/nginx' }, 404, 'pod does not exist'],
    ['a container nobody knows', { path: '/exec/default/nginx-1/nope' }, 500, 'container not found ("nope")'],
    [
      'no stream at all',
      { query: command('ls') },
      400,
      'you must specify at least 1 of stdin, stdout, stderr',
    ],
  ])('%s', async (_, { path, query = ls }: { path?: string; query?: string }, status, text) => {
    await inSite(async ({ ask }) => {
      const answer = await ask(query, path === undefined ? {} : { path });
      if (answer instanceof ExecClient) throw new Error('it was accepted');
      expect(answer.refused.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer.refused.split('\r\n\r\n')[1]).toBe(text);
      expect(answer.error).toBe(`unable to upgrade connection: ${text}`);
    });
  });

  test('without an upgrade', async () => {
    await inSite(async (site) => {
      const answer = await rawAnswer(
        site,
        `GET /exec/default/nginx-1/nginx?${ls} HTTP/1.1\nHost: edged\nConnection: close\n\n`,
      );
      expect(answer).toBe(
        'HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n' +
          'X-Content-Type-Options: nosniff\r\nDate: *\r\nContent-Length: 25\r\nConnection: close\r\n\r\n' +
          'Upgrade request required\n',
      );
      expect(site.logs()).toEqual(['E Error while proxying request: Upgrade request required']);
    });
  });

  test.each([
    [
      'no protocol that it knows',
      'SPDY/3.1',
      'X-Stream-Protocol-Version: v9.channel.k8s.io\n',
      '403 Forbidden',
      'server accepts [v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io]',
    ],
    [
      'no protocol',
      'SPDY/3.1',
      '',
      '400 Bad Request',
      'unable to upgrade: X-Stream-Protocol-Version is required',
    ],
    [
      'another upgrade',
      'websocket',
      'X-Stream-Protocol-Version: v4.channel.k8s.io\n',
      '400 Bad Request',
      'unable to upgrade: missing upgrade headers in request: http.Header{',
    ],
  ])(
    '%s: the streaming server says so, and the connection ends',
    async (_, upgrade, header, status, text) => {
      await inSite(async (site) => {
        const answer = await rawAnswer(
          site,
          `POST /exec/default/nginx-1/nginx?${ls} HTTP/1.1\nHost: edged\nConnection: Upgrade\nUpgrade: ${upgrade}\n${header}\n`,
        );
        expect(answer).toMatch(
          new RegExp(
            `^HTTP/1.1 ${status}\r\nContent-Length: \\d+\r\nContent-Type: text/plain; charset=utf-8\r\nDate: `,
          ),
        );
        expect(answer).toContain(text);
      });
    },
  );

  test('the connection goes on after a refusal, as after any request that asks for an upgrade in vain', async () => {
    await inSite(async (site) => {
      const upgrade =
        'Connection: Upgrade\nUpgrade: SPDY/3.1\nX-Stream-Protocol-Version: v4.channel.k8s.io\n';
      const answer = await rawAnswer(
        site,
        `POST /exec/default/nope/nginx?${ls} HTTP/1.1\nHost: edged\n${upgrade}\n` +
          `GET /healthz HTTP/1.1\nHost: edged\n${upgrade}\n` +
          'GET /healthz HTTP/1.1\nHost: edged\nConnection: close\n\n',
      );
      expect(answer.match(/HTTP\/1.1 \d+|(?<=\r\n\r\n)[a-z ]+/g)).toEqual([
        'HTTP/1.1 404',
        'pod does not exist',
        'HTTP/1.1 200',
        'ok',
        'HTTP/1.1 200',
        'ok',
      ]);
    });
  });
});

describe('what a release makes of it', () => {
  test.each([
    ['v1.3.1', 'exec', 'runtime error: invalid memory address or nil pointer dereference'],
    ['v1.3.1', 'attach', 'runtime error: invalid memory address or nil pointer dereference'],
    ['v1.6.1', 'attach', 'GetAttach need to be implemented'],
    ['v1.11.3', 'attach', 'GetAttach need to be implemented'],
    ['v1.6.1', 'portForward', 'GetPortForward need to be implemented'],
  ])('%s panics at %s, and the connection ends without an answer', async (tag, verb, panic) => {
    await inSite(async (site) => {
      const path = verb === 'portForward' ? '/portForward/default/nginx-1' : `/${verb}/default/nginx-1/nginx`;
      const headers =
        'Host: edged\nConnection: Upgrade\nUpgrade: SPDY/3.1\nX-Stream-Protocol-Version: v4.channel.k8s.io\n';
      expect(await rawAnswer(site, `POST ${path}?${ls} HTTP/1.1\n${headers}\n`)).toBe('');
      expect(site.logs()).toEqual([expect.stringMatching(/^E http: panic serving 127\.0\.0\.1:\d+: /)]);
      expect(site.logs()[0]).toContain(`: ${panic}`);
      // Only the one connection is lost.
      expect(await rawAnswer(site, 'GET /healthz HTTP/1.1\nHost: edged\nConnection: close\n\n')).toMatch(
        /ok$/,
      );
    }, streamingOf(tag));
  });

  test.each(['v1.8.0', 'v1.12.0'])('%s has no debug handlers', async (tag) => {
    await inSite(
      async ({ ask }) => {
        const answer = await ask(ls);
        if (answer instanceof ExecClient) throw new Error('it was accepted');
        expect(answer.refused).toMatch(/^HTTP\/1.1 405 .*\r\n\r\nDebug endpoints are disabled\.\n$/s);
      },
      { ...streamingOf(tag), debuggingDisabled: true },
    );
  });
});

describe('attach, from v1.12.1 on', () => {
  const attachable = (change: object): typeof LAB_MACHINE => ({
    ...LAB_MACHINE,
    pods: LAB_MACHINE.pods.map((pod) => ({
      ...pod,
      containers: pod.containers.map((container) => ({ ...container, ...change })),
    })),
  });
  const log = { shape: 'steady', everyMs: 1_000, text: '第{n}行' } as const;

  test('shows what the main process prints from now on, until the client leaves', async () => {
    await inSite(
      async ({ exec, world }) => {
        const client = await exec('error=1&output=1', { path: ATTACH });
        await client.until(() => client.stdoutPieces.length === 3);
        expect(client.stdout).toMatch(/^(第\d+行\n){3}$/);
        client.socket.end();
        await client.until(() => client.closed);
        expect(world.trace.of('dockershim.stream').at(-1)?.detail).toMatchObject({
          verb: 'attach',
          end: 'client-gone',
        });
      },
      streamingOf('v1.12.1'),
      attachable({ log }),
    );
  });

  test('types into a main process that has a stdin, and the end of it ends the attach', async () => {
    await inSite(
      async ({ exec }) => {
        const client = await (await exec('input=1&output=1&error=1', { path: ATTACH })).start();
        client.write('hello\n');
        await client.until(() => client.stdout === 'hello\n');
        client.end();
        expect(await client.finished()).toEqual({ type: 'success' });
        // It runs on for the next one.
        const again = await (await exec('input=1&output=1', { path: ATTACH })).start();
        again.write('again\n');
        await again.until(() => again.stdout === 'again\n');
        again.socket.end();
        await again.until(() => again.closed);
      },
      streamingOf('v1.12.1'),
      attachable({ stdin: true, command: ['cat'] }),
    );
  });

  test('has the terminal that the container has, whatever the client asks for', async () => {
    await inSite(
      async ({ exec }) => {
        const client = await (await exec('input=1&output=1&tty=1', { path: ATTACH })).start();
        client.resize({ width: 100, height: 30 });
        client.write('stty size\r');
        await client.until(() => client.stdout.includes('30 100\r\n'));
        client.write('exit\r');
        expect(await client.finished()).toEqual({ type: 'success' });
      },
      streamingOf('v1.12.1'),
      attachable({ stdin: true, tty: true, command: ['sh'] }),
    );
  });

  test('its input goes nowhere without a stdin', async () => {
    await inSite(async ({ exec, world }) => {
      const client = await (await exec('input=1&output=1', { path: ATTACH })).start();
      client.write('hello\n');
      client.end();
      await world.clock.sleep(10_000);
      expect([client.stdout, client.result]).toEqual(['', undefined]);
      client.socket.end();
      await client.until(() => client.closed);
    }, streamingOf('v1.12.1'));
  });
});

describe('protocols', () => {
  test.each(remoteCommandProtocols.slice(1))('%s', async (protocol) => {
    await inSite(async ({ exec }) => {
      const client = await exec(`${command('sh', '-c', 'echo hi; exit 3')}&error=1&output=1`, {
        protocols: [protocol],
      });
      const result = await client.finished();
      expect(client.stdout).toBe('hi\n');
      const old =
        'error executing remote command: command terminated with non-zero exit code: Error executing in Docker Container: 3';
      if (protocol === 'v4.channel.k8s.io') expect(result).toMatchObject({ type: 'exited', code: 3 });
      // The first protocol's error stream is reset before the command runs.
      else if (protocol === 'channel.k8s.io') expect(result).toEqual({ type: 'success' });
      else expect(result).toEqual({ type: 'error', text: old });
    });
  });
});

describe('a hostile client', () => {
  test('that opens no streams is noted after 30 s, and let go after four hours', async () => {
    await inSite(async ({ dial, logs, world }) => {
      const socket = await dial();
      socket.write(
        `POST /exec/default/nginx-1/nginx?${ls} HTTP/1.1\r\nHost: edged\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n` +
          'X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
      );
      let closed = false;
      socket.on('close', () => {
        closed = true;
      });
      socket.resume();
      await world.clock.sleep(31_000);
      expect(logs()).toEqual(['E timed out waiting for client to create streams']);
      expect(closed).toBe(false);
      await world.clock.sleep(4 * 3_600_000 - 20_000);
      expect(closed).toBe(true);
      expect(world.trace.of('dockershim.stream').at(-1)?.detail).toMatchObject({ end: 'idle' });
    });
  });

  test('that sends no SPDY loses its connection, and nobody else theirs', async () => {
    await inSite(async ({ dial, exec, world }) => {
      const bystander = await (await exec(`${command('cat')}&input=1&output=1`)).start();
      const upgrade = `POST /exec/default/nginx-1/nginx?${ls} HTTP/1.1\r\nHost: edged\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n`;
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
          const socket = await dial();
          socket.on('error', () => {});
          socket.write(Buffer.concat([Buffer.from(upgrade), bytes]));
          socket.end();
          await buffer(socket);
        }),
        { numRuns: 300 },
      );
      bystander.write('still here');
      await bystander.until(() => bystander.stdout === 'still here');
      bystander.end();
      expect(await bystander.finished()).toEqual({ type: 'success' });
      expect(
        world.trace.of('dockershim.stream').filter(({ detail }) => detail.end === 'hostile').length,
      ).toBeGreaterThan(10);
    });
  });

  test('that starts more than a container can run is told so', async () => {
    await inSite(async ({ exec }) => {
      const all = [];
      for (let count = 0; count < 70; count += 1) all.push(await exec(`${command('sleep', '1')}&output=1`));
      const results = await Promise.all(all.map((client) => client.finished()));
      expect(results.filter(({ type }) => type === 'success')).toHaveLength(63);
      expect(all.at(-1)?.stdout).toBe(
        "OCI runtime exec failed: exec failed: unable to start container process: can't start init process: " +
          'resource temporarily unavailable: unknown\r\n',
      );
    });
  });
});

import { randomBytes } from 'node:crypto';
import { createLoopbackWorld, createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { command, inExecSite as inSite } from './exec.test-support.ts';

describe.each([
  ['memory', createMemoryWorld],
  ['loopback', createLoopbackWorld],
] as const)('exec in a simulated container, on %s', (_, create) => {
  test('prints on both streams and has an exit code', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await exec(
        `${command('sh', '-c', 'echo hello 边缘; echo boom 失败 >&2; exit 7')}&error=1&output=1`,
      );
      expect(await client.finished()).toMatchObject({ type: 'exited', code: 7 });
      expect([client.stdout, client.stderr]).toEqual(['hello 边缘\n', 'boom 失败\n']);
      expect(world.trace.of('dockershim.stream').map(({ detail }) => detail)).toEqual([
        expect.objectContaining({ verb: 'exec', state: 'open', protocol: 'v4.channel.k8s.io' }),
        expect.objectContaining({
          state: 'ended',
          end: 'finished',
          exitCode: 7,
          stdoutBytes: 13,
          stderrBytes: 12,
        }),
      ]);
    });
  });

  test('reads stdin to its end', async () => {
    await inSite(create, async ({ exec }) => {
      const client = await (await exec(`${command('cat')}&error=1&input=1&output=1`)).start();
      for (const piece of ['abc', '第二块', 'end']) client.write(piece);
      await client.until(() => client.stdout.endsWith('end'));
      expect(client.result).toBeUndefined();
      client.end();
      expect(await client.finished()).toEqual({ type: 'success' });
      expect(client.stdout).toBe('abc第二块end');
    });
  });

  test('has a terminal: echo, prompt, sizes, Ctrl-C and Ctrl-D', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (await exec(`${command('sh')}&input=1&output=1&tty=1`)).start();
      client.resize({ width: 120, height: 40 });
      await client.until(() => client.stdout.endsWith('/ # '));
      client.write('stty size; echo $TERM\r');
      await client.until(() => client.stdout.endsWith('xterm\r\n/ # '));
      client.resize({ width: 80, height: 24 });
      client.write('stt\x7fty size\r');
      await client.until(() => client.stdout.endsWith('24 80\r\n/ # '));
      client.write('sleep 1000\r');
      await client.until(() => client.stdout.endsWith('sleep 1000\r\n'));
      await world.clock.sleep(20);
      client.write('\x03');
      await client.until(() => client.stdout.endsWith('^C\r\n/ # '));
      client.write('exit 5\r');
      expect(await client.finished()).toMatchObject({ type: 'exited', code: 5 });
      expect(client.stdout).toBe(
        '/ # stty size; echo $TERM\r\n40 120\r\nxterm\r\n' +
          '/ # stt\b \bty size\r\n24 80\r\n' +
          '/ # sleep 1000\r\n^C\r\n' +
          '/ # exit 5\r\n',
      );
    });
  });

  test('ends a shell at Ctrl-D, with what its last command left', async () => {
    await inSite(create, async ({ exec }) => {
      const client = await (await exec(`${command('sh')}&input=1&output=1&tty=1`)).start();
      client.write('false\r\x04');
      expect(await client.finished()).toMatchObject({ type: 'exited', code: 1 });
    });
  });

  test('a terminal whose input has ended is given up, and its process runs on', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (await exec(`${command('sh')}&input=1&output=1&tty=1`)).start();
      await client.until(() => client.stdout.endsWith('/ # '));
      const before = world.clock.now();
      client.end();
      expect(await client.finished()).toEqual({ type: 'success' });
      // dockershim looks five times, every two seconds.
      expect(world.clock.now() - before).toBeGreaterThanOrEqual(7_900);
      expect(world.trace.of('container.process').map(({ detail }) => detail.state)).toEqual(['started']);
      expect(world.trace.of('log').map(({ detail }) => detail.message)).toContainEqual(
        expect.stringMatching(
          /^Exec session [0-9a-f]{64} in container [0-9a-f]{64} terminated but process still running!$/,
        ),
      );
    });
  });

  test('a client that ends its half loses the process, which finds its input ended', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (
        await exec(`${command('sh', '-c', 'cat; echo > /tmp/done')}&input=1&output=1`)
      ).start();
      client.write('x');
      await client.until(() => client.stdout === 'x');
      client.socket.end();
      await client.until(() => client.closed);
      const states = () => world.trace.of('container.process').map(({ detail }) => detail.state);
      while (states().length < 2) await world.clock.sleep(10);
      expect(states()).toEqual(['started', 'exited']);
      expect(world.trace.of('dockershim.stream').at(-1)?.detail).toMatchObject({
        state: 'ended',
        end: 'client-gone',
      });
      const look = await exec(`${command('ls', '/tmp')}&output=1`);
      await look.finished();
      expect(look.stdout).toBe('done\n');
    });
  });

  test('a client that is killed does not end the process', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (
        await exec(`${command('sh', '-c', 'sleep 1; echo lost; echo > /tmp/late')}&output=1`)
      ).start();
      client.socket.resetAndDestroy();
      await world.clock.sleep(1_500);
      const look = await exec(`${command('ls', '/tmp')}&output=1`);
      await look.finished();
      expect(look.stdout).toBe('late\n');
    });
  });

  test('20 MB come back as they were sent', async () => {
    await inSite(create, async ({ exec }) => {
      const bytes = randomBytes(20_000_000);
      const client = await (await exec(`${command('cat')}&error=1&input=1&output=1`)).start();
      for (let at = 0; at < bytes.length; at += 65_536) {
        client.write(bytes.subarray(at, at + 65_536));
        await client.flushed();
      }
      client.end();
      expect(await client.finished()).toEqual({ type: 'success' });
      expect(Buffer.concat(client.stdoutPieces).equals(bytes)).toBe(true);
    });
  });

  test('endless output waits for a client that does not read', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (await exec(`${command('yes')}&output=1`)).start();
      client.hold();
      await world.clock.sleep(500);
      const first = process.memoryUsage().arrayBuffers;
      await world.clock.sleep(1_500);
      expect(process.memoryUsage().arrayBuffers - first).toBeLessThan(8_000_000);
      client.socket.destroy();
      await world.clock.sleep(10);
      const { stdoutBytes = 0 } = world.trace.of('dockershim.stream').at(-1)?.detail ?? {};
      expect(stdoutBytes).toBeGreaterThan(65_536);
      // What two real kernels keep in their buffers is a matter of theirs.
      expect(stdoutBytes).toBeLessThan(20_000_000);
    });
  });

  test('endless input waits for a process that does not read', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await (await exec(`${command('sleep', '3')}&input=1&output=1`)).start();
      const piece = Buffer.alloc(65_536);
      let sent = 0;
      while (client.result === undefined && sent < 400) {
        client.write(piece);
        sent += 1;
        if (client.socket.writableLength > 1_000_000) break;
      }
      expect(sent).toBeLessThan(400);
      expect(await client.finished()).toEqual({ type: 'success' });
      const { stdinBytes = 0 } = world.trace.of('dockershim.stream').at(-1)?.detail ?? {};
      expect(stdinBytes).toBeLessThan(2_500_000);
    });
  });
});

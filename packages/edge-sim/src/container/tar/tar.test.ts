import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inContainer } from '../container.test-support.ts';
import { Pipe } from '../pipe.ts';
import { TarProblem } from './header.ts';
import { readTar } from './reader.ts';

const archive = (name: string) =>
  gunzipSync(readFileSync(new URL(`../../../fixtures/container/${name}`, import.meta.url)));
const LONG_NAME = 'n'.repeat(150);

describe('tar in a simulated container', () => {
  test.each(['members-gnu.tar.gz', 'members-pax.tar.gz'])('unpacks what GNU tar made: %s', async (name) => {
    await inContainer(async ({ run, sh }) => {
      expect(await run(['tar', 'xmf', '-', '-C', '/tmp'], archive(name))).toEqual({
        stdout: '',
        stderr: '',
        code: 0,
      });
      const { stdout } = await sh(
        `cd /tmp/data; cat hello.txt link 边缘.txt ${LONG_NAME}; wc -c < sub/thousand; ls; [ -x hello.txt ] && echo executable`,
      );
      const names = ['hello.txt', 'link', LONG_NAME, 'sub', '边缘.txt'];
      expect(stdout).toBe(`hello\nhello\n边缘\nlong\n1000\n${names.join('\n')}\nexecutable\n`);
    });
  });

  test('packs what it unpacks to the same', async () => {
    await inContainer(async ({ run, sh }) => {
      await run(['tar', '-xf', '-', '-C', '/tmp'], archive('members-gnu.tar.gz'));
      expect((await sh('mkdir /tmp/again; tar cf - -C /tmp data | tar xf - -C /tmp/again')).code).toBe(0);
      const sums = 'cd $0; for f in hello.txt link 边缘.txt n* sub/*; do sha256sum $f; done';
      const [before, after] = [
        await run(['sh', '-c', sums, '/tmp/data']),
        await run(['sh', '-c', sums, '/tmp/again/data']),
      ];
      expect(before.stdout.split('\n')).toHaveLength(6);
      expect(after).toEqual(before);
    });
  });

  test('does as kubectl cp expects of an absolute path', async () => {
    await inContainer(
      async ({ sh }) => {
        const { stdout, stderr, code } = await sh(
          'tar cf - /opt/app.conf | tar tf -; tar cf - /nope | wc -c',
        );
        expect([stdout, code]).toEqual(['opt/app.conf\n1024\n', 0]);
        expect(stderr).toBe(
          "tar: removing leading '/' from member names\n".repeat(2) +
            'tar: /nope: No such file or directory\n' +
            'tar: error exit delayed from previous errors\n',
        );
      },
      { files: { '/opt/app.conf': 'a=1\n' } },
    );
  });

  test.each([
    ['no archive', Buffer.from('x'.repeat(2_000)), 'invalid tar magic'],
    ['nothing', Buffer.alloc(0), 'short read'],
    ['half of one', archive('members-gnu.tar.gz').subarray(0, 700), 'short read'],
    ['a way out', member('../../etc/passwd'), "name with '..' components: '../../etc/passwd'"],
  ])('refuses %s', async (_, bytes, problem) => {
    await inContainer(async ({ run }) => {
      expect(await run(['tar', 'xf', '-'], bytes)).toEqual({
        stdout: '',
        stderr: `tar: ${problem}\n`,
        code: 1,
      });
    });
  });

  test('20 MB pass through it unchanged', async () => {
    const bytes = randomBytes(20_000_000);
    await inContainer(async ({ run, sh }) => {
      expect((await run(['sh', '-c', 'cat > /tmp/big'], bytes)).code).toBe(0);
      const { stdout } = await sh(
        'cd /tmp; mkdir out; tar cf - big | tar xf - -C out; cat big | md5sum; cat out/big | md5sum',
      );
      const [first, second] = stdout.trimEnd().split('\n');
      expect(second).toBe(first);
    });
  });
});

test('whatever is no archive is refused, with nothing left behind', async () => {
  const whole = archive('members-pax.tar.gz').subarray(0, 6_000);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), fc.nat(whole.length), async (changes, length) => {
      const bytes = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      const pipe = new Pipe();
      const { signal } = new AbortController();
      void pipe.write(bytes, signal);
      pipe.end();
      const contents: Uint8Array[] = [];
      const reading = readTar(pipe, signal, () => async (chunk) => void contents.push(chunk));
      await reading.catch((error: unknown) => expect(error).toBeInstanceOf(TarProblem));
      expect(Buffer.concat(contents).length).toBeLessThanOrEqual(length);
    }),
    { numRuns: 2_000 },
  );
});

/** A member without contents, of a name that a harmless one has not. */
function member(name: string): Buffer {
  const block = Buffer.from(archive('members-gnu.tar.gz').subarray(0, 512));
  block.fill(0, 0, 100);
  block.write(name, 0);
  block.write('0', 156);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([block, Buffer.alloc(1_024)]);
}

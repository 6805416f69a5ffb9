import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inContainer, type Ran } from '../container.test-support.ts';
import { parseShell } from './parse.ts';
import { SyntaxProblem } from './syntax.ts';

/** What busybox 1.36 sh prints, of each line: text, stdout, exit code. */
const lines: readonly (readonly [text: string, stdout: string, code?: number])[] = [
  ['echo hello   world', 'hello world\n'],
  [`echo 'a  b' "c  d" e\\ f`, 'a  b c  d e f\n'],
  ['echo one; echo two', 'one\ntwo\n'],
  ['true && echo yes || echo no', 'yes\n'],
  ['false && echo yes || echo no', 'no\n'],
  ['false; echo $?', '1\n'],
  ['A=1; A=2 env | grep A=; echo $A', 'A=2\n1\n'],
  ['export B=x; sh -c "echo [$B]"', '[x]\n'],
  [`sh -c 'echo $0 $1 $#' name one two`, 'name one 2\n'],
  [`echo \${UNSET:-none} \${HOSTNAME}`, 'none web-1\n'],
  ['X="a b"; echo $X; echo "[$X]"; printf "%s|" $X', 'a b\n[a b]\na|b|'],
  ['echo $(echo inner; echo more)', 'inner more\n'],
  ['echo `echo old`', 'old\n'],
  ['i=0; while [ $i -lt 3 ]; do echo n$i; i=$((i+1)); done', 'n0\nn1\nn2\n'],
  ['for w in a "b c" d; do printf "<%s>" "$w"; done', '<a><b c><d>'],
  ['for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
  ['until true; do echo never; done; echo $?', '0\n'],
  ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
  ['(cd /tmp; pwd); pwd', '/tmp\n/\n'],
  ['{ echo a; echo b; } | wc -l', '2\n'],
  ['printf "b\\na\\n" | cat | head -n 1', 'b\n'],
  ['yes | head -n 2', 'y\ny\n'],
  ['! true; echo $?', '1\n'],
  ['echo $((2 + 3 * (4 - 1) % 5))', '6\n'],
  ['echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f', 'a\nb\n'],
  ['nope 2>&1', 'sh: nope: not found\n', 127],
  ['/etc/passwd 2>&1', 'sh: /etc/passwd: Permission denied\n', 126],
  ['cat /nope 2>&1', "cat: can't open '/nope': No such file or directory\n", 1],
  ['echo x > /no/where', '', 1],
  ['exit 42', '', 42],
  ['set -e; false; echo never', '', 1],
  ['set -e; if false; then :; fi; false || true; echo still', 'still\n'],
  ['echo "a # b" # c', 'a # b\n'],
  ['echo /e*c /no*', '/etc /no*\n'],
  ['echo a b c | while read x y; do echo "$y-$x"; done', 'b c-a\n'],
  ['eval "echo $((1+1))"', '2\n'],
  ['exec echo gone; echo never', 'gone\n'],
  ['kill -9 $$; echo never', '', 137],
  ['echo 边缘 🔥 | wc -c', '12\n'],
  ['seq 3 | tail -n 2; seq 5 | tail -c+7', '2\n3\n4\n5\n'],
  ['test -d /tmp; echo $?; [ -f /tmp ]; echo $?', '0\n1\n'],
  ['mkdir -p /tmp/a/b; touch /tmp/a/b/c; ls /tmp/a; rm -r /tmp/a; ls /tmp', 'b\n'],
  ['printf "%s=%d\\n" a 1 b 2', 'a=1\nb=2\n'],
  ['printf hello | sha256sum', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  -\n'],
  ['head -c 100000 /dev/zero | wc -c', '100000\n'],
  ['sleep 5; date +%s', '1623312005\n'],
];

describe('the shell of a simulated container', () => {
  test.each(lines.map(([text, stdout, code = 0]) => ({ text, stdout, code })))(
    '$text',
    async ({ text, ...printed }) => {
      await inContainer(async ({ sh }) => expect(await sh(text)).toMatchObject(printed));
    },
  );

  test('reads commands from stdin, which they share', async () => {
    await inContainer(async ({ run }) => {
      const script = 'echo a\nif true\nthen echo b\nfi\nread line\nthe line\necho "got $line"\ncat\nrest\n';
      expect(await run(['sh'], script)).toEqual({
        stdout: 'a\nb\ngot the line\nrest\n',
        stderr: '',
        code: 0,
      });
    });
  });

  test('runs a script of its own', async () => {
    const script = '#!/bin/sh\necho "$1 in $PWD"\n';
    await inContainer(
      async ({ sh }) =>
        expect(await sh('sh /opt/hello.sh you')).toMatchObject({ stdout: 'you in /\n', code: 0 }),
      { files: { '/opt/hello.sh': script } },
    );
  });

  test.each([
    ['echo "open', 'syntax error: unterminated quoted string'],
    ['if true; then echo', 'syntax error: unexpected end of file'],
    ['echo a | | b', 'syntax error: unexpected "|"'],
    ['; ;', 'syntax error: unexpected ";"'],
    ['sleep 1 &', 'background commands are not simulated'],
    ['cat <<EOF', 'here documents are not simulated'],
    ['echo $((1/0))', 'divide by zero'],
    [`${'('.repeat(500)}true`, 'syntax error: too deeply nested'],
  ])('says what is wrong with %s', async (text, problem) => {
    await inContainer(async ({ sh }) => {
      const { stderr, code } = await sh(text);
      expect([stderr, code]).toEqual([`sh: ${problem}\n`, 2]);
    });
  });
});

describe('what would never end, or use up everything', () => {
  const ended: readonly (readonly [string, Partial<Ran>])[] = [
    ['x=$(yes); exit $?', { code: 137 }],
    ['a="eval \\"\\$a\\""; eval "$a"', { code: 2 }],
    ["echo 'sh /tmp/f' > /tmp/f; sh /tmp/f", { code: 2 }],
    ['cat /dev/zero > /tmp/big', { code: 1 }],
    ['tail -c 99999999999 /dev/zero', { code: 137 }],
    ['read x < /dev/zero; echo never', { code: 137 }],
    [`mkdir -p ${'a/'.repeat(5_000)}`, { code: 1 }],
  ];
  test.each(ended)('%s', async (text, outcome) => {
    await inContainer(async ({ sh }) => expect(await sh(text)).toMatchObject({ ...outcome, stdout: '' }));
  });

  test('a loop lets time pass', async () => {
    await inContainer(async ({ machine, record, world }) => {
      const request = {
        command: ['sh', '-c', 'while :; do :; done'],
        stdin: false,
        stdout: true,
        stderr: true,
        tty: false,
      };
      const stream = machine.processes.exec(record, request, () => undefined);
      await world.clock.sleep(10_000);
      expect(await stream.exitCode()).toBeUndefined();
    });
  });
});

test('any text is read, or refused as no command of a shell', () => {
  const piece = fc.constantFrom(
    ...'abc $"\'`\\;|&<>(){}=#*?!\n\t0129'.split(''),
    '$(',
    '${',
    '$((',
    '))',
    'if ',
    'then ',
    'fi ',
    'do ',
    'done ',
    'for x in ',
    '&&',
    '||',
    '边',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      try {
        parseShell(pieces.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxProblem);
      }
    }),
    { numRuns: 20_000 },
  );
});

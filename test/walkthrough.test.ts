import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { describeNeeding } from './needs.ts';
import { type Block, blocksOf, isAsPrinted } from './walkthrough-blocks.ts';

const CLI = join(import.meta.dirname, '../packages/scenarios/src/bin.ts');
const blocks = blocksOf('docs/walkthrough.md');
const POLL_MS = 500;

/** A shell that somebody types into. */
class Terminal {
  readonly #shell: ChildProcess;
  #printed = '';
  #typed = 0;

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#shell = spawn('bash', ['--norc'], { cwd, env, stdio: 'pipe', detached: true });
    for (const stream of [this.#shell.stdout, this.#shell.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
      });
  }

  /** Types a command that goes on; what it prints is told by `printed`. */
  type(command: string): void {
    this.#shell.stdin?.write(`${command} 2>&1\n`);
  }

  get printed(): string {
    return this.#printed;
  }

  /** Types a command and waits for its end. @returns what it printed */
  async run(command: string): Promise<string> {
    const end = `(end of command ${++this.#typed})`;
    this.#printed = '';
    this.#shell.stdin?.write(`{ ${command}\n} 2>&1; echo '${end}'\n`);
    await expect.poll(() => this.#printed, { timeout: 60_000, interval: 20 }).toContain(end);
    return this.#printed.slice(0, this.#printed.indexOf(end));
  }

  /** Ends the shell and what runs in it, as Ctrl-C does. */
  async close(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.pid === undefined) return;
    const exit = once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    process.kill(-this.#shell.pid, 'SIGINT');
    await exit;
  }
}

describe('the walkthroughs', () => {
  it('have the same commands and outputs in both languages', () => {
    const plain = ({ steps, first, withinMs }: Block) => ({ steps, first, withinMs });
    expect(blocksOf('docs/walkthrough.zh-CN.md').map(plain)).toEqual(blocks.map(plain));
    expect(blocks.flatMap(({ steps }) => steps).length).toBeGreaterThan(40);
  });

  it.each([
    ['a 17m', 'a   …m', true],
    ['a 17', 'a …m', false],
    ['one\ntwo\nthree', 'one\n[…]\nthree', true],
    ['one\nthree', 'one\n[…]\nthree', true],
    ['one\ntwo', 'one', false],
    ['', 'one', false],
  ])('are compared: %j is %j: %s', (actual, said, same) => {
    expect(isAsPrinted(actual, said)).toBe(same);
  });
});

describeNeeding(
  ['kubectl-1.20', 'curl'],
  'docs/walkthrough.md, typed from its beginning to its end',
  (tools) => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-walkthrough-'));
    let first: Terminal;
    let second: Terminal;

    beforeAll(() => {
      const bin = join(folder, 'bin');
      for (const name of ['bin', 'tmp', 'home']) mkdirSync(join(folder, name));
      symlinkSync(tools['kubectl-1.20'].path, join(bin, 'kubectl'));
      writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`);
      chmodSync(join(bin, 'npx'), 0o755);
      // `act` and `log` find what `up` has left in the folder for temporary files: this one's own.
      const own = { TMPDIR: join(folder, 'tmp'), HOME: join(folder, 'home'), TZ: 'UTC', LC_ALL: 'C' };
      const env = { ...process.env, ...own, PATH: `${bin}:${process.env['PATH']}` };
      first = new Terminal(folder, env);
      second = new Terminal(folder, env);
    });
    afterAll(async () => {
      await second.close();
      await first.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const { line, steps, first: isFirst, withinMs } of blocks) {
      for (const { command, printed } of steps) {
        test(`line ${line}: ${command}`, async () => {
          if (isFirst) {
            first.type(command);
            await expect
              .poll(() => first.printed, { timeout: 60_000, interval: POLL_MS })
              .toContain('Serving');
            expect(first.printed).toSatisfy((actual: string) => isAsPrinted(actual, printed));
            return;
          }
          if (withinMs > 0) {
            const type = async () => tell(await second.run(command), printed);
            await expect.poll(type, { timeout: withinMs, interval: POLL_MS }).toBe(printed);
          } else expect(tell(await second.run(command), printed)).toBe(printed);
        }, 180_000);
      }
    }

    test('ends with Ctrl-C, and leaves nothing', async () => {
      const left = () =>
        readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('kubeedge-sim-up-'));
      expect(left()).toHaveLength(1);
      await first.close();
      expect(left()).toEqual([]);
    });
  },
);

/** What the document says where that is what was printed; otherwise what was printed, to be shown beside it. */
const tell = (actual: string, said: string) => (isAsPrinted(actual, said) ? said : actual);

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';

const ROOT = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** The terminal of the document: its commands, each with what it prints. */
function commandsOf(file: string): { command: string; output: string }[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const [, terminal = ''] = /^```console\n([\s\S]*?)^```$/m.exec(text) ?? [];
  return terminal
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...output] = part.split('\n');
      return { command, output: output.join('\n') };
    });
}

/** What is written, with anything at all in place of `[…]`; a cut at the end may have swallowed the line's end. */
const pattern = (output: string) =>
  new RegExp(`^${output.trimEnd().split('[…]').map(escapePattern).join('[\\s\\S]*')}\\s*$`);

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describeNeeding('curl', 'docs/control-api.md', () => {
  it('shows commands that print what it says', async () => {
    const args = [join(ROOT, 'packages/scenarios/src/bin.ts'), 'serve', '--port', '0'];
    const serve = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(serve, 'exit');
    const lines = createInterface({ input: serve.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const SIM = /^control +(\S+)$/.exec(first)?.[1] ?? '';
    expect(SIM).not.toBe('');
    try {
      const [setting, ...commands] = commandsOf('docs/control-api.md');
      expect(commands.length).toBeGreaterThan(7);
      for (const { command, output } of commands) {
        const script = `${setting?.command}\n${command}`;
        const { stdout } = await run('bash', ['-c', script], { env: { ...process.env, SIM } });
        expect(stdout, command).toMatch(pattern(output));
      }
    } finally {
      serve.kill();
      await exited;
    }
  });
});

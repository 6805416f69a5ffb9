import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of a walkthrough, and what it says that is printed. */
export interface Step {
  command: string;
  printed: string;
}

/** A block of commands. */
export interface Block {
  line: number;
  steps: readonly Step[];
  /** It is typed into the first terminal, and goes on. */
  first: boolean;
  /** Its commands are typed again and again until they print what is said, at most so long; 0: once. */
  withinMs: number;
}

/** The console blocks of a document, with the notes in the comments before them. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(import.meta.dirname, '..', document), 'utf8');
  const found = text.matchAll(/(?:^<!-- ([^>]*) -->\n\n)?^```console\n([\s\S]*?)^```$/gm);
  return [...found].map((match) => {
    const [whole, note = '', body = ''] = match;
    return {
      line: text.slice(0, match.index + whole.indexOf('```console')).split('\n').length,
      steps: stepsOf(body),
      first: note === 'first terminal',
      withinMs: Number(/^within (\d+)s$/.exec(note)?.[1] ?? 0) * 1_000,
    };
  });
}

function stepsOf(body: string): Step[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...printed] = step.split('\n');
      return { command, printed: printed.join('\n') };
    });
}

/**
 * Whether something printed is what a document says: `…` stands for anything within a line, `[…]` for any lines, and
 * blanks for blanks.
 */
export function isAsPrinted(actual: string, said: string): boolean {
  const even = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim().replace(/[ \t]+/g, ' '))
      .join('\n')
      .trim();
  const pattern = even(said)
    .split('\n')
    .map((line) => (line === '[…]' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${even(actual)}\n`);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

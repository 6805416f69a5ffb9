import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { tarOf } from './tar.ts';

it('makes archives that tar reads: names, owners, modes and contents', () => {
  const file = { mode: 0o600, owner: 10_001 };
  const archive = tarOf([
    { ...file, name: 'edge.crt', content: 'x'.repeat(512) },
    { ...file, name: 'edge.key', content: 'a key with an ö\n', mode: 0o640 },
    { ...file, name: 'empty', content: '' },
  ]);
  const tar = (...words: string[]) => execFileSync('tar', words, { input: archive, encoding: 'utf8' });
  const listed = tar('--numeric-owner', '-tvf', '-').trim().split('\n');
  expect(listed.map((line) => line.replace(/ \d{4}-.*? (?=\S+$)/, ' '))).toEqual([
    expect.stringMatching(/^-rw------- 10001\/10001 +512 edge\.crt$/),
    expect.stringMatching(/^-rw-r----- 10001\/10001 +17 edge\.key$/),
    expect.stringMatching(/^-rw------- 10001\/10001 +0 empty$/),
  ]);
  expect(tar('-xOf', '-', 'edge.key')).toBe('a key with an ö\n');
});

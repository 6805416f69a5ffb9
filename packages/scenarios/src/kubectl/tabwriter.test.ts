import { expect, it } from 'vitest';
import { alignColumns } from './tabwriter.ts';

it('pads a column to its widest cell and three more, and leaves the last cell of a line alone', () => {
  expect(alignColumns('NAME\tREADY\tX\na\t1/1\tlonger\n')).toBe('NAME   READY   X\na      1/1     longer\n');
});

it('ends a column where a line lacks it, but keeps its width for a later one', () => {
  expect(alignColumns('wide-cell\tx\nalone\na\tb\n')).toBe('wide-cell   x\nalone\na           b\n');
});

it('lets the rows of kubectl top drift as they do up to 1.22', () => {
  const text = [
    'NAME\tCPU(cores)\tCPU%\tMEMORY(bytes)\tMEMORY%\t',
    'cloud-1\t97m\t2%\t4241Mi\t53%\t',
    'edge-2\t<unknown>\t\t\t<unknown>\t\t\t<unknown>\t\t\t<unknown>\t\t\t',
  ].join('\n');
  expect(alignColumns(`${text}\n`)).toBe(
    [
      'NAME      CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%     ',
      'cloud-1   97m          2%     4241Mi          53%         ',
      'edge-2    <unknown>                           <unknown>               <unknown>               <unknown>               ',
      '',
    ].join('\n'),
  );
});

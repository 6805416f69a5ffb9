import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFixture, toHex } from './fixture.test-support.ts';
import { LineScanner } from './index.ts';

type LimitVector = { kind: string; lineBytes: number; bodyBytesReceived: number };
type GoVector = { Runs: { N: number; B: number }[]; Lengths: number[]; TooLong: boolean };

function scan(body: Uint8Array, cuts: readonly number[] = []) {
  const scanner = new LineScanner();
  const lines: Uint8Array[] = [];
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.max(start, Math.min(cut, body.length));
    lines.push(...scanner.push(body.subarray(start, end)));
    start = end;
  }
  lines.push(...scanner.push(body.subarray(start)), ...scanner.end());
  return { lines, stopped: scanner.stopped };
}

const utf8 = (body: string) => new TextEncoder().encode(body);
const text = (body: string) => scan(utf8(body)).lines.map((line) => new TextDecoder().decode(line));

test('cuts at LF, drops one CR, keeps blank lines', () => {
  expect(text('a\n\n\nb\n\n')).toEqual(['a', '', '', 'b', '']);
  expect(text('a\r\nb\r\r\n\r\nc\r')).toEqual(['a', 'b\r', '', 'c']);
  expect(text('')).toEqual([]);
  expect(text('\r')).toEqual(['']);
  expect(text('a\rb')).toEqual(['a\rb']);
});

test.each(readFixture<LimitVector>('scanner-limit.ndjson'))(
  'passes what the real edge passed: $kind, $lineBytes bytes',
  ({ kind, lineBytes, bodyBytesReceived }) => {
    const long = 'x'.repeat(lineBytes);
    const only = kind.startsWith('only line');
    const { lines, stopped } = scan(utf8(only ? long : `line-before\n${long}\nline-after\n`));
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    expect(bytes).toBe(bodyBytesReceived);
    expect(stopped).toBe(lineBytes > (only ? 65_536 : 65_535));
  },
);

test.each(readFixture<GoVector>('go-scanner.ndjson').map((vector, index) => ({ index, ...vector })))(
  'agrees with bufio.Scanner on body $index',
  ({ Runs, Lengths, TooLong }) => {
    const body = new Uint8Array(Runs.reduce((sum, run) => sum + run.N, 0));
    let at = 0;
    for (const { N, B } of Runs) {
      body.fill(B, at, at + N);
      at += N;
    }
    const { lines, stopped } = scan(body);
    expect(lines.map((line) => line.length)).toEqual(Lengths);
    expect(stopped).toBe(TooLong);
  },
);

test('after a line that is too long everything is dropped, without an error', () => {
  const scanner = new LineScanner();
  expect(scanner.push(new Uint8Array(65_536))).toEqual([]);
  expect(scanner.stopped).toBe(false);
  expect(scanner.push(Uint8Array.of(0x0a))).toEqual([]);
  expect(scanner.stopped).toBe(true);
  expect(scanner.push(Uint8Array.of(0x61, 0x0a))).toEqual([]);
  expect(scanner.end()).toEqual([]);
});

test('after its end it says nothing more', () => {
  const scanner = new LineScanner();
  scanner.push(Uint8Array.of(0x61));
  expect(scanner.end()).toHaveLength(1);
  expect(scanner.end()).toEqual([]);
  expect(scanner.push(Uint8Array.of(0x61, 0x0a))).toEqual([]);
});

test('lines are copies: the caller may reuse its chunk', () => {
  const chunk = Uint8Array.of(0x61, 0x62);
  const scanner = new LineScanner();
  scanner.push(chunk);
  chunk.fill(0);
  expect(scanner.push(Uint8Array.of(0x0a)).map(toHex)).toEqual(['6162']);
});

test('any chunking of small bodies gives the same lines', () => {
  const bytes = fc
    .array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xff), { maxLength: 60 })
    .map((all) => Uint8Array.from(all));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(60)), (body, cuts) => {
      expect(scan(body, cuts).lines.map(toHex)).toEqual(scan(body).lines.map(toHex));
    }),
    { numRuns: 500 },
  );
});

test('any chunking near the limit gives the same result', () => {
  const run = fc.tuple(fc.integer({ min: 65_530, max: 65_540 }), fc.boolean(), fc.boolean());
  const someRuns = fc.array(run, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(someRuns, fc.array(fc.nat(200_000)), (runs, cuts) => {
      const body = utf8(
        runs.map(([length, cr, lf]) => 'x'.repeat(length) + (cr ? '\r' : '') + (lf ? '\n' : '')).join(''),
      );
      const { lines, stopped } = scan(body, cuts);
      const whole = scan(body);
      expect(lines.map((line) => line.length)).toEqual(whole.lines.map((line) => line.length));
      expect(stopped).toBe(whole.stopped);
    }),
    { numRuns: 60 },
  );
});

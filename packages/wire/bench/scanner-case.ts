import { LineScanner } from '@kubeedge-sim/wire';
import { asText, below, must, oneIn, pick } from './generator.ts';

const lineLengths = [0, 1, 2, 40, 500];
const longLengths = [65_534, 65_535, 65_536, 65_537, 70_000];

/** Lines about as long as may be, cut anywhere. */
export function lineScanner(): void {
  const isLong = oneIn(400);
  const lines = Array.from({ length: 1 + below(6) }, () => {
    const line = new Uint8Array(isLong && oneIn(2) ? pick(longLengths) : pick(lineLengths)).fill(
      0x41 + below(26),
    );
    if (line.length > 0 && oneIn(3)) line[line.length - 1] = 0x0d;
    return line;
  });
  const endsWithFeed = oneIn(2);
  const body = Buffer.concat(
    lines.flatMap((line, index) =>
      index < lines.length - 1 || endsWithFeed ? [line, Uint8Array.of(10)] : [line],
    ),
  );
  const whole = scan([body]);
  const cuts: Uint8Array[] = [];
  const most = isLong ? 20_000 : 60;
  for (let at = 0; at < body.length; ) {
    const length = 1 + below(most);
    cuts.push(body.subarray(at, at + length));
    at += length;
  }
  must(asText(scan(cuts)) === asText(whole), 'cutting changed the lines');
  must(asText(whole) === asText(linesOf(lines, endsWithFeed)), 'the lines are others');
}

function scan(chunks: readonly Uint8Array[]): string[] {
  const scanner = new LineScanner();
  const lines = chunks.flatMap((chunk) => scanner.push(chunk).map(shortened));
  lines.push(...scanner.end().map(shortened));
  must(
    scanner.push(Uint8Array.of(0x41, 10)).length === 0 && scanner.end().length === 0,
    'it goes on after its end',
  );
  return lines;
}

const shortened = (line: Uint8Array) => `${line.length} ${line[0]} ${line.at(-1)}`;

/** bufio.Scanner's rule, written once more. */
function linesOf(lines: readonly Uint8Array[], endsWithFeed: boolean): string[] {
  const expected: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1 && !endsWithFeed;
    if (line.length > (isLast ? 65_536 : 65_535)) break;
    if (isLast && line.length === 0) break;
    expected.push(shortened(line.at(-1) === 0x0d ? line.subarray(0, -1) : line));
  }
  return expected;
}

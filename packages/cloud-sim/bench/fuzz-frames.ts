// Throws whole and broken frames at what reads the tunnel's text messages, cut anywhere, and stops at the first that is
// read otherwise than in one piece. By hand: node packages/cloud-sim/bench/fuzz-frames.ts --cases 1000000 [--seed 1]
import { parseArgs } from 'node:util';
import { TextFrames } from '../src/cloudcore/cloudstream/text-frames.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const PAYLOAD_BYTES_MAX = 300;
let state = Number(values.seed) >>> 0 || 1;

/** xorshift32: an integer from 0 to below - 1. */
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;

function frame(): Buffer {
  const length = pick([0, 1, 5, 125, 126, 300, 301, 400]);
  const first = pick([0x81, 0x81, 0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8a, below(256)]);
  const mask = below(12) === 0 ? 0 : 0x80;
  const size = length < 126 ? [mask | length] : [mask | 126, length >> 8, length & 0xff];
  const rest = Buffer.alloc((mask === 0 ? 0 : 4) + length, below(256));
  return Buffer.concat([Buffer.from([first, ...size]), rest]);
}

/** Text messages one by one, and everything between two of them in one. */
function read(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  let other = '';
  const settle = () => {
    if (other !== '') seen.push(`other ${other}`);
    other = '';
  };
  const frames = new TextFrames({
    payloadBytesMax: PAYLOAD_BYTES_MAX,
    onTexts(texts) {
      settle();
      seen.push(...texts.map((text) => `text ${text.toString('hex')}`));
    },
    onOther(bytes) {
      other += bytes.toString('hex');
    },
  });
  // What is read is unmasked where it lies.
  for (const chunk of chunks) frames.push(Buffer.from(chunk));
  frames.letGo();
  settle();
  return seen;
}

const cases = Number(values.cases);
const startMs = performance.now();
for (let index = 0; index < cases; index++) {
  const before = state >>> 0;
  let bytes = Buffer.concat(Array.from({ length: 1 + below(6) }, frame));
  for (let change = below(3); change > 0; change--) bytes[below(bytes.length)] = below(256);
  if (below(6) === 0) bytes = bytes.subarray(0, below(bytes.length));
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + below(pick([1, 3, 200, 2_000]));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  const [whole, cut] = [read([bytes]), read(pieces)];
  if (whole.join() === cut.join()) continue;
  throw new Error(`Case ${index} is read otherwise when it is cut; the generator stood at ${before}.`);
}
const seconds = (performance.now() - startMs) / 1000;
console.log(`${cases} cases in ${seconds.toFixed(1)} s, seed ${values.seed}, nothing failed`);

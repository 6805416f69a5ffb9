// What must hold of the codec whatever bytes it is given. Each case draws from one seeded generator, so that a failure
// is played again from the state it names.
import {
  type ConnectPayload,
  connectHeaders,
  connectUrlFromRequestTarget,
  connectUrlToString,
  type Dialect,
  decodeConnectPayload,
  decodeMessage,
  decodeUvarint,
  describeMessage,
  dialectOf,
  emptyConnectUrl,
  encodeConnectPayload,
  encodeMessage,
  encodeUvarint,
  goStringFromBytes,
  goStringToBytes,
  knownReleases,
  LineScanner,
  messageLength,
  messageTypeGoName,
  messageTypes,
  readConnectHeaders,
  WireError,
  type WireErrorCode,
  writeMessage,
} from '@kubeedge-sim/wire';

/** A case failed: `state` is what the generator stood at before it. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
  constructor(index: number, name: string, state: number, cause: unknown) {
    super(
      `Case ${index} (${name}) fails; run it by itself with --cases 1 --seed ${state} --only "${name}".`,
      {
        cause,
      },
    );
  }
}

/** How many cases of each name were run. */
export type FuzzCounts = ReadonlyMap<string, number>;

let state = 1;

/** xorshift32: an integer from 0 to below - 1. */
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
const oneIn = (times: number) => below(times) === 0;

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = below(256);
  return bytes;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const asText = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner));

/** Undefined when it throws one of the errors it may throw; anything else it throws is the case's failure. */
function orRefused<T>(codes: readonly WireErrorCode[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof WireError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

const dialects: readonly Dialect[] = knownReleases().flatMap((tag) => {
  try {
    return [dialectOf(tag)];
  } catch (error) {
    if (error instanceof WireError && error.code === 'WIRE_ERR_DIALECT_NO_TUNNEL') return [];
    throw error;
  }
});

const ids = [0, 1, 126, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 53 - 1] as const;
const anyId = () => (oneIn(2) ? pick(ids) : below(100_000));
const anyType = () => (oneIn(4) ? pick([7, 99, 127, 128, 2 ** 53 - 1]) : below(7));

const decodingErrors = [
  'WIRE_ERR_TRUNCATED_VARINT',
  'WIRE_ERR_VARINT_OVERFLOW',
  'WIRE_ERR_CONNECT_ID_RANGE',
  'WIRE_ERR_MESSAGE_TYPE_RANGE',
] as const;

/** Changes, cuts and doubles bytes. */
function mutated(bytes: Uint8Array): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let change = 1 + below(4); change > 0 && changed.length > 0; change--) {
    const at = below(changed.length);
    switch (below(5)) {
      case 0:
        changed[at] = below(256);
        break;
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        changed = changed.slice(0, at);
        break;
      case 3:
        changed = Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(Math.max(0, at - 8))]);
        break;
      default:
        changed = Uint8Array.from([
          ...changed.subarray(0, at),
          ...randomBytes(below(5)),
          ...changed.subarray(at),
        ]);
    }
  }
  return changed;
}

function messageRoundTrip(): void {
  const message = { connectId: anyId(), type: anyType(), data: randomBytes(below(40)) };
  const bytes = encodeMessage(message);
  must(bytes.length === messageLength(message), 'messageLength is not the length');
  const bodyBytesMax = oneIn(2) ? null : below(50);
  const decoded = decodeMessage(bytes, { bodyBytesMax });
  must(decoded.connectId === message.connectId && decoded.type === message.type, 'the head changed');
  must(isSame(decoded.data, message.data.subarray(0, bodyBytesMax ?? undefined)), 'the data changed');
  const target = new Uint8Array(bytes.length + 3);
  writeMessage(message, target, 2);
  must(isSame(target.subarray(2, -1), bytes) && target[1] === 0 && target.at(-1) === 0, 'written beside');
}

function messageBytes(): void {
  const made = encodeMessage({ connectId: anyId(), type: anyType(), data: randomBytes(below(20)) });
  const bytes = oneIn(3) ? randomBytes(below(24)) : mutated(made);
  const bodyBytesMax = oneIn(2) ? null : below(20);
  const message = orRefused(decodingErrors, () => decodeMessage(bytes, { bodyBytesMax }));
  if (message === undefined) return;
  must(
    message.data.length <= Math.min(bytes.length, bodyBytesMax ?? bytes.length),
    'more came out than went in',
  );
  const again = decodeMessage(encodeMessage(message));
  must(again.connectId === message.connectId && again.type === message.type, 'the head is not stable');
  must(isSame(again.data, message.data), 'the data is not stable');
  must(describeMessage(message).length < 100, 'a description is long');
  messageTypeGoName(message.type, pick(dialects));
}

/** encoding/binary's rule, written once more. */
function varintOf(bytes: Uint8Array): { value: bigint; bytesRead: number } | 'EOF' | 'overflow' {
  let value = 0n;
  for (const [at, byte] of bytes.entries()) {
    if (at === 9 && byte > 1) return 'overflow';
    value += BigInt(byte & 0x7f) * 2n ** BigInt(7 * at);
    if (byte < 0x80) return { value, bytesRead: at + 1 };
  }
  return 'EOF';
}

function uvarint(): void {
  if (oneIn(2)) {
    const wanted = BigInt(anyId()) ** (oneIn(4) ? 2n : 1n) % 2n ** 64n;
    const bytes = encodeUvarint(wanted);
    const { value, bytesRead } = decodeUvarint(bytes);
    must(value === wanted && bytesRead === bytes.length && bytesRead <= 10, 'a varint changed');
    return;
  }
  const bytes = randomBytes(below(13)).map((byte) => (oneIn(4) ? byte : byte | 0x80));
  const expected = varintOf(bytes);
  const found = orRefused(
    [expected === 'overflow' ? 'WIRE_ERR_VARINT_OVERFLOW' : 'WIRE_ERR_TRUNCATED_VARINT'],
    () => decodeUvarint(bytes),
  );
  if (typeof expected === 'string') must(found === undefined, 'a broken varint was read');
  else
    must(found?.value === expected.value && found.bytesRead === expected.bytesRead, 'a varint was misread');
}

const words = [
  '',
  'a',
  'Accept',
  '*/*',
  '<&>',
  'é世界🙂',
  '\u2028',
  '\0\b\f\n',
  '"\\',
  '\udc80\udcff',
  '__proto__',
  '%2F',
  '//',
];
const anyWord = () => (oneIn(4) ? goStringFromBytes(randomBytes(below(8))) : pick(words));

function anyPayload(): ConnectPayload {
  const names = Array.from({ length: below(4) }, anyWord);
  return {
    messId: anyId(),
    url: {
      ...emptyConnectUrl,
      scheme: pick(['http', '', 'ftp']),
      host: pick(['127.0.0.1:10350', '', '[::1]:1', anyWord()]),
      path: anyWord(),
      rawPath: anyWord(),
      rawQuery: anyWord(),
      fragment: anyWord(),
      forceQuery: oneIn(4),
      user: oneIn(8) ? {} : null,
    },
    header: oneIn(8) ? null : new Map(names.map((name) => [name, Array.from({ length: below(3) }, anyWord)])),
    ...(oneIn(3) && { method: pick(['GET', 'POST', anyWord()]) }),
  };
}

const payloadErrors = [
  'WIRE_ERR_CONNECT_JSON',
  'WIRE_ERR_CONNECT_SHAPE',
  'WIRE_ERR_CONNECT_ID_RANGE',
] as const;
const connectTypes = [
  undefined,
  messageTypes.LOGS_CONNECT,
  messageTypes.EXEC_CONNECT,
  messageTypes.METRIC_CONNECT,
  messageTypes.ATTACH_CONNECT,
];

/** What was read is written, and read again, without a change. */
function isStable(payload: ConnectPayload, dialect: Dialect): void {
  const bytes = encodeConnectPayload(payload, dialect);
  const once = decodeConnectPayload(bytes);
  must(once.messId === payload.messId, 'the id changed');
  const rewritten = encodeConnectPayload(once, dialect);
  if (!hasUnsayable(payload)) must(isSame(rewritten, bytes), 'a payload changed');
  const twice = encodeConnectPayload(decodeConnectPayload(rewritten), dialect);
  must(isSame(twice, rewritten), 'a payload is not stable');
  connectUrlToString(once.url);
}

/** Bytes that are no text are written as escapes and read as U+FFFD, names of them as one name. */
const hasUnsayable = ({ header, url, method = '' }: ConnectPayload) =>
  [...Object.values(url), method, ...[...(header ?? [])].flat(2)].some(
    (value) => typeof value === 'string' && !value.isWellFormed(),
  );

function payloadRoundTrip(): void {
  isStable(anyPayload(), pick(dialects));
}

const tokens = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  'true',
  '1e999',
  '-0',
  '18446744073709551616',
  '\\ud800',
  '"MessID":',
];
const encoder = new TextEncoder();

function payloadBytes(): void {
  const dialect = pick(dialects);
  let bytes = encodeConnectPayload(anyPayload(), dialect);
  if (oneIn(2)) bytes = mutated(bytes);
  else {
    const at = below(bytes.length);
    const middle = oneIn(500) ? pick(['[', '{"a":']).repeat(1 + below(20_000)) : pick(tokens);
    bytes = Uint8Array.from([
      ...bytes.subarray(0, at),
      ...encoder.encode(middle),
      ...bytes.subarray(at + below(3)),
    ]);
  }
  const payload = orRefused(payloadErrors, () => decodeConnectPayload(bytes, pick(connectTypes)));
  if (payload === undefined) return;
  // A byte can become the six characters of an escape, and a URL names all its fields.
  must(encodeConnectPayload(payload, dialect).length <= 6 * bytes.length + 400, 'a payload grew');
  isStable(payload, dialect);
}

function goStrings(): void {
  const bytes = oneIn(2)
    ? randomBytes(below(24))
    : mutated(encoder.encode(words.join('').slice(0, below(40))));
  const text = goStringFromBytes(bytes);
  must(text.length <= bytes.length, 'a text grew');
  must(isSame(goStringToBytes(text), bytes), 'bytes changed on their way through a text');
}

const targetParts = [
  '/',
  '//',
  '..',
  '%2e',
  '%2F',
  '%zz',
  '%',
  '?',
  '#',
  ':',
  '@',
  '*',
  'a',
  '世',
  '\udc80',
  ' ',
  '\n',
  '%00',
  '&',
  '=',
];

function requestTarget(): void {
  const target = `${oneIn(10) ? '' : '/'}${Array.from({ length: below(8) }, () => pick(targetParts)).join('')}`;
  const url = orRefused(['WIRE_ERR_REQUEST_TARGET'], () => connectUrlFromRequestTarget(target));
  if (url === undefined) return;
  const prefix = 'http://127.0.0.1:10350';
  const text = connectUrlToString({ ...url, scheme: 'http', host: '127.0.0.1:10350' });
  must(text.startsWith(prefix), 'the host changed');
  must(text.length <= prefix.length + 3 * goStringToBytes(target).length + 1, 'a target grew');
  const again = connectUrlFromRequestTarget(text.slice(prefix.length));
  must(again.path === url.path && again.rawQuery === url.rawQuery, 'a target leads elsewhere');
}

const headerNames = [
  'SessionHostNameOveride',
  'sessionhostnameoverride',
  'SESSIONINTERNALIP',
  'Host',
  '__proto__',
  '',
];
const headerValues = ['', ' ', 'edge-1', '10.0.0.1', 'a\r\nb: c', ' \tx\t ', 'é', 'x'.repeat(8192)];

function handshake(): void {
  const dialect = pick(dialects);
  const identity = { hostname: pick(headerValues), internalIp: pick(headerValues) };
  const headers = connectHeaders(dialect, identity);
  must(
    headers.every(([, value]) => !/[\r\n]/.test(value)),
    'a header has a line break',
  );
  const read = readConnectHeaders(dialect, headers);
  const told = (value: string) => value.replace(/[\r\n]/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '');
  must(read.hostname === told(identity.hostname) && read.internalIp === told(identity.internalIp), 'misread');
  const others = Array.from({ length: below(5) }, () => [pick(headerNames), pick(headerValues)] as const);
  const strange = readConnectHeaders(dialect, oneIn(2) ? others : Object.fromEntries(others));
  must(strange.hostname === strange.hostname.trim(), 'a hostname has blanks at its ends');
}

const lineLengths = [0, 1, 2, 40, 500];
const longLengths = [65_534, 65_535, 65_536, 65_537, 70_000];

function lineScanner(): void {
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

function releases(): void {
  const tag = oneIn(2)
    ? pick(knownReleases())
    : `v${below(3)}.${below(30)}.${below(20)}${pick(['', '-beta', 'x'])}`;
  const dialect = orRefused(['WIRE_ERR_DIALECT_UNKNOWN', 'WIRE_ERR_DIALECT_NO_TUNNEL'], () => dialectOf(tag));
  must(dialect === undefined || dialect.release === tag, 'another release');
}

const kinds: readonly (readonly [weight: number, name: string, run: () => void])[] = [
  [60, 'message round trip', messageRoundTrip],
  [80, 'message bytes', messageBytes],
  [40, 'varint', uvarint],
  [20, 'payload round trip', payloadRoundTrip],
  [40, 'payload bytes', payloadBytes],
  [40, 'go string', goStrings],
  [40, 'request target', requestTarget],
  [20, 'handshake', handshake],
  [40, 'line scanner', lineScanner],
  [2, 'release', releases],
];
const lots = kinds.flatMap((kind) => Array.from({ length: kind[0] }, () => kind));

/**
 * Runs cases one after the other; the same seed, the same cases.
 * @param only the name of a kind, to run no other
 * @throws FuzzFailure at the first thing that must not happen
 */
export function fuzzWire(cases: number, seed: number, only?: string): FuzzCounts {
  state = seed >>> 0 || 1;
  const counts = new Map<string, number>();
  const chosen = only === undefined ? undefined : kinds.find(([, name]) => name === only);
  if (only !== undefined && chosen === undefined) {
    throw new RangeError(
      `Looked for the kind ${JSON.stringify(only)}, found ${kinds.map(([, name]) => name)}.`,
    );
  }
  for (let index = 0; index < cases; index++) {
    const [, name, run] = chosen ?? pick(lots);
    const before = state >>> 0;
    try {
      run();
    } catch (error) {
      throw new FuzzFailure(index, name, before, error);
    }
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

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
  messageLength,
  messageTypeGoName,
  messageTypes,
  readConnectHeaders,
  WireError,
  writeMessage,
} from '@kubeedge-sim/wire';
import {
  below,
  isSame,
  must,
  mutated,
  oneIn,
  orRefused,
  pick,
  randomBytes,
  standsAt,
  startAt,
} from './generator.ts';
import { lineScanner } from './scanner-case.ts';

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
  startAt(seed);
  const counts = new Map<string, number>();
  const chosen = only === undefined ? undefined : kinds.find(([, name]) => name === only);
  if (only !== undefined && chosen === undefined) {
    throw new RangeError(
      `Looked for the kind ${JSON.stringify(only)}, found ${kinds.map(([, name]) => name)}.`,
    );
  }
  for (let index = 0; index < cases; index++) {
    const [, name, run] = chosen ?? pick(lots);
    const before = standsAt();
    try {
      run();
    } catch (error) {
      throw new FuzzFailure(index, name, before, error);
    }
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

// Throws random and broken bytes at every decoder of this package and at whole sessions, and stops at the first thing
// that must not happen. By hand: node packages/spdy/bench/fuzz.ts --cases 10000000 [--seed 1]
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  decodeChannelMessage,
  decodeCommandResult,
  FrameDecoder,
  FrameEncoder,
  RemoteCommandServer,
  SpdyError,
  type SpdyFrame,
  SpdySession,
  TerminalSizeReader,
} from '@kubeedge-sim/spdy';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const cases = Number(values.cases);
let state = Number(values.seed) >>> 0 || 1;

/** xorshift32: an integer from 0 to below - 1. */
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
const randomBytes = (length: number) => Uint8Array.from({ length }, () => below(256));

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const names = ['error', 'stdin', 'stdout', 'stderr', 'resize', 'x'];
const headersOf = (type: string) => new Map([['streamtype', [type]]]);
const smallId = () => 1 + below(12);

/** A frame with small ids, so that frames meet streams. */
function anyFrame(withHeaders: boolean): SpdyFrame {
  const streamId = smallId();
  const fin = below(4) === 0;
  switch (below(withHeaders ? 10 : 7)) {
    case 0:
      return { type: 'RST_STREAM', streamId, status: 1 + below(11) };
    case 1: {
      const entries = [
        { id: 4 + 3 * below(2), flags: 0, value: pick([0, 10, 65_536, 0x7fff_ffff, 0xffff_ffff]) },
      ];
      return { type: 'SETTINGS', clearPersisted: false, entries };
    }
    case 2:
      return { type: 'PING', id: below(9) };
    case 3:
      return { type: 'GOAWAY', lastGoodStreamId: below(9), status: below(3) };
    case 4:
      return {
        type: 'WINDOW_UPDATE',
        streamId: below(12),
        deltaBytes: pick([0, 1, 1000, 65_536, 0x7fff_ffff]),
      };
    case 7:
      return {
        type: 'SYN_STREAM',
        streamId,
        associatedStreamId: 0,
        priority: below(8),
        slot: 0,
        fin,
        unidirectional: below(5) === 0,
        headers: headersOf(pick(names)),
      };
    case 8:
      return { type: 'SYN_REPLY', streamId, fin, headers: new Map() };
    case 9:
      return { type: 'HEADERS', streamId, fin, headers: headersOf('x') };
    default:
      return {
        type: 'DATA',
        streamId,
        fin,
        data: new Uint8Array(below(8) === 0 ? 40_000 : pick([0, 1, 100])),
      };
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Encoded once and mutated often: encoding costs more than decoding. */
const corpus = Array.from({ length: 400 }, () => {
  const encoder = new FrameEncoder();
  return join(
    Array.from({ length: 1 + below(6) }, () => {
      const frame = anyFrame(true);
      return encoder.encode(frame.type === 'DATA' ? { ...frame, data: frame.data.subarray(0, 50) } : frame);
    }),
  );
});

function mutated(): Uint8Array {
  const bytes = pick(corpus).slice(0, 400);
  for (let change = below(4); change > 0; change--) bytes[below(bytes.length)] = below(256);
  return below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

function pushCut(push: (piece: Uint8Array) => void, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + below(60);
    push(bytes.subarray(at, at + length));
    at += length;
  }
}

function fuzzDecoder(): void {
  const bytes = below(6) === 0 ? randomBytes(below(60)) : mutated();
  const whole = new FrameDecoder().push(bytes);
  if (below(4) !== 0) return;
  const decoder = new FrameDecoder();
  const kinds: string[] = [];
  pushCut((piece) => kinds.push(...decoder.push(piece).map(({ type }) => type)), bytes);
  const withoutData = (types: readonly string[]) => types.filter((type) => type !== 'DATA').join();
  must(withoutData(kinds) === withoutData(whole.map(({ type }) => type)), 'cutting changed the frames');
  must(decoder.pendingBytes <= bytes.length, 'more is pending than came');
}

function fuzzFrame(): void {
  const frame = anyFrame(false);
  const bytes = new FrameEncoder().encode(frame);
  const [decoded, ...more] = new FrameDecoder().push(bytes);
  must(decoded?.type === frame.type && more.length === 0, 'a frame became another');
  must(Buffer.compare(new FrameEncoder().encode(decoded as SpdyFrame), bytes) === 0, 'a frame changed');
}

/** A session gets legal frames in an illegal order, and its owner does random things. */
function fuzzSession(): void {
  const role = pick(['client', 'server'] as const);
  const flowControl = pick(['ignored', 'enforced'] as const);
  const session = new SpdySession({ role, flowControl, streamsMax: 4 });
  const peer = new FrameEncoder();
  let handedOutBytes = 0;
  for (let step = below(10); step >= 0; step--) {
    if (below(3) === 0) ownerActs(session);
    const bytes = below(30) === 0 ? randomBytes(below(30)) : peer.encode(anyFrame(true));
    for (const event of session.receive(bytes)) {
      if (event.type === 'data') handedOutBytes += event.data.length;
    }
    must(session.unreadBytes <= handedOutBytes, 'more is unread than was handed out');
    if (flowControl === 'enforced') must(session.unreadBytes <= 65_536, 'more is unread than the window');
    must(session.openStreamIds.length <= 20, 'too many streams');
  }
  checkOutput(session);
}

function ownerActs(session: SpdySession): void {
  const id = smallId();
  const data = new Uint8Array(pick([0, 1, 100_000]));
  pick<() => void>([
    () => {
      if (session.canOpen && session.openStreamIds.length < 8) session.open(headersOf('x'));
    },
    () => session.reply(id),
    () => session.write(id, data),
    () => session.end(id),
    () => session.reset(id),
    () => session.consumed(id, 1 + below(50_000)),
    () => session.goAway(),
    () => session.ping(),
    () => session.close(),
  ])();
}

function checkOutput(session: SpdySession): void {
  const frames = new FrameDecoder().push(join(session.takeOutput()));
  must(
    frames.every(({ type }) => type !== 'FAULT' && type !== 'BAD_HEADERS' && type !== 'UNKNOWN'),
    'a session wrote what a decoder refuses',
  );
}

/** Two sessions that keep to the rules must never hold a fault against each other. */
function fuzzPair(): void {
  const client = new SpdySession({ role: 'client', flowControl: 'enforced' });
  const server = new SpdySession({ role: 'server', flowControl: 'enforced' });
  const id = client.open(headersOf('stdin'));
  let [sent, got] = [0, 0];
  for (let step = 4 + below(8); step > 0; step--) {
    const data = new Uint8Array(1 + below(90_000));
    if (client.write(id, data) !== 'gone') sent += data.length;
    // The last turn empties everything.
    for (let turn = step === 1 ? 60 : 1; turn > 0; turn--) {
      for (const event of server.receive(join(client.takeOutput()))) {
        must(event.type !== 'fault' && event.type !== 'stream-error', `the server said ${event.type}`);
        if (event.type === 'data') got += event.data.length;
      }
      if (step === 1 || below(2) === 0) server.consumed(id, step === 1 ? 1_000_000 : below(60_000));
      for (const event of client.receive(join(server.takeOutput()))) {
        must(event.type !== 'fault' && event.type !== 'stream-error', `the client said ${event.type}`);
      }
      must(server.unreadBytes <= 65_536, 'the server holds more than its window');
    }
  }
  must(client.waitingBytes === 0 && sent === got, `${sent} bytes were sent, ${got} came`);
}

const remoteProtocols = ['channel.k8s.io', 'v4.channel.k8s.io'] as const;

function fuzzRemoteCommand(): void {
  const wants = { stdin: below(2) === 0, stdout: true, stderr: below(2) === 0, tty: below(2) === 0 };
  const server = new RemoteCommandServer({ protocol: pick(remoteProtocols), wants });
  const events: string[] = [];
  pushCut((piece) => events.push(...server.receive(piece).map(({ type }) => type)), mutated());
  must(events.filter((type) => type === 'ready').length <= 1, 'ready came twice');
  server.finish({ type: 'exited', code: below(256) });
  server.takeOutput();
}

function fuzzSmall(): void {
  const bytes = randomBytes(below(20));
  const text = Buffer.from(pick(['{"Width":80,"Height":24}\n', '{"a":"}"} {"width":1}', '{{', '"', '1 ']));
  const sizes = new TerminalSizeReader();
  pushCut((piece) => sizes.push(piece), below(2) === 0 ? bytes : text);
  decodeCommandResult(pick(remoteProtocols), below(2) === 0 ? bytes : text);
  try {
    decodeChannelMessage(bytes);
  } catch (error) {
    if (!(error instanceof SpdyError)) throw error;
  }
}

const kinds: readonly (readonly [weight: number, name: string, run: () => void])[] = [
  [80, 'decoder', fuzzDecoder],
  [70, 'frame', fuzzFrame],
  [12, 'session', fuzzSession],
  [1, 'pair', fuzzPair],
  [8, 'remote command', fuzzRemoteCommand],
  [30, 'small codecs', fuzzSmall],
];
const lots = kinds.flatMap((kind) => Array.from({ length: kind[0] }, () => kind));
const counts = new Map<string, number>();
const startMs = performance.now();
for (let index = 0; index < cases; index++) {
  // A zlib call that fails leaves its handle to the collector, which needs a turn of the event loop to free it.
  if (index % 1000 === 0) await nextTurn();
  const [, name, run] = pick(lots);
  const before = state;
  try {
    run();
  } catch (error) {
    console.error(`case ${index} (${name}) fails; the generator stood at ${before}`);
    throw error;
  }
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
const seconds = (performance.now() - startMs) / 1000;
console.log(`${cases} cases in ${seconds.toFixed(1)} s, seed ${values.seed}, nothing failed`);
for (const [name, count] of counts) console.log(`  ${name}: ${count}`);

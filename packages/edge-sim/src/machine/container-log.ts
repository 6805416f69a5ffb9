import type { Clock } from '@kubeedge-sim/sim-kit';
import { type LogLines, type LogSource, linesOf } from './log-source.ts';

/** One line of the engine's json-file: a line of the container, or a part of a long one. */
export interface LogEntry {
  atMs: number;
  /** RFC 3339 in UTC, with nine digits. */
  time: string;
  stream: 'stdout' | 'stderr';
  bytes: Uint8Array;
}

export interface ReadLogOptions {
  /** How many entries from the end to begin with; default all. */
  tail?: number;
  /** Entries before are left out, after the tail was cut. */
  sinceMs?: number;
  /** Goes on with what the container prints, until it ends. */
  follow: boolean;
  signal: AbortSignal;
}

/** What a container has printed, and prints. */
export interface ContainerLog {
  /** Entries, oldest first; ends early when the signal is aborted. */
  read(options: ReadLogOptions): AsyncIterable<LogEntry>;
}

/** moby v20.10 daemon/logger/copier.go defaultBufSize: a longer line is more than one entry. */
const ENTRY_BYTES_MAX = 16 * 1_024;

/** When a container ran; it runs still without an end. */
export interface ContainerRun {
  startedAtMs: number;
  finishedAtMs?: number;
}

/**
 * The log of a container that prints what a source says, on a terminal or not. Nothing is kept: a line is made when it is
 * read.
 */
export function simulatedLog(clock: Clock, source: LogSource, run: ContainerRun, tty = false): ContainerLog {
  const lines = linesOf(source);
  const stream = tty ? 'stdout' : (source.stream ?? 'stdout');
  const { startedAtMs, finishedAtMs = Number.POSITIVE_INFINITY } = run;
  const written = () => lines.countAt(Math.min(clock.now(), finishedAtMs) - startedAtMs);

  function* entriesOf(line: number): Generator<LogEntry> {
    const atMs = startedAtMs + lines.offsetMs(line);
    const time = formatNanoTime(atMs, lines.offsetNs(line));
    const text = lines.text(line);
    for (const bytes of entryBytes(tty ? text.replace(/\n$/, '\r\n') : text))
      yield { atMs, time, stream, bytes };
  }

  return {
    async *read({ tail, sinceMs, follow, signal }) {
      let { line, skip } = tail === undefined ? { line: 0, skip: 0 } : tailStart(lines, written(), tail);
      if (sinceMs !== undefined) {
        const first = lines.countAt(sinceMs - startedAtMs - 1);
        if (first > line) [line, skip] = [first, 0];
      }
      for (;;) {
        for (const end = written(); line < end && !signal.aborted; line += 1) {
          for (const entry of entriesOf(line)) {
            if (skip > 0) skip -= 1;
            else yield entry;
          }
        }
        if (signal.aborted) return;
        if (line < written()) continue;
        if (!follow || clock.now() > finishedAtMs) return;
        const nextMs = startedAtMs + lines.offsetMs(line);
        await (Number.isFinite(nextMs) ? sleepUntil(clock, nextMs, signal) : aborted(signal));
      }
    },
  };
}

/** Where the last entries begin: a line, and how many entries of it are left out. */
function tailStart(lines: LogLines, end: number, tail: number): { line: number; skip: number } {
  let line = end;
  let entries = 0;
  while (entries < tail && line > 0) {
    line -= 1;
    entries += [...entryBytes(lines.text(line))].length;
  }
  return { line, skip: Math.max(0, entries - tail) };
}

/**
 * The parts of a line as they come out of json-file: bytes of a character that was cut have become U+FFFD,
 * one each (moby v20.10 daemon/logger/jsonfilelog/jsonlog/jsonlogbytes.go).
 */
function* entryBytes(text: string): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  if (bytes.length <= ENTRY_BYTES_MAX) return yield bytes;
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES_MAX) {
    yield replaceCut(bytes.subarray(at, at + ENTRY_BYTES_MAX));
  }
}

function replaceCut(part: Buffer): Buffer {
  let start = 0;
  while (isContinuation(part[start])) start += 1;
  let lead = part.length - 1;
  while (lead > start && isContinuation(part[lead])) lead -= 1;
  const end = lead + sequenceLength(part[lead] ?? 0) > part.length ? lead : part.length;
  return Buffer.concat([replacements(start), part.subarray(start, end), replacements(part.length - end)]);
}

const isContinuation = (byte: number | undefined) => byte !== undefined && byte >= 0x80 && byte < 0xc0;
const sequenceLength = (lead: number) => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
const replacements = (count: number) => Buffer.from('\ufffd'.repeat(count));

/** kubernetes v1.19.3 pkg/kubelet/types/constants.go RFC3339NanoFixed, in UTC. */
function formatNanoTime(atMs: number, ns: number): string {
  return new Date(atMs).toISOString().replace('Z', `${String(ns).padStart(6, '0')}Z`);
}

function sleepUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(atMs - clock.now(), { signal, label: 'next line of a container' }).catch(() => {});
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

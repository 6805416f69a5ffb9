import type { ContainerLog, LogEntry } from '../machine/container-log.ts';
import type { EngineApi } from './engine-api.ts';

/** moby pkg/stdcopy/stdcopy.go: a byte for the stream, three of nothing, four for the length. */
const HEADER_BYTES = 8;
const STREAMS = ['stdout', 'stdout', 'stderr'] as const;

/**
 * The log of a container of a real engine. `tty`: its two streams are one, which comes without headers.
 */
export function realLog(api: EngineApi, container: { id: string; tty: boolean }): ContainerLog {
  return {
    async *read({ tail, sinceMs, follow, signal }) {
      const query = new URLSearchParams({
        stdout: '1',
        stderr: '1',
        timestamps: '1',
        follow: follow ? '1' : '0',
        tail: tail === undefined ? 'all' : String(tail),
      });
      try {
        const body = await api.stream(`/containers/${container.id}/logs?${query}`, signal);
        for await (const { stream, line } of container.tty ? ttyLines(body) : frames(body)) {
          const entry = entryOf(stream, line);
          if (sinceMs === undefined || entry.atMs >= sinceMs) yield entry;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

interface Line {
  stream: LogEntry['stream'];
  line: Buffer;
}

/** An entry's line begins with its time. */
function entryOf(stream: LogEntry['stream'], line: Buffer): LogEntry {
  const blank = line.indexOf(' ');
  const time = line.toString('latin1', 0, blank);
  return { atMs: Date.parse(time), time, stream, bytes: line.subarray(blank + 1) };
}

async function* frames(body: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < HEADER_BYTES) break;
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) break;
      yield { stream: STREAMS[rest[0] ?? 0] ?? 'stdout', line: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
}

async function* ttyLines(body: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield { stream: 'stdout', line: rest.subarray(0, end + 1) };
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield { stream: 'stdout', line: rest };
}

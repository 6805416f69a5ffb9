import { readFile } from 'node:fs/promises';
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { formatEvent } from '../report/trace-text.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';

export interface TraceFlags {
  kind?: string;
  host?: string;
}

/** Prints a trace file (NDJSON, from `replay --trace`) for a person. @throws UsageError for a file that is none */
export async function trace(io: Io, file: string, flags: TraceFlags): Promise<void> {
  const events = (await readLines(file)).map((line, index) => parseEvent(file, line, index + 1));
  const startMs = events[0]?.atMs ?? 0;
  for (const event of events) {
    if (flags.kind !== undefined && !event.kind.startsWith(flags.kind)) continue;
    if (flags.host !== undefined && event.host !== flags.host) continue;
    io.out(`${formatEvent(event, startMs)}\n`);
  }
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to read the trace ${file}: ${why}. Make one with \`replay <id> --trace <file>\`.`,
    );
  }
}

function parseEvent(file: string, line: string, number: number): AnyTraceEvent {
  try {
    const event = JSON.parse(line) as AnyTraceEvent;
    if (typeof event.kind === 'string' && typeof event.atMs === 'number') return event;
  } catch {
    // Told below, with the line's number.
  }
  throw new UsageError(
    `Tried to read line ${number} of ${file} as a trace event, found ${line.slice(0, 60)}.`,
  );
}

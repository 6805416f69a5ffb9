import { readFile } from 'node:fs/promises';
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { askControl, type ControlTarget } from '../control/control-client.ts';
import { formatEvent } from '../report/trace-text.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';

export interface TraceFlags extends ControlTarget {
  kind?: string;
  host?: string;
}

/**
 * Prints a trace for a person: a file (NDJSON, from `replay --trace`), or what a control server has of its world.
 * @throws UsageError for a file that is none, and as `act` without a file
 */
export async function trace(io: Io, file: string | undefined, flags: TraceFlags): Promise<void> {
  const events = await readEvents(file, flags);
  const startMs = events[0]?.atMs ?? 0;
  const { kind = '', host } = flags;
  const ofHost = events.filter((event) => host === undefined || event.host === host);
  const asked = ofHost.filter((event) => event.kind.startsWith(kind));
  for (const event of asked) io.out(`${formatEvent(event, startMs)}\n`);
  if (asked.length > 0) return;
  const [what, known] =
    ofHost.length === 0
      ? [`of ${host ?? 'any host'}`, events.map((event) => event.host)]
      : [`of a kind that begins with "${kind}"`, ofHost.map((event) => event.kind)];
  // Nothing is an answer, too: what is asked for may not have happened yet.
  io.error(
    `Looked for events ${what} among ${ofHost.length || events.length}, found none; there are ${listOf(known)}.\n`,
  );
}

const listOf = (words: readonly string[]) =>
  words.length === 0 ? 'none at all' : [...new Set(words)].sort().join(', ');

/** All events of a file, or of a world. @throws UsageError as {@link trace} */
export async function readEvents(file: string | undefined, target: ControlTarget): Promise<AnyTraceEvent[]> {
  const { from, lines } = await (file === undefined ? fetchLines(target) : readLines(file));
  return lines.map((line, index) => parseEvent(from, line, index + 1));
}

interface Lines {
  from: string;
  lines: string[];
}

const split = (text: string) => text.split('\n').filter((line) => line !== '');

/** All events, for times count from the first one, whatever is printed of them. */
async function fetchLines(target: ControlTarget): Promise<Lines> {
  const lines: string[] = [];
  const lastId = () => (JSON.parse(lines.at(-1) ?? '{"id":0}') as AnyTraceEvent).id;
  for (let more = true; more; ) {
    const { body, next } = await askControl(target, `/trace?limit=${PAGE_LINES}&since=${lastId()}`);
    lines.push(...split(body));
    more = next !== undefined;
  }
  return { from: 'the trace', lines };
}

const PAGE_LINES = 10_000;

async function readLines(file: string): Promise<Lines> {
  try {
    return { from: file, lines: split(await readFile(file, 'utf8')) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to read the trace ${file}: ${why}. Make one with \`replay <id> --trace <file>\`.`,
    );
  }
}

function parseEvent(from: string, line: string, number: number): AnyTraceEvent {
  try {
    const event = JSON.parse(line) as AnyTraceEvent;
    if (typeof event.kind === 'string' && typeof event.atMs === 'number') return event;
  } catch {
    // Told below, with the line's number.
  }
  throw new UsageError(
    `Tried to read line ${number} of ${from} as a trace event, found ${line.slice(0, 60)}.`,
  );
}

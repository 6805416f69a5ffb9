import { type AnyTraceEvent, formatKlog, type TraceEvent } from '@kubeedge-sim/sim-kit';
import type { Cluster } from '../cluster/cluster.ts';
import { UsageError } from '../usage-error.ts';

const SEPARATOR = ' │ ';
/** Below this a column is too narrow to be read. */
const COLUMN_WIDTH_MIN = 40;

type LogLine = TraceEvent<'log'> & AnyTraceEvent;

/**
 * The logs of components on every node that has one, up to a verbosity: a column each, lines in the order of time. One
 * log, or too narrow a terminal, gives full lines instead.
 * @throws UsageError naming the components that print
 */
export function logsOf(
  cluster: Cluster,
  components: readonly string[],
  verbosity: number,
  columns: number,
): string {
  const printed = cluster.events().filter((event): event is LogLine => event.kind === 'log');
  const unknown = components.find((component) => !printed.some((line) => line.component === component));
  if (unknown !== undefined) {
    const known = [...new Set(printed.map(({ component }) => component))].join(', ');
    throw new UsageError(`Looked for the log of ${unknown}, found logs of ${known} only.`);
  }
  const lines = printed.filter(
    (line) => components.includes(line.component) && line.detail.verbosity <= verbosity,
  );
  const nameOf = ({ component, host }: LogLine) => `${component} (${host})`;
  const names = components.flatMap((component) => {
    const { cloud, edges } = cluster.description;
    const hosts = [cloud, ...edges].map(({ name }) => name);
    return hosts
      .map((host) => `${component} (${host})`)
      .filter((name) => lines.some((line) => nameOf(line) === name));
  });
  const width = Math.floor((columns - SEPARATOR.length * (names.length - 1)) / names.length);
  const text = (line: LogLine) => cluster.world.net.describe(formatKlog(line));
  if (names.length < 2 || width < COLUMN_WIDTH_MIN) {
    return ['', ...lines.map((line) => `${nameOf(line)} ${text(line)}`)].join('\n');
  }
  const row = (cells: readonly string[]) =>
    cells
      .map((cell) => cell.padEnd(width))
      .join(SEPARATOR)
      .trimEnd();
  const rows = lines.flatMap((line) =>
    wrap(cluster.world.net.describe(shortForm(line)), width).map((part) =>
      row(names.map((name) => (name === nameOf(line) ? part : ''))),
    ),
  );
  return ['', row(names), ...rows].join('\n');
}

/** A line without its date and process id, which are the same everywhere. */
function shortForm({ atMs, detail }: LogLine): string {
  return `${detail.severity} ${new Date(atMs).toISOString().slice(11, 23)} ${detail.source}] ${detail.message}`;
}

/** A text in lines of a width, those after the first indented. */
function wrap(text: string, width: number): string[] {
  const parts = [text.slice(0, width)];
  const rest = width - INDENT.length;
  for (let start = width; start < text.length; start += rest)
    parts.push(`${INDENT}${text.slice(start, start + rest)}`);
  return parts;
}

const INDENT = '    ';

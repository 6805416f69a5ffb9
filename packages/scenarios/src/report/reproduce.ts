import { catalog } from '../catalog/index.ts';
import type { Result } from '../run.ts';
import type { Outcome } from '../scenario.ts';
import { formatDuration } from '../scheduled-acts.ts';

/** What was played; a {@link Result} is one. */
export interface Played extends Pick<Result, 'scenario' | 'cell' | 'seed' | 'net' | 'faults' | 'playedOn'> {
  /** `<time>: <action>` each, as `--act` takes them. */
  acts?: readonly string[];
  /** When it was looked at, counted from the opening of the cluster; default: as soon as it has settled. */
  lookAfterMs?: number;
  /** The outcome that was expected: the command then exits with 1 unless it comes out. */
  expect?: Outcome;
}

/** The command line that plays the same again, every version named, quoted for a POSIX shell. */
export function reproduce({
  scenario,
  cell,
  seed,
  net,
  faults,
  playedOn = [],
  acts = [],
  lookAfterMs,
  expect,
}: Played): string {
  const own = catalog.find(({ id }) => id === scenario)?.faults.map(({ id }) => id) ?? [];
  const more = faults.filter((fault) => !own.includes(fault));
  const versions = `--edgecore ${cell.edgecore} --cloudcore ${cell.cloudcore} --docker ${cell.docker} --metrics-server ${cell.metricsServer}`;
  const words = [
    ...playedOn,
    ...(net === 'memory' ? [] : ['--net', net]),
    ...(own.every((fault) => faults.includes(fault)) ? [] : ['--without']),
    ...more.flatMap((fault) => ['--fault', fault]),
    ...acts.flatMap((act) => ['--act', act]),
    ...(lookAfterMs === undefined ? [] : ['--look-after', formatDuration(lookAfterMs)]),
    ...(expect === undefined ? [] : ['--expect', expect]),
  ];
  return [`npx kubeedge-sim replay ${scenario} ${versions} --seed ${seed}`, ...words.map(quoted)].join(' ');
}

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Lang } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { createGithubReporter } from './github.ts';
import { createJsonReporter } from './json.ts';
import { createJunitReporter } from './junit.ts';
import { createListReporter } from './list.ts';
import type { Reporter } from './reporter.ts';
import { appendSink, fileSink, streamSink } from './sinks.ts';

const NAMES = ['list', 'json', 'junit', 'github'] as const;
type Name = (typeof NAMES)[number];

const STDOUT = 'standard output';

/** A reporter that is wanted, with its file; without one it writes to standard output. */
export interface Wanted {
  name: Name;
  file?: string;
}

/** What reporters know of where they run. */
export interface Surroundings {
  out: (text: string) => void;
  colour: boolean;
  lang: Lang;
  /** GITHUB_ACTIONS, GITHUB_STEP_SUMMARY and GITHUB_WORKSPACE are read. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** A reporter and how it is called when it fails. */
export interface Chosen {
  called: string;
  reporter: Reporter;
}

/**
 * Reads `<name>` or `<name>=<file>` each. Nothing wanted: `list`, and `github` where GitHub Actions runs it.
 * @throws UsageError for a name that is not known, and for two reporters that want the same place
 */
export function readReporters(texts: readonly string[], env: Surroundings['env']): Wanted[] {
  if (texts.length === 0) {
    return env['GITHUB_ACTIONS'] === 'true' ? [{ name: 'list' }, { name: 'github' }] : [{ name: 'list' }];
  }
  const wanted = texts.map(readOne);
  const taken = new Map<string, Name>();
  for (const { name, file } of wanted) {
    // GitHub reads annotations from the log only, so a file of that reporter is its summary.
    const places = [
      file === undefined ? [] : resolve(file),
      file === undefined || name === 'github' ? STDOUT : [],
    ];
    for (const place of places.flat()) {
      const other = taken.get(place);
      if (other !== undefined && !(place === STDOUT && areLines(name, other))) {
        throw new UsageError(
          `Tried to let the reporters ${other} and ${name} both write to ${place}. ` +
            `Give one a file of its own: --reporter ${name === 'github' ? other : name}=<file>.`,
        );
      }
      taken.set(place, name);
    }
  }
  return wanted;
}

/** Annotations may stand between the lines of a list, as GitHub takes them out of a log; a document would be spoilt. */
const areLines = (one: Name, other: Name) =>
  one !== other && [one, other].every((name) => name === 'list' || name === 'github');

function readOne(text: string): Wanted {
  const [, name = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const known = NAMES.find((candidate) => candidate === name);
  if (known !== undefined && file !== '') return file === undefined ? { name: known } : { name: known, file };
  throw new UsageError(
    `Tried to use the reporter ${JSON.stringify(text)}; there are ${NAMES.join(', ')}. Write <name> or <name>=<file>, e.g. junit=report.xml.`,
  );
}

/**
 * Makes the reporters, and the folders of their files where they are missing: better refused now than after the run.
 * @throws UsageError for a place that no file can be written to
 */
export async function createReporters(
  wanted: readonly Wanted[],
  surroundings: Surroundings,
): Promise<Chosen[]> {
  for (const { name, file } of wanted) if (file !== undefined) await makeRoom(name, file);
  return wanted.map(({ name, file }) => ({
    called: file === undefined ? name : `${name}=${file}`,
    reporter: create(name, file, surroundings),
  }));
}

async function makeRoom(name: Name, file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory() !== true) return;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to make the folder of --reporter ${name}=${file}: ${why}. Give another file.`,
    );
  }
  throw new UsageError(`Tried to write --reporter ${name}=${file}, found a folder there. Give a file.`);
}

function create(name: Name, file: string | undefined, surroundings: Surroundings): Reporter {
  const { out, lang, env, cwd } = surroundings;
  const sink = file === undefined ? streamSink(out) : fileSink(file);
  switch (name) {
    case 'list':
      return createListReporter(sink, { lang, colour: surroundings.colour && file === undefined });
    case 'json':
      return createJsonReporter(sink, { lang });
    case 'junit':
      return createJunitReporter(sink, { lang });
    case 'github': {
      // Its file is the summary; annotations are read from the log only.
      const step = env['GITHUB_STEP_SUMMARY'];
      const summary = file === undefined ? step && appendSink(step) : sink;
      const root = env['GITHUB_WORKSPACE'] ?? cwd;
      return createGithubReporter(streamSink(out), { lang, root, ...(summary && { summary }) });
    }
  }
}

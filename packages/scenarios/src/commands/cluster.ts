import { isFile, presetCluster, readCluster } from '../cluster-file/resolve.ts';
import { showCluster } from '../cluster-file/show.ts';
import { findPreset, presets } from '../presets/index.ts';
import type { Preset } from '../presets/preset.ts';
import type { Lang } from '../text.ts';
import type { Io } from './io.ts';

/** Lists the presets, one a line. */
export function listClusters(io: Io, { lang }: { lang: Lang }): void {
  const width = Math.max(...presets.map(({ name }) => name.length));
  for (const { name, title } of presets) io.out(`${name.padEnd(width)}  ${title[lang]}\n`);
}

/**
 * Prints a cluster in full, with where every value comes from: a preset with its sources, or a file.
 * @throws UsageError
 */
export function showClusterOf(io: Io, nameOrFile: string): void {
  if (presets.some(({ name }) => name === nameOrFile)) {
    io.out(sourcesOf(findPreset(nameOrFile)));
    io.out(showCluster(presetCluster(nameOrFile)));
  } else if (isFile(nameOrFile)) io.out(showCluster(readCluster(nameOrFile)));
  else findPreset(nameOrFile);
}

const sourcesOf = ({ title, sources }: Preset) =>
  [title.en, ...sources.map(({ what, where }) => `${what}: ${where}`)].map((line) => `# ${line}\n`).join('');

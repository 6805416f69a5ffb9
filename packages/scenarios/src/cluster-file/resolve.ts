import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { findPreset } from '../presets/index.ts';
import { UsageError } from '../usage-error.ts';
import { checkMeaning, checkWhole } from './check-meaning.ts';
import { checkSchema, type Problem } from './check-schema.ts';
import type { ClusterFile } from './cluster-file.ts';
import { type CompleteCluster, complete } from './complete.ts';
import { type Layer, layerOf } from './layer.ts';
import { idleNulls, merge, says } from './merge.ts';
import { type Path, plainOf } from './plain.ts';
import { readYaml } from './read-yaml.ts';

/** A cluster put together from its files, and from whatever these extend. */
export interface ResolvedCluster {
  /** Undermost first. */
  layers: readonly Layer[];
  complete: CompleteCluster;
}

/** The cluster of a preset. @throws UsageError naming the presets there are */
export function presetCluster(name: string): ResolvedCluster {
  return resolve(presetLayers(name));
}

/**
 * The cluster of a YAML file and of the files it extends.
 * @throws UsageError with file, line and column of everything that is wrong
 */
export function readCluster(path: string): ResolvedCluster {
  return resolve(fileLayers(path, []));
}

/**
 * The cluster of a value, e.g. of `defineCluster`. It can extend presets only.
 * @param name what the value is called where it is wrong
 * @throws UsageError with the path of everything that is wrong
 */
export function clusterOf(file: ClusterFile, name = 'the cluster'): ResolvedCluster {
  const layer = checked(layerOf(name, file));
  return resolve([...(file.extends === undefined ? [] : baseLayers(layer, file.extends)), layer]);
}

/** The cluster with more laid over it. @throws UsageError */
export function withLayer({ layers }: ResolvedCluster, name: string, file: ClusterFile): ResolvedCluster {
  return resolve([...layers, checked(layerOf(name, file))]);
}

function resolve(layers: readonly Layer[]): ResolvedCluster {
  let merged: ClusterFile = {};
  for (const { name, file, place } of layers) {
    const what = 'takes away what is not there; for one with every default write {}';
    refuse(
      name,
      idleNulls(merged, file).map((path) => `${place(path)}: null ${what}`),
    );
    merged = merge(merged, file);
  }
  const whole = complete(merged);
  // A member that two layers make wrong together is told where the upper one says it.
  const placeOf = (path: Path) => layers.findLast(({ file }) => says(file, path))?.place(path);
  refuse(
    layers.at(-1)?.name ?? '',
    checkWhole(whole).map(({ path, what }) => `${placeOf(path) ?? layers.at(-1)?.place(path)}: ${what}`),
  );
  return { layers, complete: whole };
}

function presetLayers(name: string): Layer[] {
  const preset = findPreset(name);
  const own = layerOf(name, preset.cluster);
  return preset.cluster.extends === undefined ? [own] : [...presetLayers(preset.cluster.extends), own];
}

/** What a value extends: a preset. */
function baseLayers(layer: Layer, base: string): Layer[] {
  try {
    return presetLayers(base);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse(layer.name, [`${layer.place(['extends'])}: ${error.message}`]);
  }
}

function fileLayers(path: string, above: readonly string[]): Layer[] {
  const layer = readLayer(path);
  const base = layer.file.extends;
  if (base === undefined) return [layer];
  if (!isFile(base)) return [...baseLayers(layer, base), layer];
  const file = isAbsolute(base) ? base : join(dirname(path), base);
  if ([...above, path].includes(file)) {
    const round = [...above, path, file].join(' → ');
    return refuse(path, [`${layer.place(['extends'])}: found ${base}, which extends this one: ${round}`]);
  }
  return [...fileLayers(file, [...above, path]), layer];
}

/** Whether something that is extended or shown is a file, and no preset. */
export const isFile = (base: string) => base.includes('/') || /\.ya?ml$/.test(base);

function readLayer(path: string): Layer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to read the cluster ${path}: ${why}. Give a YAML file, see docs/clusters.md.`,
    );
  }
  const { value, problems, place } = readYaml(text, path);
  refuse(path, problems);
  return checked({ name: path, file: value as ClusterFile, place });
}

/** @throws UsageError with everything that is wrong with a layer by itself */
function checked(layer: Layer): Layer {
  const tell = ({ path, what }: Problem) => `${layer.place(path)}: ${what}`;
  const wrong = checkSchema(plainOf(layer.file));
  refuse(layer.name, (wrong.length > 0 ? wrong : checkMeaning(layer.file)).map(tell));
  return layer;
}

function refuse(name: string, problems: readonly string[]): never[] {
  if (problems.length === 0) return [];
  // In the order of their lines.
  const order = new Intl.Collator('en', { numeric: true });
  const told = problems
    .toSorted(order.compare)
    .map((problem) => `  ${problem}`)
    .join('\n');
  throw new UsageError(
    `Tried to read the cluster ${name}, found:\n${told}\nSee docs/clusters.md for what a cluster file holds.`,
  );
}

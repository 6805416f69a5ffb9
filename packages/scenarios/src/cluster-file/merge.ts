import type { ClusterFile } from './cluster-file.ts';
import {
  isObject,
  type Path,
  type Plain,
  type PlainObject,
  plainOf,
  rootSchema,
  type Schema,
  schemaOfMember,
} from './plain.ts';

/**
 * One file laid over another, as RFC 7396 has it: mappings are merged, lists and single values replaced, and null takes
 * away.
 */
export function merge(under: ClusterFile, over: ClusterFile): ClusterFile {
  return mergePlain(plainOf(under), plainOf(over)) as unknown as ClusterFile;
}

function mergePlain(under: Plain | undefined, over: Plain): Plain {
  if (!isObject(over)) return over;
  const merged = new Map(Object.entries(isObject(under) ? under : {}));
  for (const [key, value] of Object.entries(over)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePlain(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** The nulls of a file that take nothing away, because there is nothing under them. */
export function idleNulls(under: ClusterFile, over: ClusterFile): Path[] {
  const find = (below: Plain | undefined, above: Plain, path: Path): Path[] => {
    if (above === null) return below === undefined ? [path] : [];
    if (!isObject(above)) return [];
    const member = (key: string) => (isObject(below) && Object.hasOwn(below, key) ? below[key] : undefined);
    return Object.entries(above).flatMap(([key, value]) => find(member(key), value, [...path, key]));
  };
  return find(plainOf(under), plainOf(over), []);
}

/** The file with the schema's defaults under what it says. */
export function withDefaults(file: ClusterFile): ClusterFile {
  return fill(plainOf(file), rootSchema) as unknown as ClusterFile;
}

function fill(value: Plain, schema: Schema): Plain {
  if (Array.isArray(value) && schema.items) {
    const { items } = schema;
    return value.map((item: Plain) => fill(item, items));
  }
  if (!isObject(value)) return value;
  const filled = new Map<string, Plain>();
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const own = value[key] ?? member.default;
    if (own !== undefined) filled.set(key, fill(own, member));
  }
  for (const [key, own] of Object.entries(value)) {
    if (!filled.has(key)) filled.set(key, fill(own, schemaOfMember(schema, key) ?? {}));
  }
  return Object.fromEntries(filled);
}

/** Whether a file says the value at a path itself; of a list, all of it. */
export function says(file: ClusterFile, path: Path): boolean {
  let value: Plain | undefined = plainOf(file);
  for (const key of path) {
    if (Array.isArray(value)) return true;
    if (!isObject(value) || !Object.hasOwn(value, key)) return false;
    value = (value as PlainObject)[key];
  }
  return true;
}

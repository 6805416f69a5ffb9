import { Ajv, type ErrorObject } from 'ajv';
import { nearest } from '../suite/nearest.ts';
import { type Path, type Plain, type Schema, valueAt } from './plain.ts';
import { clusterSchema } from './schema.ts';

/** Something that is wrong with a cluster file. */
export interface Problem {
  path: Path;
  /** What was found, and what is allowed. */
  what: string;
}

const validate = new Ajv({ allErrors: true, strictSchema: false, verbose: true }).compile(clusterSchema);

/** Holds a value against the schema of cluster files. */
export function checkSchema(value: Plain): Problem[] {
  if (validate(value)) return [];
  const problems = (validate.errors ?? []).flatMap((error) => problemOf(value, error) ?? []);
  return problems.toSorted((one, other) => one.path.length - other.path.length);
}

function problemOf(root: Plain, error: ErrorObject): Problem | undefined {
  const { keyword, params, propertyName } = error;
  const schema = (error.parentSchema ?? {}) as Schema;
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  // What is wrong with a name is told by `propertyNames`.
  if (propertyName !== undefined) return undefined;
  if (keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']);
    const keys = Object.keys(schema.properties ?? {});
    const what = `unknown key; the nearest known is "${nearest(key, keys)}" (of ${keys.join(', ')})`;
    return { path: [...path, key], what };
  }
  if (keyword === 'propertyNames') {
    const key = String(params['propertyName']);
    const form = path.at(-1) === 'pods' ? 'namespace/name, each' : 'a name';
    return {
      path: [...path, key],
      what: `expected ${form} of lower-case letters, digits, - and ., as in Kubernetes`,
    };
  }
  const found = show(valueAt(root, path));
  if (keyword === 'required')
    return { path, what: `found no "${params['missingProperty']}", which it has to have` };
  if (keyword === 'enum') {
    const values = schema.enum ?? [];
    const near = nearest(JSON.stringify(valueAt(root, path)), values);
    return { path, what: `found ${found}, expected one of ${values.join(', ')}; the nearest is "${near}"` };
  }
  if (keyword === 'type') return { path, what: `found ${found}, expected ${kindsOf(schema)}` };
  if (keyword === 'pattern')
    return { path, what: `found ${found}, expected something like ${(schema.examples ?? []).join(', ')}` };
  return { path, what: `found ${found}, which ${error.message ?? 'is not as it should be'}` };
}

function kindsOf({ type }: Schema): string {
  const words: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a text',
    integer: 'a whole number',
    boolean: 'true or false',
    null: 'null',
  };
  return [type ?? []]
    .flat()
    .map((each) => words[each] ?? each)
    .join(' or ');
}

function show(value: Plain | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

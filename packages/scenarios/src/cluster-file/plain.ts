import type { ClusterFile } from './cluster-file.ts';
import { clusterSchema } from './schema.ts';

/** A value of a cluster file, as it is in JSON. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainObject;
export type PlainObject = { readonly [key: string]: Plain };
/** Keys and indices from the root of a file to a value. */
export type Path = readonly string[];

/** What is read of the schema to find one's way in it. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly string[];
  default?: Plain;
  examples?: readonly string[];
  description?: string;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

export const rootSchema: Schema = clusterSchema;

/** The schema of a member; undefined for one that there is not. */
export function schemaOfMember(schema: Schema | undefined, key: string): Schema | undefined {
  const { properties = {}, additionalProperties } = schema ?? {};
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

export const typesOf = ({ type, enum: values }: Schema): readonly string[] =>
  values ? ['string'] : [type ?? []].flat();

export const isObject = (value: Plain | undefined): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a file says, to be walked through. */
export const plainOf = (file: ClusterFile) => file as unknown as PlainObject;

/** The value at a path; undefined where there is none. */
export function valueAt(root: Plain, path: Path): Plain | undefined {
  let value: Plain | undefined = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as PlainObject)[key];
  }
  return value;
}

/** `edges.edge-node-1.pods["default/nginx"]`: a path as one writes it. */
export function formatPath(path: Path): string {
  if (path.length === 0) return 'the file';
  return path
    .map((key, index) => {
      if (/^\d+$/.test(key)) return `[${key}]`;
      if (/[^\w-]/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

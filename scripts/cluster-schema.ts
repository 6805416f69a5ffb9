import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterSchema } from '../packages/scenarios/src/cluster-file/schema.ts';

// Makes the editor's schema of cluster files, and their types; test/cluster-schema.test.ts holds both against it.

const ROOT = join(import.meta.dirname, '..');
export const SCHEMA_FILE = 'packages/scenarios/cluster.schema.json';
export const TYPES_FILE = 'packages/scenarios/src/cluster-file/cluster-file.ts';

interface Schema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

/** The interfaces of a schema, one for every title in it. */
export function typesOf(root: Schema): string {
  const interfaces = new Map<string, string>();
  const typeOf = (schema: Schema): string => {
    const types = [schema.type ?? []].flat();
    const nullable = types.includes('null') ? ' | null' : '';
    if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
    if (types.includes('object')) return `${objectType(schema)}${nullable}`;
    if (types.includes('array')) return `readonly ${typeOf(schema.items ?? {})}[]`;
    return types.includes('integer') ? 'number' : (types[0] ?? 'unknown');
  };
  const objectType = (schema: Schema): string => {
    if (typeof schema.additionalProperties === 'object')
      return `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`;
    const title = schema.title ?? '';
    if (!interfaces.has(title)) {
      interfaces.set(title, '');
      interfaces.set(title, interfaceOf(title, schema));
    }
    return title;
  };
  const interfaceOf = (title: string, { properties = {}, required = [] }: Schema) => {
    const members = Object.entries(properties).map(([name, schema]) => {
      const type = typeOf(schema);
      const optional = required.includes(name) ? '' : '?';
      return `${commentOf(schema)}  ${name}${optional}: ${type};\n`;
    });
    return `export interface ${title} {\n${members.join('')}}\n`;
  };
  objectType(root);
  const head =
    "// Made of schema.ts by `npm run cluster-schema`: what YAML and TypeScript may say is one schema's.\n";
  return [head, ...[...interfaces].map(([, code]) => code)].join('\n');
}

function commentOf({ description, default: preset }: Schema): string {
  if (description === undefined) return '';
  const isPart = typeof preset === 'object' && !Array.isArray(preset);
  const ends =
    preset === undefined || isPart ? '' : ` Default ${JSON.stringify(preset).replaceAll('"', '`')}.`;
  return `  /** ${description}${ends} */\n`;
}

if (import.meta.main) {
  writeFileSync(join(ROOT, SCHEMA_FILE), `${JSON.stringify(clusterSchema, null, 2)}\n`);
  writeFileSync(join(ROOT, TYPES_FILE), typesOf(clusterSchema));
}

import type { AnswerDocs, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { schemas } from './schemas.ts';

/** Of the API, not of the package; paths begin with its first number. */
const API_VERSION = '1.0.0';

/** The OpenAPI 3.1 document of the control API: its schemas are JSON Schema as they stand. */
export function openapiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of operations) {
    const path = each.path.replace('*}', '}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: operationDocument(each) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'kubeedge-sim control API',
      version: API_VERSION,
      description:
        'Creates simulated KubeEdge clusters, changes them, looks at them and reads their traces. A world plays its ' +
        'requests one after the other; worlds do not wait for each other.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to wherever this document was read.
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, withRefs(schema, name)]),
      ),
    },
  };
}

function operationDocument(each: Operation) {
  const { id, summary, description, open, path, query, body, answers } = each;
  const inPath = [...path.matchAll(/\{(\w+)\*?\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, { description: about, ...schema }]) => ({
    name,
    in: 'query',
    ...(about !== undefined && { description: about }),
    schema,
  }));
  const parameters = [...inPath, ...inQuery];
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: withRefs(body) } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerDocument(answer)]),
      ),
      default: {
        description: 'Why not.',
        content: { [PROBLEM_TYPE]: { schema: withRefs(schemas.Problem) } },
      },
    },
  };
}

function answerDocument({ description, type = 'application/json', schema, headers }: AnswerDocs[number]) {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, about]) => [
          name,
          { description: about, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(schema !== undefined
      ? { content: { [type]: { schema: withRefs(schema) } } }
      : type !== 'application/json' && { content: { [type]: { schema: { type: 'string' } } } }),
  };
}

const names = new Map<unknown, string>(Object.entries(schemas).map(([name, schema]) => [schema, name]));

/** A schema with references in place of those that have a name; `self` is written out. */
function withRefs(value: unknown, self?: string): unknown {
  const name = names.get(value);
  if (name !== undefined && name !== self) return { $ref: `#/components/schemas/${name}` };
  if (Array.isArray(value)) return value.map((item) => withRefs(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withRefs(item)]));
}

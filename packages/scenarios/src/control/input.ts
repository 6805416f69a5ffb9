import { Ajv, type ErrorObject } from 'ajv';
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { Problem } from './problem.ts';

/** JSON is read from bytes that are UTF-8, and without keys that reach into prototypes. */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return done(new Problem(400, 'not-utf-8', 'Tried to read the body as UTF-8, found other bytes.'));
    }
    return parse(request, text, (error, value) => {
      if (error) done(new Problem(400, 'not-json', `Tried to read the body as JSON: ${error.message}.`));
      else done(null, value);
    });
  });
}

/** Bodies are taken as they are; only what stands in a URL is a number by looking like one. */
export function addValidation(app: FastifyInstance): void {
  const strict = new Ajv({ allErrors: false, strictSchema: false });
  const coercing = new Ajv({ allErrors: false, strictSchema: false, coerceTypes: true });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : coercing).compile(schema as object),
  );
  app.setSchemaErrorFormatter((errors, part) => new Error(invalid(errors, part)));
}

function invalid(errors: readonly FastifySchemaValidationError[], part: string): string {
  const [error] = errors as readonly Partial<ErrorObject>[];
  const { instancePath = '', message = 'is not as it should be', params } = error ?? {};
  const where = `the ${part === 'querystring' ? 'query' : part}${instancePath === '' ? '' : ` at ${instancePath}`}`;
  const { additionalProperty, allowedValues } = (params ?? {}) as Record<string, unknown>;
  if (additionalProperty !== undefined)
    return `Found ${JSON.stringify(additionalProperty)} in ${where}, which there is not; see /openapi.json.`;
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
  return `Tried to read ${where}: it ${message}${allowed}; see /openapi.json.`;
}

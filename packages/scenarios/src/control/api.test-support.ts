import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { type ControlApi, type ControlOptions, startControlApi } from './control-api.ts';
import { openapiDocument } from './openapi.ts';
import { operations } from './operations.ts';

/** What came back; `json` is undefined where the body is none. */
export interface TestAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  json: Record<string, unknown>;
}

export interface TestRequest {
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestApi extends ControlApi {
  /** Errors that were the server's own. */
  readonly reported: unknown[];
  /** Asks, and holds the answer against the OpenAPI document. */
  ask(method: string, path: string, options?: TestRequest): Promise<TestAnswer>;
  /** Starts a world and returns its path. */
  create(body?: Record<string, unknown>): Promise<string>;
}

/** A control server of this process, on a free port. */
export async function startTestApi(options: Partial<ControlOptions> = {}): Promise<TestApi> {
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const api = await startControlApi({ listen: '127.0.0.1', port: 0, allowOrigins: [], report, ...options });
  const ask: TestApi['ask'] = async (method, path, request = {}) => {
    const answer = await askRaw(api.url, method, path, request);
    checkAnswer(method, path, answer);
    return answer;
  };
  return {
    ...api,
    reported,
    ask,
    async create(body = {}) {
      const { status, headers, json } = await ask('POST', '/v1/worlds', { body });
      expect({ status, json }).toMatchObject({ status: 201 });
      return String(headers['location']);
    },
  };
}

async function askRaw(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: TestRequest,
): Promise<TestAnswer> {
  const asked = request(url, {
    method,
    path,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
  asked.end(body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const received = await text(answer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: received,
    json: /[/+]json\b/.test(answer.headers['content-type'] ?? '') ? JSON.parse(received) : {},
  };
}

const document = openapiDocument();
const ajv = new Ajv2020({ strict: false, validateSchema: false });
ajv.addSchema(document, 'openapi');

/** Holds an answer of an operation against what the document says of its status and type. */
function checkAnswer(method: string, target: string, { status, headers, body, json }: TestAnswer): void {
  const path = target.replace(/\?.*$/, '');
  const operation = operations.find(
    (each) => each.method === method && pattern(each.path).test(path) && each.id !== 'proxy',
  );
  if (operation === undefined) return;
  const type = String(headers['content-type'] ?? '');
  const documented = operation.answers[status];
  const { pointer, mediaType } =
    documented === undefined
      ? { pointer: 'default', mediaType: 'application/problem+json' }
      : { pointer: String(status), mediaType: documented.type ?? 'application/json' };
  if (documented !== undefined && documented.schema === undefined) {
    if (documented.type === 'application/x-ndjson') for (const line of lines(body)) check(line, EVENT);
    return;
  }
  expect(type.replace(/;.*/, ''), `type of ${method} ${target}: ${body}`).toBe(mediaType.replace(/;.*/, ''));
  const at = [
    operation.path.replace('*}', '}'),
    method.toLowerCase(),
    'responses',
    pointer,
    'content',
    mediaType,
  ];
  check(json, `openapi#/paths/${at.map(escapePointer).join('/')}/schema`);
}

const EVENT = 'openapi#/components/schemas/TraceEvent';

function check(value: unknown, $ref: string): void {
  const validate = ajv.getSchema($ref);
  if (validate === undefined) throw new Error(`The document has no ${$ref}.`);
  const valid = validate(value);
  expect(
    valid,
    `${JSON.stringify(value)?.slice(0, 300)} as ${$ref}: ${ajv.errorsText(validate.errors)}`,
  ).toBe(true);
}

/** The objects of an NDJSON body. */
export const lines = (body: string): Record<string, unknown>[] =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const pattern = (path: string) =>
  new RegExp(`^${path.replace(/\{\w+\*\}/, '.+').replace(/\{\w+\}/g, '[^/]+')}$`);
const escapePointer = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

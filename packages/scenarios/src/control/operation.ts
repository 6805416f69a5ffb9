import type { Clock } from '@kubeedge-sim/sim-kit';
import type { JSONSchema } from 'json-schema-to-ts';
import type { Json } from './schemas.ts';
import type { ControlledWorld, Worlds } from './worlds.ts';

/** Query parameters, by name; none may be given twice. */
export type QuerySchema = Readonly<Record<string, JSONSchema & object>>;

/** A request whose parts have passed their schemas. */
export interface Asked<Q, B> {
  /** Parameters of the path. */
  params: Readonly<Record<string, string>>;
  query: Q;
  body: B;
  /** Aborts when the client leaves or its time is over. */
  signal: AbortSignal;
  /** The request target as it came. */
  target: string;
}

/** What a handler answers. A string is sent as it is, with its `type`; anything else as JSON. */
export interface Answer {
  status?: number;
  type?: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** What handlers work on. */
export interface ControlContext {
  worlds: Worlds;
  clock: Clock;
  /** Of the package. */
  version: string;
}

/** How an answer reads in the OpenAPI document; the keys are statuses. */
export type AnswerDocs = Readonly<
  Record<
    number,
    { description: string; type?: string; schema?: JSONSchema; headers?: Readonly<Record<string, string>> }
  >
>;

/** One thing the API does: route, schemas and handler. The OpenAPI document is made of these. */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces; a last one named `path*` takes the rest. */
  path: string;
  summary: string;
  description?: string;
  /** Needs no token. */
  open?: true;
  query?: QuerySchema;
  body?: JSONSchema;
  answers: AnswerDocs;
  handle(asked: Asked<never, never>, context: ControlContext): Promise<Answer> | Answer;
}

type QueryOf<Q> = Q extends QuerySchema ? { readonly [name in keyof Q]?: Json<Q[name]> } : unknown;
type BodyOf<B> = B extends JSONSchema ? Json<B> : undefined;

/** An operation whose handler gets what its schemas let through. */
export function operation<const Q extends QuerySchema | undefined, B extends JSONSchema | undefined>(
  definition: Omit<Operation, 'query' | 'body' | 'handle'> & {
    query?: Q;
    body?: B;
    handle(asked: Asked<QueryOf<Q>, BodyOf<B>>, context: ControlContext): Promise<Answer> | Answer;
  },
): Operation {
  return definition as unknown as Operation;
}

/** The world that a request's path names. @throws Problem 404 */
export const worldOf = (
  { worlds }: ControlContext,
  { params }: { params: Readonly<Record<string, string>> },
): ControlledWorld => worlds.find(params['world'] ?? '');

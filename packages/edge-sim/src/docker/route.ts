import type { World } from '@kubeedge-sim/sim-kit';
import type { GoResponse } from '../go-http/response.ts';
import type { Machine } from '../machine/machine.ts';
import type { EngineProfile } from './engine-profile.ts';

/** What a handler knows of the engine and of the request that passed the version check. */
export interface EngineRequest {
  readonly world: World;
  readonly machine: Machine;
  readonly profile: EngineProfile;
  readonly method: string;
  /** The API version it is served with. */
  readonly apiVersion: string;
  readonly query: URLSearchParams;
  /** Aborted when the engine stops. */
  readonly signal: AbortSignal;
  /** The `{name}` of the route; '' where it has none. */
  readonly name: string;
  /** The whole body as text. */
  readonly body: string;
}

/** An answer of a handler: a JSON value for 200, or a whole response. */
export type EngineAnswer = { readonly json: unknown } | GoResponse;

/** One route of the engine: the path without its version; a group in the pattern is the route's name. */
export interface EngineRoute {
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  handle(request: EngineRequest): EngineAnswer | Promise<EngineAnswer>;
}

/** An error a handler answers with; rendered as JSON or as text by the API version. */
export class HandlerError extends Error {
  override readonly name = 'HandlerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

// docker/docker-ce components/engine/api/server/httputils/form.go BoolValue @v18.09.1.
export function boolValue(query: URLSearchParams, key: string): boolean {
  const value = (query.get(key) ?? '').trim().toLowerCase();
  return !['', '0', 'no', 'false', 'none'].includes(value);
}

/**
 * Picks the fields an engine's struct has, in its order. A name ending in `?` is left out when its value is
 * what Go's `omitempty` calls empty; a field without a value here is null, as Go writes a nil slice or
 * pointer.
 */
export function pickFields(fields: readonly string[], values: Readonly<Record<string, unknown>>) {
  const picked: Record<string, unknown> = {};
  for (const field of fields) {
    const name = field.endsWith('?') ? field.slice(0, -1) : field;
    const value = values[name];
    if (field.endsWith('?') && isEmpty(value)) continue;
    picked[name] = value ?? null;
  }
  return picked;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

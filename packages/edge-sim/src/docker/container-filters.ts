import type { ContainerRecord } from '../machine/container-record.ts';
import type { Machine } from '../machine/machine.ts';
import { imageNameOf, stateOf } from './container-lookup.ts';
import type { EngineProfile } from './engine-profile.ts';
import { HandlerError } from './route.ts';

/** The filters of a list request: the values asked for, by filter. */
export type Filters = ReadonlyMap<string, readonly string[]>;

// docker/docker-ce components/engine/daemon/list.go acceptedPsFilterTags @v18.09.1.
const ACCEPTED = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
];
// docker/docker-ce components/engine/container/state.go IsValidStateString @v18.09.1.
const STATES = ['created', 'dead', 'exited', 'paused', 'removing', 'restarting', 'running'];

/**
 * Reads `?filters=`: `{"label":{"a=b":true}}`, or `{"label":["a=b"]}` as clients up to API 1.21 write it.
 * Source: docker/docker-ce components/engine/api/types/filters/parse.go FromJSON @v18.09.1.
 * @throws HandlerError 500 for what is not JSON of that shape (the type of the error is unknown to the
 * engine), 400 for a filter or a state there is not
 */
export function parseFilters(profile: Pick<EngineProfile, 'invalidFilter'>, text: string | null): Filters {
  const filters = new Map<string, readonly string[]>();
  if (text === null || text === '') return filters;
  const invalid = (filter: string) =>
    new HandlerError(400, profile.invalidFilter.replace('{filter}', filter));
  for (const [filter, values] of Object.entries(parseObject(text))) {
    const list = Array.isArray(values) ? values.map(String) : Object.keys(values ?? {});
    if (!ACCEPTED.includes(filter)) throw invalid(filter);
    const state = filter === 'status' ? list.find((value) => !STATES.includes(value)) : undefined;
    if (state !== undefined) throw invalid(`status=${state}`);
    filters.set(filter, list);
  }
  return filters;
}

/**
 * Whether a container passes. All labels must match, of any other filter one value. Filters about what a
 * record does not know (ports, volumes, health …) let everything pass.
 */
export function matchesFilters(machine: Machine, record: ContainerRecord, filters: Filters): boolean {
  const any = (filter: string, matches: (value: string) => boolean) => {
    const values = filters.get(filter);
    return values === undefined || values.length === 0 || values.some(matches);
  };
  const labels = filters.get('label') ?? [];
  return (
    labels.every((wanted) => hasLabel(record, wanted)) &&
    any('status', (state) => state === stateOf(record)) &&
    any('id', (id) => record.id.startsWith(id)) &&
    any('name', (name) => record.name.includes(name.replace(/^\^?\/?|\$$/g, ''))) &&
    any('ancestor', (image) => [imageNameOf(machine, record), record.imageId].includes(image))
  );
}

function hasLabel(record: ContainerRecord, wanted: string): boolean {
  const equals = wanted.indexOf('=');
  const key = equals < 0 ? wanted : wanted.slice(0, equals);
  const value = record.labels[key];
  return value !== undefined && (equals < 0 || value === wanted.slice(equals + 1));
}

function parseObject(text: string): Record<string, Record<string, boolean> | string[] | null> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The wording of Go's syntax error for the first character, which is where a filter that is no JSON
    // fails.
    throw new HandlerError(500, `invalid character '${text[0]}' looking for beginning of value`);
  }
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  if (kind === 'null') return {};
  if (kind !== 'object') {
    const go = kind === 'boolean' ? 'bool' : kind;
    throw new HandlerError(
      500,
      `json: cannot unmarshal ${go} into Go value of type map[string]map[string]bool`,
    );
  }
  return value as Record<string, Record<string, boolean> | string[] | null>;
}

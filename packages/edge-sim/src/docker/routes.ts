import { containerInspect, containerSummary } from './bodies/containers.ts';
import { findImage, imageInspect, imageSummary, imagesOf } from './bodies/images.ts';
import { infoBody } from './bodies/info.ts';
import { statsBody } from './bodies/stats.ts';
import { versionBody } from './bodies/version.ts';
import { matchesFilters, parseFilters } from './container-filters.ts';
import { findContainer } from './container-lookup.ts';
import type { EngineProfile } from './engine-profile.ts';
import { boolValue, type EngineAnswer, type EngineRequest, type EngineRoute, HandlerError } from './route.ts';
import { writeRoutes } from './write-routes.ts';

/** The routes of an engine, in the order in which the router tries them. */
export function engineRoutes(profile: EngineProfile): EngineRoute[] {
  const get = (pattern: RegExp, handle: EngineRoute['handle']): EngineRoute => ({
    methods: ['GET'],
    pattern,
    handle,
  });
  return [
    { methods: profile.ping.head ? ['GET', 'HEAD'] : ['GET'], pattern: /^\/_ping$/, handle: ping },
    { methods: ['OPTIONS'], pattern: /^\/.*$/s, handle: () => ({ status: 200, headers: {}, body: '' }) },
    get(/^\/version$/, ({ machine }) => ({ json: versionBody(profile, machine) })),
    get(/^\/info$/, ({ world, machine, apiVersion }) => ({
      json: infoBody(world, profile, machine, apiVersion),
    })),
    get(/^\/containers\/json$/, listContainers),
    get(/^\/containers\/(.*)\/json$/s, ({ world, machine, name }) => ({
      json: containerInspect(world, profile, machine, findContainer(machine, name)),
    })),
    get(/^\/containers\/(.*)\/stats$/s, async ({ world, machine, name, signal }) => ({
      json: await statsBody(world, machine, findContainer(machine, name), signal),
    })),
    get(/^\/images\/json$/, ({ machine, apiVersion }) => ({
      json: imagesOf(machine).map((image) => imageSummary(profile, image, apiVersion)),
    })),
    get(/^\/images\/(.*)\/json$/s, ({ machine, name, apiVersion }) => ({
      json: imageInspect(profile, findImage(profile, machine, name), apiVersion),
    })),
    ...writeRoutes,
  ];
}

// api/server/router/system/system_routes.go pingHandler; a HEAD has its headers written by hand, a GET
// sniffed.
function ping({ profile, method }: EngineRequest): EngineAnswer {
  const { headers } = profile.ping;
  const type = 'text/plain; charset=utf-8';
  if (method !== 'HEAD') return { status: 200, headers, body: 'OK' };
  return { status: 200, headers: { ...headers, 'Content-Length': '0', 'Content-Type': type }, body: '' };
}

// daemon/list.go: newest first; a state asked for looks at all containers.
function listContainers({ world, machine, profile, query }: EngineRequest): EngineAnswer {
  const filters = parseFilters(profile, query.get('filters'));
  const limit = query.get('limit') ?? '';
  if (!/^[+-]?\d*$/.test(limit)) {
    throw new HandlerError(500, `strconv.Atoi: parsing ${JSON.stringify(limit)}: invalid syntax`);
  }
  const most = Number(limit);
  const all = boolValue(query, 'all') || most > 0 || filters.has('status');
  const found = [...machine.containers.values()]
    .reverse()
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .filter((record) => (all || record.running) && matchesFilters(machine, record, filters));
  const listed = most > 0 ? found.slice(0, most) : found;
  return { json: listed.map((record) => containerSummary(world, profile, machine, record)) };
}

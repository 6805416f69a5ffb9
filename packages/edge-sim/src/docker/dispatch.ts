import type { World } from '@kubeedge-sim/sim-kit';
import type { GoResponse } from '../go-http/response.ts';
import type { Machine } from '../machine/machine.ts';
import { checkApiVersion, compareApiVersions, splitVersionedPath } from './api-version.ts';
import type { EngineHeader } from './engine-line.ts';
import type { EngineProfile } from './engine-profile.ts';
import { jsonResponse, textError } from './engine-response.ts';
import { type EngineRoute, HandlerError } from './route.ts';
import { engineRoutes } from './routes.ts';

/** What the engine makes of a request. */
export interface Dispatched {
  readonly answer: GoResponse;
  /** For the trace: the version asked for, and the request target without it. */
  readonly target: { readonly apiVersion?: string; readonly path: string };
  readonly refused?: 'too-new' | 'too-old';
}

interface DispatcherOptions {
  world: World;
  machine: Machine;
  profile: EngineProfile;
  /** Aborted when the engine stops. */
  signal: AbortSignal;
}

/**
 * The engine's way from a request line to an answer: clean path, route, version check, handler.
 * Source: docker/docker-ce components/engine/api/server/server.go createMux and makeHTTPHandler @v18.09.1.
 */
export function createDispatcher(options: DispatcherOptions) {
  const { profile } = options;
  const routes = engineRoutes(profile);
  const { handler: handlerPlain, pageNotFound: notFoundPlain } = profile.plainTextBelowApi;

  async function run(
    match: Match,
    method: string,
    target: RequestTarget,
    served: string,
    body: string,
  ): Promise<GoResponse> {
    const headers = engineHeaders(profile, profile.headers);
    const query = new URLSearchParams(target.search);
    try {
      const request = { ...options, method, apiVersion: served, query, name: match.name, body };
      const answer = await match.route.handle(request);
      if ('json' in answer) return jsonResponse(200, answer.json, headers);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof HandlerError)) throw error;
      return renderError(handlerPlain, target.apiVersion, error.status, error.message, headers);
    }
  }

  return async function dispatch(method: string, url: string, body = ''): Promise<Dispatched> {
    const target = parseTarget(url);
    if (target === undefined) return { answer: textError(400, '400 Bad Request'), target: { path: url } };
    const { whole, apiVersion, path, search } = target;
    const told = { path: `${path}${search}`, ...(apiVersion === undefined ? {} : { apiVersion }) };
    const clean = cleanPath(whole);
    // gorilla/mux mux.go ServeHTTP: an unclean path is redirected before any route is tried.
    if (clean !== whole) {
      return {
        answer: { status: 301, headers: { Location: `${encodeURI(clean)}${search}` }, body: '' },
        target: told,
      };
    }
    const match = matchRoute(routes, method, path);
    if (match === undefined) {
      return { answer: renderError(notFoundPlain, apiVersion, 404, 'page not found'), target: told };
    }
    const verdict = checkApiVersion(profile, apiVersion);
    if (verdict.served) {
      const served = await run(match, method, target, verdict.apiVersion, body);
      return { answer: served, target: told };
    }
    const headers = engineHeaders(profile, profile.refusalHeaders);
    const answer = renderError(handlerPlain, apiVersion, 400, verdict.message, headers);
    return { answer, target: told, refused: verdict.refused };
  };
}

/**
 * A request target: `whole` is the decoded path with its version, `search` the query with its question mark.
 */
interface RequestTarget {
  readonly whole: string;
  readonly path: string;
  readonly apiVersion: string | undefined;
  readonly search: string;
}

function parseTarget(url: string): RequestTarget | undefined {
  const question = url.indexOf('?');
  const encoded = question < 0 ? url : url.slice(0, question);
  try {
    const whole = decodeURIComponent(encoded);
    return { whole, ...splitVersionedPath(whole), search: question < 0 ? '' : url.slice(question) };
  } catch {
    // A broken escape: Go refuses the request line itself.
    return undefined;
  }
}

// gorilla/mux mux.go cleanPath: path.Clean, but a slash at the end stays.
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`;
}

interface Match {
  readonly route: EngineRoute;
  readonly name: string;
}

function matchRoute(routes: readonly EngineRoute[], method: string, path: string): Match | undefined {
  for (const route of routes) {
    const match = route.methods.includes(method) ? route.pattern.exec(path) : null;
    if (match !== null) return { route, name: match[1] ?? '' };
  }
  return undefined;
}

function engineHeaders(profile: EngineProfile, names: readonly EngineHeader[]): Record<string, string> {
  const values: Record<EngineHeader, string> = {
    'Api-Version': profile.apiMax,
    'Docker-Experimental': 'false',
    Ostype: profile.os,
    Server: `Docker/${profile.version} (${profile.os})`,
  };
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function renderError(
  plainTextBelow: string | null,
  apiVersion: string | undefined,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): GoResponse {
  const plain =
    plainTextBelow !== null && apiVersion !== undefined && compareApiVersions(apiVersion, plainTextBelow) < 0;
  return plain ? textError(status, message, headers) : jsonResponse(status, { message }, headers);
}

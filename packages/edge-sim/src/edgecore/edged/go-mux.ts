import {
  type Answer,
  errorAnswer,
  movedPermanently,
  plainError,
  type RouteRequest,
  type StreamedAnswer,
  type TakeOver,
} from './http-answer.ts';

type AnyAnswer = Answer | StreamedAnswer | TakeOver;

export type Handler = (request: RouteRequest) => AnyAnswer | Promise<AnyAnswer>;

/**
 * One path of the server. `plain` handlers sit in Go's ServeMux and take every method; `restful` ones are
 * routes of the go-restful service at `root`, by method, with `{parameters}` in the path.
 */
export type Route =
  | { kind: 'plain'; path: string; handler: Handler }
  | {
      kind: 'restful';
      path: string;
      root: string;
      methods: readonly string[];
      /** The one media type it answers in; undefined takes any Accept. */
      produces?: string;
      handler: Handler;
    };

/**
 * Finds the answer to a request as net/http's ServeMux with go-restful's services in it does.
 * Source: golang/go go1.14 src/net/http/server.go ServeMux; kubeedge v1.6.1
 * vendor/github.com/emicklei/go-restful container.go, curly.go, jsr311.go.
 */
export function createMux(routes: readonly Route[]): Handler {
  const patterns = new Map<string, Route | 'restful'>();
  for (const route of routes) {
    if (route.kind === 'plain') patterns.set(route.path, route);
    else for (const pattern of [route.root, withSlash(route.root)]) patterns.set(pattern, 'restful');
  }
  return async (request) => {
    const { method, path, query } = request;
    const suffix = query.size > 0 ? `?${query}` : '';
    const clean = cleanPath(path);
    if (clean !== path) return movedPermanently(clean + suffix, method);
    if (!patterns.has(path) && patterns.has(`${path}/`)) return movedPermanently(`${path}/${suffix}`, method);
    const found = patterns.get(path) ?? patterns.get(longestPrefix(path, patterns) ?? '');
    if (found === undefined) return plainError(404, '404 page not found');
    if (found === 'restful') return dispatch(routes, request);
    return found.handler(request);
  };
}

const withSlash = (path: string) => (path.endsWith('/') ? path : `${path}/`);

/** A pattern with a slash at its end also takes what is below it; the longest wins. */
function longestPrefix(path: string, patterns: ReadonlyMap<string, unknown>): string | undefined {
  return [...patterns.keys()]
    .filter((pattern) => pattern.endsWith('/') && path.startsWith(pattern))
    .sort((a, b) => b.length - a.length)[0];
}

function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const clean = `/${parts.join('/')}`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

function dispatch(routes: readonly Route[], request: RouteRequest): ReturnType<Handler> {
  const tokens = tokenize(request.path);
  const candidates = routes
    .flatMap((route) => {
      const params = route.kind === 'restful' ? matchTokens(tokenize(route.path), tokens) : undefined;
      return route.kind === 'restful' && params !== undefined ? [{ route, params }] : [];
    })
    // More fixed tokens, that is fewer parameters, first.
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  if (candidates.length === 0) return errorAnswer(404, '404: Page Not Found');
  const allowed = candidates.filter(({ route }) => route.methods.includes(request.method));
  if (allowed.length === 0) return errorAnswer(405, '405: Method Not Allowed');
  const chosen = allowed.find(({ route }) => accepts(request.headers.accept, route.produces));
  if (chosen === undefined) return errorAnswer(406, '406: Not Acceptable');
  return chosen.route.handler({ ...request, params: chosen.params });
}

const tokenize = (path: string) => path.replace(/^\/+|\/+$/g, '').split('/');

function matchTokens(
  route: readonly string[],
  tokens: readonly string[],
): Record<string, string> | undefined {
  if (route.length !== tokens.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of route.entries()) {
    const token = tokens[index] ?? '';
    if (expected.startsWith('{')) params[expected.slice(1, -1)] = token;
    else if (expected !== token) return undefined;
  }
  return params;
}

/** Only exact media types and the full wildcard count; `application/*` does not. */
function accepts(accept: string | string[] | undefined, produces: string | undefined): boolean {
  const wanted = [accept ?? []].flat().join(',');
  if (wanted === '' || produces === undefined) return true;
  return wanted
    .split(',')
    .map((part) => (part.split(';')[0] ?? '').trim())
    .some((type) => type === '*/*' || type === produces);
}

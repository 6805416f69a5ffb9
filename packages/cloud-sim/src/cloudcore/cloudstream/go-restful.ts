import type { StreamRoute } from '../release.ts';

/** A go-restful route; `kind` names the handler. */
export interface Route<Kind extends string> {
  readonly method: string;
  readonly root: string;
  readonly path: string;
  readonly kind: Kind;
}

/** What becomes of a request before a handler sees it. */
export type RouteResult<Kind extends string> =
  | { readonly outcome: 'handler'; readonly kind: Kind }
  /** go-restful's own error: written with no header but what net/http adds. */
  | { readonly outcome: 'error'; readonly status: number; readonly body: string; readonly allow?: string }
  /** net/http's ServeMux knows no such root. */
  | { readonly outcome: 'not-found' }
  /** ServeMux redirects unclean paths first, whether or not it routes them. */
  | { readonly outcome: 'redirect'; readonly path: string };

/** What routing looks at: method, decoded path, first Accept header (empty if none). */
export interface RoutedRequest {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
}

/**
 * Routes as go-restful 2.9.6's container behind a ServeMux does (its curly.go, jsr311.go detectRoute,
 * route.go; golang/go src/net/http/server.go ServeMux.Handler). A trailing slash is accepted. Upstream's
 * routes declare no media types, so that an Accept header without a wildcard gives 406.
 */
export function routeRequest<Kind extends string>(
  routes: readonly Route<Kind>[],
  goRestful: '2.9.6' | '2.16.0',
  request: RoutedRequest,
): RouteResult<Kind> {
  const clean = cleanPath(request.path);
  if (request.method !== 'CONNECT' && clean !== request.path) return { outcome: 'redirect', path: clean };
  const inRoot = routes.filter(({ root }) => request.path === root || request.path.startsWith(`${root}/`));
  if (inRoot.length === 0) return { outcome: 'not-found' };
  const tokens = tokenize(request.path);
  const byPath = inRoot.filter((route) => pathMatches(tokenize(`${route.root}${route.path}`), tokens));
  if (byPath.length === 0) return { outcome: 'error', status: 404, body: '404: Page Not Found' };
  const found = byPath
    .sort((a, b) => fixedTokens(b) - fixedTokens(a))
    .find(({ method }) => method === request.method);
  if (found === undefined) {
    const allow = goRestful === '2.9.6' ? {} : { allow: byPath.map(({ method }) => method).join(', ') };
    return { outcome: 'error', status: 405, body: '405: Method Not Allowed', ...allow };
  }
  if (!acceptsAnything(request.accept))
    return { outcome: 'error', status: 406, body: notAcceptable[goRestful] };
  return { outcome: 'handler', kind: found.kind };
}

// go-restful 2.16.0 jsr311.go lists the media types it has, which here are none.
const notAcceptable = {
  '2.9.6': '406: Not Acceptable',
  '2.16.0': '406: Not Acceptable\n\nAvailable representations: ',
} as const;

/** go-restful route.go tokenizePath */
function tokenize(path: string): string[] {
  return path.replace(/^\/+|\/+$/g, '').split('/');
}

function pathMatches(route: readonly string[], request: readonly string[]): boolean {
  return (
    route.length === request.length &&
    route.every((token, at) => token.startsWith('{') || token === request[at])
  );
}

const fixedTokens = (route: Pick<StreamRoute, 'root' | 'path'>) =>
  tokenize(`${route.root}${route.path}`).filter((token) => !token.startsWith('{')).length;

/** go-restful route.go matchesAccept, for a route without Produces. */
function acceptsAnything(accept: string): boolean {
  if (accept === '') return true;
  return accept.split(',').some((range) => (range.split(';', 1)[0] ?? '').replace(/^ +| +$/g, '') === '*/*');
}

/** golang/go src/net/http/server.go cleanPath */
export function cleanPath(path: string): string {
  const clean: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') clean.pop();
    else if (part !== '' && part !== '.') clean.push(part);
  }
  const joined = `/${clean.join('/')}`;
  return path.endsWith('/') && joined !== '/' ? `${joined}/` : joined;
}

import type { GroupResource } from './status.ts';

/** What a path under `/api/v1/` or `/apis/GROUP/VERSION/` names. */
export interface ResourcePath {
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * Reads `pods`, `nodes/NAME/status`, `namespaces/NS/pods/NAME/binding`; undefined when it is none of these
 * (kubernetes/apiserver v0.19.3 pkg/endpoints/request/requestinfo.go).
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  let parts: string[];
  try {
    // A slash at the end makes no difference.
    parts = path.replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
  let namespace: string | undefined;
  // A namespace's own subresources stand where the resources in it would.
  if (parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status' && parts[2] !== 'finalize') {
    namespace = parts[1];
    parts = parts.slice(2);
  }
  const [plural = '', name, subresource, ...more] = parts;
  if (plural === '' || name === '' || subresource === '' || more.length > 0) return undefined;
  return {
    plural,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

/** A request as authorization sees it; without a resource it is about a path. */
export interface RequestAttributes {
  verb: string;
  path: string;
  resource?: GroupResource & { group: string; subresource?: string };
  namespace?: string;
  name?: string;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** kubernetes/apiserver v0.19.3 pkg/endpoints/request/requestinfo.go NewRequestInfo. */
export function attributesOf(method: string, url: string): RequestAttributes {
  const [path = '', search] = url.split('?', 2);
  const searchParams = new URLSearchParams(search);
  const [, group = '', rest] = /^\/(?:api|apis\/([^/]+))\/v[^/]+\/(.+)$/.exec(path) ?? [];
  const [plural = '', ...others] = rest?.split('/') ?? [];
  const deep =
    rest === undefined ? undefined : parseResourcePath(rest.replace(/(\/(?:proxy|log|exec))\/.*$/, '$1'));
  if (deep === undefined || (plural === 'namespaces' && others.length > 3 && deep.plural === ''))
    return { verb: method.toLowerCase(), path };
  let verb = verbs[method] ?? '';
  if (deep.name === undefined && verb === 'get')
    verb = /^(?:true|1)$/.test(searchParams.get('watch') ?? '') ? 'watch' : 'list';
  if (deep.name === undefined && verb === 'delete') verb = 'deletecollection';
  const { subresource, namespace, name } = deep;
  return {
    verb,
    path,
    resource: { group, resource: deep.plural, ...(subresource !== undefined && { subresource }) },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

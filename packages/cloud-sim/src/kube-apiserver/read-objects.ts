import type { Clock } from '@kubeedge-sim/sim-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ObjectEncoder } from './encode-objects.ts';
import type { FaceRelease } from './face-release.ts';
import { negotiate, type Wanted } from './negotiate.ts';
import type { ObjectStore } from './object-store.ts';
import type { KubeObject } from './objects.ts';
import { integerOf, isTrue, queryOf } from './query.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';
import { type SelectionQuery, selectionOf } from './selection.ts';
import { goJson, sendJson, sendJsonText } from './send.ts';
import {
  badRequest,
  type Cause,
  expired,
  invalid,
  notFound,
  StatusError,
  tooLargeVersion,
} from './status.ts';
import { toTable } from './table.ts';
import { startWatch } from './watch.ts';
import type { Target } from './write-objects.ts';

export interface ReadQuery extends SelectionQuery {
  watch?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  sendInitialEvents?: string;
  allowWatchBookmarks?: string;
  timeoutSeconds?: string;
  limit?: string;
  continue?: string;
  includeObject?: string;
}

/** Answers reading requests. Methods throw a StatusError for what is refused. */
export interface ObjectReader {
  /** A list, or a watch. `limit` is accepted and everything is sent at once. */
  list(request: FastifyRequest, reply: FastifyReply, target: Target): FastifyReply;
  get(request: FastifyRequest, reply: FastifyReply, target: Target & { name: string }): FastifyReply;
  /** One object in the form that the client asked for. */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    type: ResourceType,
    object: KubeObject,
    status?: number,
  ): FastifyReply;
}

export interface ReaderOptions {
  store: ObjectStore;
  clock: Clock;
  encoder: ObjectEncoder;
  release: FaceRelease;
}

export function createReader({ store, clock, encoder, release }: ReaderOptions): ObjectReader {
  const tableOf = (
    type: ResourceType,
    objects: readonly KubeObject[],
    options: { metadata: object; query: ReadQuery; version: 'v1' | 'v1beta1' },
  ) => {
    const { includeObject } = options.query;
    return toTable(objects, {
      printer: type.printer,
      nowMs: clock.now(),
      metadata: options.metadata,
      version: options.version,
      rowObject(object) {
        if (includeObject === 'None') return undefined;
        if (includeObject === 'Object') return encoder.seen(type, object);
        return encoder.partial(type, object, options.version);
      },
    });
  };

  function watch(reply: FastifyReply, target: Target, query: ReadQuery, { as, version }: Wanted) {
    const { type, namespace } = target;
    const initial = checkWatch(query, release);
    const since = versionOf(query);
    let headers = true;
    return startWatch(reply, {
      clock,
      type,
      objects: store.of(type),
      selection: selectionOf(type, namespace, query),
      currentVersion: () => Number(store.resourceVersion),
      since: beginOf(initial, since, store),
      bookmarks: isTrue(query.allowWatchBookmarks),
      marksInitialEnd: initial === true && isTrue(query.allowWatchBookmarks),
      timeoutSeconds: Number(integerOf(query.timeoutSeconds ?? '0')),
      encode(object) {
        if (as === undefined) return encoder.whole(type, object);
        if (as === 'PartialObjectMetadata') return goJson(encoder.partial(type, object, version));
        const { resourceVersion } = object.metadata;
        const table = tableOf(type, [object], { metadata: { resourceVersion }, query, version });
        // Only the first event of a watch names the columns.
        const told = headers ? table : { ...table, columnDefinitions: null };
        headers = false;
        return goJson(told);
      },
    });
  }

  const reader: ObjectReader = {
    list(request, reply, target) {
      const { type, namespace } = target;
      const query: ReadQuery = queryOf(request);
      const wanted = negotiate(request.headers.accept);
      integerOf(query.limit ?? '0');
      if (isTrue(query.watch)) return watch(reply, target, query, wanted);
      const since = versionOf(query) ?? 0;
      checkList(query, release);
      if (query.resourceVersionMatch === 'Exact' && since < Number(store.resourceVersion))
        throw new StatusError(expired('The resourceVersion for the provided list is too old.'));
      if (since > Number(store.resourceVersion))
        throw new StatusError(tooLargeVersion(since, store.resourceVersion));
      const objects = selectionOf(type, namespace, query).list(store.of(type));
      const metadata = {
        ...(release.selfLinks && { selfLink: request.url.replace(/\?.*$/, '') }),
        resourceVersion: store.resourceVersion,
      };
      const { as, version } = wanted;
      if (as === 'Table') return sendJson(reply, tableOf(type, objects, { metadata, query, version }));
      const [kind, apiVersion, items] =
        as === undefined
          ? [`${type.kind}List`, apiVersionOf(type), objects.map((object) => encoder.item(type, object))]
          : [
              'PartialObjectMetadataList',
              `meta.k8s.io/${version}`,
              objects.map((object) => goJson(encoder.partial(type, object, version))),
            ];
      const head = goJson({ kind, apiVersion, metadata });
      return sendJsonText(reply, `${head.slice(0, -1)},"items":[${items.join(',')}]}`);
    },
    get(request, reply, { type, namespace, name }) {
      const object = store.of(type).get(name, namespace);
      if (object === undefined)
        throw new StatusError(notFound({ group: type.group, resource: type.plural }, name));
      return reader.send(request, reply, type, object);
    },
    send(request, reply, type, object, status = 200) {
      const { as, version } = negotiate(request.headers.accept);
      if (as === undefined) return sendJsonText(reply, encoder.whole(type, object), status);
      if (as === 'PartialObjectMetadata')
        return sendJson(reply, encoder.partial(type, object, version), status);
      const { selfLink, resourceVersion } = encoder.seen(type, object).metadata;
      const metadata = { ...(selfLink !== undefined && { selfLink }), resourceVersion };
      const query: ReadQuery = queryOf(request);
      return sendJson(reply, tableOf(type, [object], { metadata, query, version }), status);
    },
  };
  return reader;
}

/** Undefined when the client names none. @throws StatusError 400 */
function versionOf({ resourceVersion = '' }: ReadQuery): number | undefined {
  if (resourceVersion === '') return undefined;
  if (/^\d+$/.test(resourceVersion)) return Number(resourceVersion);
  const message =
    `Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ` +
    `${JSON.stringify(resourceVersion)}: invalid syntax`;
  throw new StatusError(
    invalid('ListOptions', '', [{ reason: 'FieldValueInvalid', message, field: 'resourceVersion' }], META),
  );
}

/** Undefined to begin with what there is. */
function beginOf(
  initial: boolean | undefined,
  since: number | undefined,
  store: ObjectStore,
): number | undefined {
  if (initial === true) return undefined;
  if (initial === false) return since ?? Number(store.resourceVersion);
  return since === 0 ? undefined : since;
}

const META = 'meta.k8s.io';

/**
 * Refuses a list that asks for what cannot go together, or for a page that nobody has offered.
 * @throws StatusError 400, 422 (kubernetes/apimachinery v0.19.10, v0.36.2
 * pkg/apis/meta/internalversion/validation/validation.go)
 */
function checkList(query: ReadQuery, { knowsInitialEvents }: FaceRelease): void {
  const { resourceVersion = '', resourceVersionMatch: match = '', sendInitialEvents } = query;
  if (query.continue)
    throw new StatusError(badRequest('continue key is not valid: no list here has a second page'));
  const causes: Cause[] = [];
  const forbid = (field: string, why: string) =>
    causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });
  if (sendInitialEvents !== undefined && knowsInitialEvents)
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (match !== '') {
    const field = 'resourceVersionMatch';
    if (resourceVersion === '')
      forbid(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`;
      causes.push({ reason: 'FieldValueNotSupported', message, field });
    }
    if (match === 'Exact' && resourceVersion === '0')
      forbid(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (causes.length > 0) throw new StatusError(invalid('ListOptions', '', causes, META));
}

/**
 * Whether a watch asks for what there is at first; undefined when it does not say.
 * @throws StatusError 422, as releases do that cannot or may not (kubernetes/apimachinery v0.19.10, v0.36.2
 * pkg/apis/meta/internalversion/validation/validation.go)
 */
function checkWatch(query: ReadQuery, release: FaceRelease): boolean | undefined {
  const { sendInitialEvents, resourceVersionMatch: match } = query;
  const causes: Cause[] = [];
  const forbid = (field: string, why: string) =>
    causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });
  const initial = release.knowsInitialEvents ? sendInitialEvents : undefined;
  if (initial !== undefined) {
    if (match !== 'NotOlderThan')
      forbid(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    if (!release.watchList)
      forbid(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      );
  } else if (match !== undefined && match !== '') {
    const unless = release.knowsInitialEvents ? ' unless sendInitialEvents is provided' : '';
    forbid('resourceVersionMatch', `resourceVersionMatch is forbidden for watch${unless}`);
  }
  if (causes.length > 0) throw new StatusError(invalid('ListOptions', '', causes, META));
  return initial === undefined ? undefined : isTrue(initial);
}

import type { Host, NetSocket, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Authenticator, type User } from './authentication.ts';
import { attributesOf, type RequestAttributes } from './resource-path.ts';
import { sendJson } from './send.ts';
import { forbidden, type Status, unauthorized } from './status.ts';
import { COMPONENT } from './trace-kinds.ts';

/** What everybody may ask, as with upstream's role system:public-info-viewer. */
const publicPaths = /^\/(?:healthz|livez|readyz|version)(?:[/?]|$)/;

/** Who asked, and the trace event of the question. */
export interface Access {
  eventOf(request: FastifyRequest): number;
  userOf(request: FastifyRequest): User;
}

/**
 * Finds out who asks, records each request and its answer, and turns away whom nobody knows. Whoever is known may do
 * everything; the anonymous only where that is allowed.
 */
export function addAccess(
  app: FastifyInstance,
  world: World,
  host: Host,
  { authenticator, anonymous }: { authenticator: Authenticator; anonymous: boolean },
): Access {
  const accounts = new WeakMap<FastifyRequest, { event: number; user: User }>();
  const trace = (parent: number | undefined) => ({ host: host.name, component: COMPONENT, parent });
  // Bodies are passed on as they are, or read by those who want JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => {
    const user = authenticator.userOf(request);
    const { connection } = request.raw.socket as unknown as NetSocket;
    const detail = { verb: request.method, path: request.url, user: user?.name ?? '' };
    const event = world.trace.emit({
      ...trace(world.trace.linked(connection)),
      kind: 'apiserver.request',
      detail,
    });
    accounts.set(request, { event, user: user ?? ANONYMOUS });
    reply.header('date', new Date(world.clock.now()).toUTCString());
    reply.raw.once('close', () => {
      const answer = { path: request.url, status: reply.raw.statusCode };
      world.trace.emit({ ...trace(event), kind: 'apiserver.response', detail: answer });
    });
    if (user === undefined) return sendJson(reply, unauthorized(), 401);
    if (user !== ANONYMOUS || anonymous || publicPaths.test(request.url)) return;
    return sendJson(reply, refusal(user, attributesOf(request.method, request.url)), 403);
  });
  return {
    eventOf: (request) => accounts.get(request)?.event ?? 0,
    userOf: (request) => accounts.get(request)?.user ?? ANONYMOUS,
  };
}

/** kubernetes/apiserver v0.19.8 pkg/endpoints/handlers/responsewriters/errors.go forbiddenMessage. */
export function refusal(user: User, { verb, path, resource, namespace, name }: RequestAttributes): Status {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (resource === undefined) return forbidden(undefined, '', `${who} path ${JSON.stringify(path)}`);
  const { group, subresource } = resource;
  const what = subresource === undefined ? resource.resource : `${resource.resource}/${subresource}`;
  const where =
    namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return forbidden(
    resource,
    name ?? '',
    `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`,
  );
}

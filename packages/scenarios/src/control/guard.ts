import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { operations } from './operations.ts';
import { Problem } from './problem.ts';

export interface GuardOptions {
  /** Bearer token that every request must bring but that of an open operation; undefined on loopback only. */
  token?: string | undefined;
  /** The address listened on. */
  listen: string;
  /** Origins of pages that may ask, e.g. `http://127.0.0.1:5173`; `*` for any, where there is a token. */
  allowOrigins: readonly string[];
}

const openPaths = new Set(operations.filter(({ open }) => open === true).map(({ path }) => path));

/**
 * Refuses what a page of some other site could make a browser ask, and who has not the token. Without a token the Host
 * header must name the loopback: a name that an attacker's DNS has pointed here does not. With one any name will do,
 * for no browser sends a bearer token unasked.
 */
export function addGuard(app: FastifyInstance, { token, listen, allowOrigins }: GuardOptions): void {
  const isAllowed = (origin: string) => allowOrigins.includes(origin) || allowOrigins.includes('*');
  app.addHook('onRequest', async (request, reply) => {
    if (token === undefined) checkHost(request, listen);
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (origin !== undefined) {
      if (!isAllowed(origin)) throw foreign(origin);
      addCors(reply, origin);
      if (request.method === 'OPTIONS') return reply.code(204).send();
    } else if (site === 'cross-site' || site === 'same-site') throw foreign(`a ${site} page`);
    if (token !== undefined && !openPaths.has(request.url)) checkToken(request, token);
  });
  // A preflight is answered above; this route only lets it come so far.
  app.options('/*', (_request, reply) => reply.code(204).send());
}

/** @throws Problem 421 */
function checkHost({ headers }: FastifyRequest, listen: string): void {
  const { host = '' } = headers;
  const name = host.replace(/:\d+$/, '');
  if (name === 'localhost' || name === '[::1]' || name === listen) return;
  if (/^127(\.\d{1,3}){3}$/.test(name)) return;
  const found = JSON.stringify(host);
  throw new Problem(
    421,
    'wrong-host',
    `Got a request for the host ${found}; without a token this server answers to localhost and 127.0.0.1 only.`,
  );
}

const foreign = (origin: string) =>
  new Problem(
    403,
    'wrong-origin',
    `Got a request of ${origin}, which may not ask this server. Start it with --allow-origin to let a page in.`,
  );

function addCors(reply: FastifyReply, origin: string): void {
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-expose-headers': 'location, link',
    'access-control-max-age': '600',
    vary: 'origin',
  });
}

/** @throws Problem 401 */
function checkToken({ headers }: FastifyRequest, token: string): void {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  // Hashes are of one length, as the comparison wants them, and tell nothing of where two tokens begin to differ.
  if (timingSafeEqual(hash(given), hash(token))) return;
  const found = headers.authorization === undefined ? 'none' : 'another one';
  throw new Problem(
    401,
    'wrong-token',
    `Looked for "authorization: Bearer <the server's token>", found ${found}. \`act\` and the like take it from KUBEEDGE_SIM_TOKEN.`,
    { 'www-authenticate': 'Bearer' },
  );
}

const hash = (text: string) => createHash('sha256').update(text).digest();

import { type Certificate, checkCertificate, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import type { FastifyRequest } from 'fastify';
import { groupsOf, userOfSimToken } from './sim-tokens.ts';

/** Who asks, as authentication finds out. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** How clients say who they are. Tokens of {@link simToken} are known in any case. */
export interface AuthenticationOptions {
  /** Bearer token to user; a mere name is one without groups. */
  tokens?: Readonly<Record<string, string | User>>;
  /** Authorities of client certificates: CN is the user, O the groups. */
  clientRoots?: readonly Certificate[];
  /**
   * Default false. True: who shows no credential may do everything, and so may the bearer token `anonymous`, for clients
   * that want to show one.
   */
  anonymous?: boolean;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

export interface Authenticator {
  /** Undefined when a request shows a credential that is not known; the anonymous user when it shows none. */
  userOf(request: FastifyRequest): User | undefined;
  userOfToken(token: string): User | undefined;
}

/**
 * A certificate counts first, then a token; one that is not known is no reason to take the other
 * (kubernetes/apiserver v0.19.8 pkg/authentication/request/union/union.go, x509/x509.go, bearertoken/bearertoken.go).
 */
export function createAuthenticator(world: World, options: AuthenticationOptions): Authenticator {
  const { tokens = {}, clientRoots = [], anonymous = false } = options;
  const known = new Map(
    Object.entries(tokens).map(([token, user]): [string, User] => [
      token,
      typeof user === 'string' ? { name: user, groups: [AUTHENTICATED] } : withAuthenticated(user),
    ]),
  );
  const userOfToken = (token: string) => {
    if (anonymous && token === 'anonymous') return ANONYMOUS;
    const user = userOfSimToken(world, token);
    return user === undefined ? known.get(token) : withAuthenticated({ name: user, groups: groupsOf(user) });
  };
  const userOfCertificate = (certificate: Certificate): User | undefined => {
    const { verdict } = checkCertificate(certificate, clientRoots, 'client', world.clock.now());
    if (verdict !== 'ok') return undefined;
    const { commonName, organization } = certificate;
    return withAuthenticated({ name: commonName, groups: organization === undefined ? [] : [organization] });
  };
  return {
    userOfToken,
    userOf(request) {
      const { peerCertificate } = request.raw.socket as unknown as NetSocket;
      const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (peerCertificate === undefined && token === undefined) return ANONYMOUS;
      const byCertificate =
        peerCertificate && clientRoots.length > 0 ? userOfCertificate(peerCertificate) : undefined;
      return byCertificate ?? (token === undefined ? undefined : userOfToken(token));
    },
  };
}

function withAuthenticated({ name, groups }: User): User {
  return { name, groups: groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED] };
}

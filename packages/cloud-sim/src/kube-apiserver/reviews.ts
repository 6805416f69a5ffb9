import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Authenticator, type User } from './authentication.ts';
import type { FaceRelease } from './face-release.ts';
import { readJson } from './request-body.ts';
import { sendJson } from './send.ts';
import { StatusError } from './status.ts';

/** Questions that are answered at once and never kept. */
export const reviewTypesOf = ({ betaReviews }: FaceRelease) =>
  allTypes.filter(({ version }) => version === 'v1' || betaReviews);

const allTypes = [
  ...['v1', 'v1beta1'].map((version) => ({
    group: 'authentication.k8s.io',
    version,
    plural: 'tokenreviews',
    kind: 'TokenReview',
  })),
  ...['v1', 'v1beta1'].flatMap((version) =>
    (
      [
        ['subjectaccessreviews', 'SubjectAccessReview'],
        ['selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
      ] as const
    ).map(([plural, kind]) => ({ group: 'authorization.k8s.io', version, plural, kind })),
  ),
];

interface ReviewSpec {
  token?: string;
  audiences?: string[];
  user?: string;
}

export interface ReviewOptions {
  authenticator: Authenticator;
  /** Whether those who show no credential may do everything. */
  anonymous: boolean;
  release: FaceRelease;
  userOf(request: FastifyRequest): User;
}

/**
 * Adds what servers behind this one ask about their own clients: whose token it is, and whether somebody may. Those who
 * are known may do everything.
 */
export function addReviews(
  app: FastifyInstance,
  { authenticator, anonymous, release, userOf }: ReviewOptions,
): void {
  const mayAll = (name: string) => name !== ANONYMOUS.name || anonymous;
  const tokenStatus = ({ token = '', audiences }: ReviewSpec) => {
    const user = authenticator.userOfToken(token);
    // kubernetes/kubernetes v1.19.10 pkg/registry/authentication/tokenreview/storage.go: no error for a mere unknown one.
    if (user === undefined) return { user: {}, ...(token === '' && { error: 'no token was given' }) };
    const { name: username, groups } = user;
    return { authenticated: true, user: { username, groups }, ...(audiences !== undefined && { audiences }) };
  };
  const accessStatus = (name: string) =>
    mayAll(name) ? { allowed: true, reason: 'everyone who is known may do everything' } : { allowed: false };

  for (const { group, version, plural, kind } of reviewTypesOf(release)) {
    app.post(`/apis/${group}/${version}/${plural}`, async (request, reply) =>
      review(request, reply, (spec) => {
        if (kind === 'TokenReview') return tokenStatus(spec);
        return accessStatus(kind === 'SubjectAccessReview' ? (spec.user ?? '') : userOf(request).name);
      }),
    );

    async function review(
      request: FastifyRequest,
      reply: FastifyReply,
      statusOf: (spec: ReviewSpec) => object,
    ) {
      try {
        const body = ((await readJson(request, ['application/json'])) ?? {}) as {
          spec?: ReviewSpec;
          metadata?: object;
        };
        const { spec = {}, metadata = {} } = body;
        const answer = {
          kind,
          apiVersion: `${group}/${version}`,
          metadata: { creationTimestamp: null, ...metadata },
          spec,
          status: statusOf(spec),
        };
        return sendJson(reply, answer, 201);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return sendJson(reply, error.status, error.status.code);
      }
    }
  }
}

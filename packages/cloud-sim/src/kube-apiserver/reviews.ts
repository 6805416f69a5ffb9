import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, type Authenticator, type User } from './authentication.ts';
import { decodedAs } from './decode-body.ts';
import type { FaceRelease } from './face-release.ts';
import { readJson } from './request-body.ts';
import { sendJson } from './send.ts';
import { listOf, struct } from './shape.ts';
import { objectShape } from './shapes.data.ts';
import { badRequest, type Cause, invalid, StatusError } from './status.ts';

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
  groups?: string[];
  resourceAttributes?: object;
  nonResourceAttributes?: object;
}

const reviewShape = objectShape('v1.Review', {
  spec: struct('v1.ReviewSpec', {
    token: 'string',
    audiences: listOf('string'),
    user: 'string',
    groups: listOf('string'),
    resourceAttributes: struct('v1.ResourceAttributes', {}),
    nonResourceAttributes: struct('v1.NonResourceAttributes', {}),
  }),
});

/**
 * A question that names nobody, or nothing, has no answer.
 * @throws StatusError 422 (kubernetes/kubernetes v1.19.10 pkg/apis/authorization/validation/validation.go)
 */
function checkAccessSpec(spec: ReviewSpec, namesUser: boolean): void {
  const causes: Cause[] = [];
  const refuse = (field: string, value: string, why: string) =>
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
      field,
    });
  if ((spec.resourceAttributes === undefined) === (spec.nonResourceAttributes === undefined)) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    refuse('spec.resourceAttributes', 'null', why);
  }
  if (namesUser && !spec.user && (spec.groups ?? []).length === 0)
    refuse('spec.user', '', 'at least one of user or group must be specified');
  if (causes.length > 0) throw new StatusError(invalid('', '', causes, 'authorization.k8s.io'));
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
    if (token === '')
      throw new StatusError(badRequest('token is required for TokenReview in authentication'));
    if (user === undefined) return { user: {} };
    const { name: username, groups } = user;
    return { authenticated: true, user: { username, groups }, ...(audiences !== undefined && { audiences }) };
  };
  const accessStatus = (name: string) =>
    mayAll(name) ? { allowed: true, reason: 'everyone who is known may do everything' } : { allowed: false };

  for (const { group, version, plural, kind } of reviewTypesOf(release)) {
    app.post(`/apis/${group}/${version}/${plural}`, async (request, reply) =>
      review(request, reply, (spec) => {
        if (kind === 'TokenReview') return tokenStatus(spec);
        checkAccessSpec(spec, kind === 'SubjectAccessReview');
        return accessStatus(kind === 'SubjectAccessReview' ? (spec.user ?? '') : userOf(request).name);
      }),
    );

    async function review(
      request: FastifyRequest,
      reply: FastifyReply,
      statusOf: (spec: ReviewSpec) => object,
    ) {
      const body = (await readJson(request, ['application/json'])) ?? {};
      const { spec = {}, metadata = {} } = decodedAs(kind, version, reviewShape, body) as {
        spec?: ReviewSpec;
        metadata?: object;
      };
      const answer = {
        kind,
        apiVersion: `${group}/${version}`,
        metadata: { creationTimestamp: null, ...metadata },
        spec,
        status: statusOf(spec),
      };
      return sendJson(reply, answer, 201);
    }
  }
}

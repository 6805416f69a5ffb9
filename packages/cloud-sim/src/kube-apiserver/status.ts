/** A metav1.Status of a failure, keys in the order in which the real one writes them. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: Cause[];
    retryAfterSeconds?: number;
  };
  code: number;
}

/** metav1.StatusCause. */
export interface Cause {
  reason?: string;
  message: string;
  field?: string;
}

/** A resource of a group; the core group is ''. */
export interface GroupResource {
  group?: string;
  resource: string;
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewNotFound. */
export function notFound(of: GroupResource, name: string): Status {
  return failure(404, `${qualify(of)} "${name}" not found`, 'NotFound', detail(of, name));
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewBadRequest. */
export function badRequest(message: string): Status {
  return failure(400, message, 'BadRequest');
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewInvalid. */
export function invalid(kind: string, name: string, causes: Cause[], group = ''): Status {
  const errors = causes.map(({ field, message }) => `${field}: ${message}`);
  const all = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return failure(422, `${qualified} ${JSON.stringify(name)} is invalid: ${all}`, 'Invalid', {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes,
  });
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewAlreadyExists. */
export function alreadyExists(of: GroupResource, name: string): Status {
  return failure(
    409,
    `${qualify(of)} ${JSON.stringify(name)} already exists`,
    'AlreadyExists',
    detail(of, name),
  );
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewConflict. */
export function conflict(of: GroupResource, name: string, why: string): Status {
  const message = `Operation cannot be fulfilled on ${qualify(of)} ${JSON.stringify(name)}: ${why}`;
  return failure(409, message, 'Conflict', detail(of, name));
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewForbidden. */
export function forbidden(of: GroupResource | undefined, name: string, why: string): Status {
  if (of === undefined) return failure(403, `forbidden: ${why}`, 'Forbidden', {});
  const what = name === '' ? qualify(of) : `${qualify(of)} ${JSON.stringify(name)}`;
  return failure(403, `${what} is forbidden: ${why}`, 'Forbidden', {
    ...(name === '' ? {} : { name }),
    ...groupAndKind(of),
  });
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewResourceExpired. */
export function expired(message: string): Status {
  return failure(410, message, 'Expired');
}

/** kubernetes/apiserver v0.19.3 pkg/storage/errors.go NewTooLargeResourceVersionError. */
export function tooLargeVersion(wanted: number, current: string): Status {
  const message = `Too large resource version: ${wanted}, current: ${current}`;
  return failure(504, `Timeout: ${message}`, 'Timeout', {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** kubernetes/apiserver v0.19.3 pkg/endpoints/handlers/patch.go: a JSON patch that does not fit. It does not say why. */
export function failedPatch(): Status {
  return failure(422, 'the server rejected our request due to an error in our request', 'Invalid', {});
}

/** kubernetes/apiserver v0.19.3 pkg/server/handler.go serviceErrorHandler: a path below a group that leads nowhere. */
export function unknownPath(): Status {
  return failure(404, 'the server could not find the requested resource', 'NotFound', {});
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewGenericServerResponse for 405. */
export function methodNotAllowed(): Status {
  const message = 'the server does not allow this method on the requested resource';
  return failure(405, message, 'MethodNotAllowed', {});
}

/** kubernetes/apiserver v0.19.3 pkg/endpoints/handlers/negotiation/errors.go NewUnsupportedMediaTypeError. */
export function unsupportedMediaType(accepted: readonly string[]): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, message, 'UnsupportedMediaType');
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewRequestEntityTooLargeError. */
export function tooLarge(why: string): Status {
  return failure(413, `Request entity too large: ${why}`, 'RequestEntityTooLarge');
}

/** A Status on its way to the client. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

const qualify = ({ group = '', resource }: GroupResource) =>
  group === '' ? resource : `${resource}.${group}`;

const groupAndKind = ({ group = '', resource }: GroupResource) => ({
  ...(group === '' ? {} : { group }),
  kind: resource,
});

const detail = (of: GroupResource, name: string) => ({ name, ...groupAndKind(of) });

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewInternalError. */
export function internalError(message: string): Status {
  return failure(500, `Internal error occurred: ${message}`, 'InternalError', { causes: [{ message }] });
}

// kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewGenericServerResponse, those a kubelet can answer.
const serverResponses: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
};

/**
 * What is made of another server's answer. kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go
 * NewGenericServerResponse, without a verb, which leaves its blank.
 */
export function genericServerResponse(
  code: number,
  { resource }: GroupResource,
  name: string,
  text: string,
): Status {
  const known = serverResponses[code];
  const other =
    code >= 500
      ? `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`;
  const [reason, message] = known ?? [code >= 500 ? 'InternalError' : undefined, other];
  return failure(code, `${message} ( ${resource} ${name})`, reason, { name, kind: resource });
}

/** kubernetes/apiserver v0.19.3 pkg/endpoints/filters/authentication.go failedAuthHandler. */
export function unauthorized(): Status {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** An error that is no Status itself (apiserver v0.19.3 pkg/endpoints/handlers/responsewriters/status.go). */
export function unknownError(message: string): Status {
  return failure(500, message);
}

function failure(code: number, message: string, reason?: string, details?: Status['details']): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

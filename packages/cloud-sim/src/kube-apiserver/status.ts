/** A metav1.Status of a failure, keys in the order in which the real one writes them. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason?: string;
  details?: { name?: string; group?: string; kind?: string; causes?: Cause[] };
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
export function notFound({ group = '', resource }: GroupResource, name: string): Status {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return failure(404, `${qualified} "${name}" not found`, 'NotFound', {
    name,
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewBadRequest. */
export function badRequest(message: string): Status {
  return failure(400, message, 'BadRequest');
}

/** kubernetes/apimachinery v0.19.3 pkg/api/errors/errors.go NewInvalid, of a kind of the core group. */
export function invalid(kind: string, name: string, causes: Cause[]): Status {
  const errors = causes.map(({ field, message }) => `${field}: ${message}`);
  const all = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  return failure(422, `${kind} ${JSON.stringify(name)} is invalid: ${all}`, 'Invalid', {
    name,
    kind,
    causes,
  });
}

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

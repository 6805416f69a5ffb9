/** A metav1.Status of a failure, keys in the order in which the real one writes them. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason?: string;
  details?: { name?: string; group?: string; kind?: string };
  code: number;
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

/** What a client wants of a log: core/v1 PodLogOptions, as far as a kubelet uses it. */
export interface PodLogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceSeconds?: number;
  sinceTimeMs?: number;
}

/** The query cannot be taken: one of the two texts that a kubelet has for it. */
export class LogOptionsError extends Error {
  readonly status: 400 | 422;
  constructor(status: 400 | 422, message: string) {
    super(JSON.stringify({ message }).replace(':', ': '));
    this.status = status;
  }
}

/**
 * Reads the options of a query.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go getContainerLogs,
 * pkg/apis/core/validation/validation.go ValidatePodLogOptions, vendor/k8s.io/apimachinery/pkg/runtime/conversion.go.
 * @throws LogOptionsError
 */
export function readPodLogOptions(query: URLSearchParams): PodLogOptions {
  const tail = query.get('tail') ?? '';
  // The old name wins; "all" is as good as none.
  const tailLines =
    tail === '' ? integer(query.get('tailLines')) : tail === 'all' ? undefined : integer(tail);
  const limitBytes = integer(query.get('limitBytes'));
  const sinceSeconds = integer(query.get('sinceSeconds'));
  const sinceTimeMs = time(query.get('sinceTime'));
  const isInvalid =
    (tailLines ?? 0) < 0 ||
    (limitBytes ?? 1) < 1 ||
    (sinceSeconds ?? 1) < 1 ||
    (sinceSeconds !== undefined && sinceTimeMs !== undefined);
  if (isInvalid) throw new LogOptionsError(422, 'Invalid request.');
  return {
    follow: boolean(query.get('follow')),
    previous: boolean(query.get('previous')),
    timestamps: boolean(query.get('timestamps')),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTimeMs !== undefined && { sinceTimeMs }),
  };
}

/** Anything but nothing, `0` and `false` is true. */
const boolean = (value: string | null) => value !== null && value !== '0' && !/^false$/i.test(value);

const undecodable = () => new LogOptionsError(400, 'Unable to decode query.');

function integer(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(value)) throw undecodable();
  return Number(value);
}

/** RFC 3339; an empty one is Go's zero time. */
function time(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (value === '') return Number.NEGATIVE_INFINITY;
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  if (Number.isNaN(atMs)) throw undecodable();
  return atMs;
}

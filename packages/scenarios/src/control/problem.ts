import { CloudcoreError } from '@kubeedge-sim/cloud-sim';
import { EdgeError } from '@kubeedge-sim/edge-sim';
import { NetError, SimError, TlsError } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';

/**
 * What the control API answers in place of what was asked for: an object as in RFC 9457 with a stable `code`. Suites in
 * any language find a reader for it, and `detail` alone is what `act` prints.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** `detail` says what was tried, what was found and what to do. */
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The answer's body. */
  toJson(): { title: string; status: number; code: string; detail: string } {
    const title = titles[this.status] ?? (this.status < 500 ? 'Bad Request' : 'Internal Server Error');
    return { title, status: this.status, code: this.code, detail: this.message };
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Any error as a problem; one that is nobody's but ours is a 500. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Before the rest: one of them is a RangeError.
  if (isFrameworkError(error)) return fromFramework(error);
  if (error instanceof UsageError || error instanceof RangeError)
    return new Problem(422, 'refused', error.message);
  if (error instanceof EdgeError || error instanceof CloudcoreError)
    return new Problem(422, error.code, error.message);
  if (error instanceof SimError) return new Problem(simStatus[error.code] ?? 500, error.code, error.message);
  if (error instanceof NetError || error instanceof TlsError) {
    const why = error instanceof NetError ? error.goText : error.message;
    return new Problem(502, 'unreachable', `Tried to ask the world's API server: ${why}.`);
  }
  return new Problem(500, 'internal', error instanceof Error ? error.message : String(error));
}

const simStatus: { readonly [code in SimError['code']]?: number } = {
  SIM_ERR_DISPOSED: 409,
  SIM_ERR_NO_LINKS: 409,
  SIM_ERR_LINK_SELF: 422,
  SIM_ERR_LINK_DELAY: 422,
  SIM_ERR_NO_LEASE: 503,
  SIM_ERR_PORT_IN_USE: 503,
  SIM_ERR_LISTEN_DENIED: 503,
};

/** What fastify throws before a handler runs. */
interface FrameworkError extends Error {
  code: string;
  statusCode: number;
}

const isFrameworkError = (error: unknown): error is FrameworkError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';

function fromFramework({ code, statusCode, message }: FrameworkError): Problem {
  switch (code) {
    case 'FST_ERR_VALIDATION':
      return new Problem(400, 'invalid', message);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem(
        415,
        'not-json',
        'Tried to read the body; send it as content-type: application/json.',
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem(400, 'not-json', 'Tried to read the body as JSON, found nothing. Send at least {}.');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem(413, 'too-large', 'The body is larger than this server takes (--max-body-kb).');
    default:
      return statusCode < 500
        ? new Problem(statusCode, 'invalid', message)
        : new Problem(500, 'internal', message);
  }
}

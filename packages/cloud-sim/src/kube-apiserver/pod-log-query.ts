import { integerOf, isTrue } from './query.ts';
import { badRequest, type Cause, invalid, type Status } from './status.ts';

/** The query of a log request: the container, and what is passed on to the kubelet. */
export interface LogQuery {
  /** '' when none is named. */
  container: string;
  kubelet: URLSearchParams;
}

const INTEGERS = { sinceSeconds: 1, tailLines: 0, limitBytes: 1 } as const;
const BOOLEANS = ['follow', 'previous', 'timestamps'] as const;

/**
 * Reads PodLogOptions; a Status says what is wrong with them.
 * kubernetes v1.19.3 pkg/apis/core/validation/validation.go ValidatePodLogOptions; kubernetes/apimachinery
 * v0.19.3 pkg/runtime/conversion.go; pkg/registry/core/pod/strategy.go LogLocation
 * @throws StatusError 400 for a number that is none
 */
export function readLogQuery(query: URLSearchParams, pod: string): LogQuery | Status {
  const kubelet = new URLSearchParams();
  const causes: Cause[] = [];
  for (const name of BOOLEANS) {
    if (isTrue(query.get(name))) kubelet.set(name, 'true');
  }
  for (const [name, least] of Object.entries(INTEGERS)) {
    const value = query.get(name);
    if (value === null) continue;
    const number = integerOf(value);
    if (number < least) causes.push(tooSmall(name, number, least));
    kubelet.set(name, `${number}`);
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null) {
    const atMs = Date.parse(sinceTime);
    if (Number.isNaN(atMs)) {
      const quoted = JSON.stringify(sinceTime);
      return badRequest(
        `parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`,
      );
    }
    kubelet.set('sinceTime', `${new Date(atMs).toISOString().slice(0, 19)}Z`);
    if (query.has('sinceSeconds')) {
      const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
      causes.push({ reason: 'FieldValueForbidden', message, field: '' });
    }
  }
  if (causes.length > 0) return invalid('PodLogOptions', pod, causes);
  return { container: query.get('container') ?? '', kubelet };
}

function tooSmall(field: string, value: bigint, least: 0 | 1): Cause {
  const must = least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0';
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${must}`, field };
}

import type { FastifyRequest } from 'fastify';
import { badRequest, StatusError } from './status.ts';

/** The parameters of a request; of one that is given twice the first counts, as with Go's url.Values.Get. */
export function queryOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const given = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : (value[0] ?? '')]),
  );
}

/** kubernetes/apimachinery v0.19.3 pkg/runtime/converter.go Convert_Slice_string_To_bool */
export const isTrue = (value: string | null | undefined): boolean =>
  value !== null && value !== undefined && value !== '0' && !/^false$/i.test(value);

/**
 * A whole number of 64 bits, as Go's strconv.ParseInt reads it.
 * @throws StatusError 400
 */
export function integerOf(value: string): bigint {
  if (/^[+-]?\d{1,18}$/.test(value)) return BigInt(value);
  throw new StatusError(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`));
}

import type { FastifyRequest } from 'fastify';
import { badRequest, StatusError, tooLarge, unsupportedMediaType } from './status.ts';

/** kubernetes/apiserver v0.19.3 pkg/server/config.go MaxRequestBodyBytes. */
export const LIMIT_BYTES = 3 * 1024 * 1024;

/**
 * Reads the body of a request as JSON; undefined for an empty one. `failure` is what upstream says before the words of its
 * parser.
 * @throws StatusError 400, 413, 415
 */
export async function readJson(
  request: FastifyRequest,
  accepted: readonly string[],
  failure = "couldn't get version/kind; json parse error",
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.raw as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) throw new StatusError(tooLarge(`limit is ${LIMIT_BYTES}`));
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  if (!accepted.includes(mediaTypeOf(request))) throw new StatusError(unsupportedMediaType(accepted));
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StatusError(badRequest(`${failure}: ${(error as Error).message}`));
  }
}

/** Without parameters; JSON when the client says nothing. */
export function mediaTypeOf(request: FastifyRequest): string {
  const [type = ''] = (request.headers['content-type'] ?? 'application/json').split(';', 1);
  return type.trim().toLowerCase();
}

import { isRecord } from './json-object.ts';
import { decoded, ShapeError, type StructShape } from './shape.ts';
import { badRequest, StatusError } from './status.ts';

/**
 * A body as Go has it once it is decoded.
 * @throws StatusError 400 in the words of upstream
 */
export function decodedAs(kind: string, version: string, shape: StructShape, body: unknown): object {
  if (!isRecord(body))
    throw new StatusError(
      badRequest(`the object provided is unrecognized (must be of type ${kind}): no JSON object was found`),
    );
  try {
    return decoded(shape, body);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const where = `${kind} in version ${JSON.stringify(version)}`;
    throw new StatusError(badRequest(`${where} cannot be handled as a ${kind}: ${error.message}`));
  }
}

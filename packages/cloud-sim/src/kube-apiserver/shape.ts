import { isRecord, type JsonObject, memberOf, setMember } from './json-object.ts';

/** What Go decodes a member of JSON into; what a struct does not name is taken as it comes. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int64'
  /** base64, of the standard alphabet. */
  | '[]byte'
  /** k8s.io/apimachinery pkg/api/resource: text, or a number, which becomes text. */
  | 'quantity'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | StructShape;

export interface StructShape {
  /** Go's name, with its package. */
  readonly struct: string;
  readonly members: Readonly<Record<string, Shape>>;
}

export const struct = (name: string, members: StructShape['members']): StructShape => ({
  struct: name,
  members,
});
export const listOf = (list: Shape): Shape => ({ list });
export const mapOf = (map: Shape): Shape => ({ map });

/** A member is not of the type that it is decoded into. The message is Go's, from `json: cannot unmarshal` on. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/**
 * A copy of an object as Go has it once it is decoded: a null is a member that is not there, and as an item of a list an
 * empty one.
 * @throws ShapeError in the words of golang/go src/encoding/json/decode.go UnmarshalTypeError
 */
export function decoded(shape: StructShape, value: JsonObject): JsonObject {
  return structOf(shape, value, []);
}

function structOf(shape: StructShape, value: JsonObject, path: readonly string[]): JsonObject {
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const wanted = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (wanted === undefined) setMember(copy, name, member);
    else if (member !== null)
      copy[name] = decodedValue(wanted, member, { struct: shape, path: [...path, name] });
  }
  return copy;
}

interface Place {
  readonly struct: StructShape;
  /** Names of members, from the object down. */
  readonly path: readonly string[];
}

function decodedValue(shape: Shape, value: unknown, place: Place): unknown {
  const refuse = () => {
    const field = `${bare(place.struct.struct)}.${place.path.join('.')}`;
    return new ShapeError(
      `json: cannot unmarshal ${kindOf(value)} into Go struct field ${field} of type ${typeOf(shape)}`,
    );
  };
  if (shape === 'quantity' && typeof value === 'number') return String(value);
  if (typeof shape === 'string') {
    if (typeof value !== scalars[shape] || (shape === 'int64' && !Number.isSafeInteger(value)))
      throw refuse();
    if (shape === '[]byte') checkBase64(value as string);
    return value;
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) throw refuse();
    return value.map((item) => (item === null ? emptyOf(shape.list) : decodedValue(shape.list, item, place)));
  }
  if (!isRecord(value)) throw refuse();
  if ('struct' in shape) return structOf(shape, value, place.path);
  const copy: JsonObject = {};
  for (const name of Object.keys(value)) {
    const member = memberOf(value, name);
    setMember(copy, name, member === null ? emptyOf(shape.map) : decodedValue(shape.map, member, place));
  }
  return copy;
}

const scalars = {
  string: 'string',
  bool: 'boolean',
  int64: 'number',
  '[]byte': 'string',
  quantity: 'string',
} as const;

function emptyOf(shape: Shape): unknown {
  if (typeof shape === 'string')
    return { string: '', bool: false, int64: 0, '[]byte': '', quantity: '0' }[shape];
  return 'list' in shape ? [] : {};
}

/** As encoding/json calls what it has found. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function typeOf(shape: Shape): string {
  if (typeof shape === 'string') return shape;
  if ('list' in shape) return `[]${typeOf(shape.list)}`;
  return 'map' in shape ? `map[string]${typeOf(shape.map)}` : shape.struct;
}

const bare = (name: string) => name.replace(/^.*\./, '');

/** golang/go src/encoding/base64/base64.go CorruptInputError; line ends are passed over. */
function checkBase64(text: string): void {
  const letters = text.replace(/[\r\n]/g, '');
  const wrong = letters.search(/[^A-Za-z0-9+/]/);
  const rest = wrong < 0 ? '' : letters.slice(wrong);
  const padded = wrong < 0 ? letters.length % 4 === 0 : /^={1,2}$/.test(rest) && letters.length % 4 === 0;
  if (!padded)
    throw new ShapeError(`illegal base64 data at input byte ${wrong < 0 ? letters.length : wrong}`);
}

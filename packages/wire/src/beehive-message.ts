import { wireError } from './errors.ts';

/**
 * One message between edgehub and CloudHub. Strings that are empty and a `sync` that is false are left out on the wire.
 * `destination` (v1.9.0 and later) and the header's `type` (v1.9.0) address modules of one process; they are neither
 * written nor read here.
 */
export interface BeehiveMessage {
  /** A UUID. */
  readonly id: string;
  /** The id of the message that this one answers. */
  readonly parentId: string;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Of the Kubernetes object in `content`. */
  readonly resourceVersion: string;
  readonly sync: boolean;
  /** The module that sends it, e.g. `edged`, `edgecontroller`. */
  readonly source: string;
  /** `meta` upwards, `resource` downwards. */
  readonly group: string;
  /** e.g. `insert`, `update`, `response`, `keepalive`. */
  readonly operation: string;
  /** `<namespace>/<type>/<name>`, e.g. `default/nodestatus/edge-node-1`. */
  readonly resource: string;
  /** Any JSON value; bytes of Go are a base64 string. */
  readonly content: unknown;
}

/**
 * The text of one WebSocket message: Go's JSON, with the line feed that json.Encoder puts behind it. Over WebSocket
 * messages are not packed; the packer with its protobuf messages is for QUIC.
 *
 * kubeedge v1.6.1, v1.19.0 staging/src/github.com/kubeedge/viaduct/pkg/lane/lane.go NewLane, wsnopack.go WriteMessage;
 * beehive/pkg/core/model/message.go; gorilla/websocket v1.4.0 json.go WriteJSON
 */
export function encodeBeehiveMessage(message: BeehiveMessage): string {
  const { id, parentId, timestampMs, resourceVersion, sync, source, group, operation, resource } = message;
  const header = {
    msg_id: id,
    ...(parentId !== '' && { parent_msg_id: parentId }),
    timestamp: timestampMs,
    ...(resourceVersion !== '' && { resourceversion: resourceVersion }),
    ...(sync && { sync }),
  };
  const route = {
    ...(source !== '' && { source }),
    ...(group !== '' && { group }),
    ...(operation !== '' && { operation }),
    ...(resource !== '' && { resource }),
  };
  const text = JSON.stringify({ header, route, content: message.content ?? null });
  // These occur in strings only, where Go escapes them.
  return `${text.replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Reads the text of one WebSocket message. What is left out is empty, as in Go; fields of other types are refused, and
 * so are `null` for header or route, which Go takes for empty ones, names in another case, and bytes behind the JSON.
 *
 * @throws WireError WIRE_ERR_BEEHIVE_JSON, WIRE_ERR_BEEHIVE_SHAPE; upstream closes the connection in either case
 */
export function decodeBeehiveMessage(text: string): BeehiveMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wireError('WIRE_ERR_BEEHIVE_JSON', { found: (error as SyntaxError).message });
  }
  const message = objectIn({ message: value }, 'message');
  const header = objectIn(message, 'header');
  const route = objectIn(message, 'route');
  return {
    id: field(header, 'msg_id', ''),
    parentId: field(header, 'parent_msg_id', ''),
    timestampMs: field(header, 'timestamp', 0),
    resourceVersion: field(header, 'resourceversion', ''),
    sync: field(header, 'sync', false),
    source: field(route, 'source', ''),
    group: field(route, 'group', ''),
    operation: field(route, 'operation', ''),
    resource: field(route, 'resource', ''),
    content: Object.hasOwn(message, 'content') ? message['content'] : null,
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function objectIn(parent: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(parent, name) ? parent[name] : {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw shapeError(name, 'an object', value);
}

function field<T extends string | number | boolean>(parent: JsonObject, name: string, absent: T): T {
  const value = Object.hasOwn(parent, name) ? parent[name] : absent;
  if (typeof value === typeof absent && (typeof value !== 'number' || Number.isInteger(value)))
    return value as T;
  throw shapeError(name, typeof absent === 'number' ? 'an integer' : `a ${typeof absent}`, value);
}

function shapeError(name: string, expected: string, found: unknown) {
  const what = found === null ? 'null' : Array.isArray(found) ? 'an array' : typeof found;
  return wireError('WIRE_ERR_BEEHIVE_SHAPE', { field: name, expected, found: what });
}

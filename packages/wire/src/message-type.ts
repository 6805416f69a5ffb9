import type { Dialect } from './dialect.ts';
import { wireError } from './errors.ts';

/**
 * Name → number of every tunnel message type any release has.
 *
 * kubeedge v1.3.0 pkg/stream/message.go (0–4), v1.10.0 pkg/stream/message.go (5),
 * v1.14.0 pkg/stream/constants.go (6).
 */
export const messageTypes = {
  LOGS_CONNECT: 0,
  EXEC_CONNECT: 1,
  METRIC_CONNECT: 2,
  DATA: 3,
  REMOVE_CONNECT: 4,
  CLOSE_CONNECT: 5,
  ATTACH_CONNECT: 6,
} as const;

/** Name of a known message type. */
export type MessageTypeName = keyof typeof messageTypes;

const names = Object.keys(messageTypes) as MessageTypeName[];
const namesByNumber = names.toSorted((a, b) => messageTypes[a] - messageTypes[b]);

/** Our name of a message type number; `UNKNOWN` for any other number. */
export function messageTypeName(type: number): MessageTypeName | 'UNKNOWN' {
  return namesByNumber[type] ?? 'UNKNOWN';
}

/**
 * The name Go's `MessageType.String()` of that release puts into log lines.
 *
 * It differs from {@link messageTypeName}: 5 prints as `UNKNOWN` in every release, since CLOSE_CONNECT was
 * never added to the switch, and 6 prints as `UNKNOWN` before v1.14.0.
 * kubeedge v1.10.0 pkg/stream/message.go, v1.23.1 pkg/stream/message.go (MessageType).String
 */
export function messageTypeGoName(type: number, dialect: Dialect): MessageTypeName | 'UNKNOWN' {
  if (type === messageTypes.CLOSE_CONNECT || !isMessageTypeKnown(type, dialect)) return 'UNKNOWN';
  return messageTypeName(type);
}

/**
 * The number of a message type name.
 *
 * @throws WireError WIRE_ERR_MESSAGE_TYPE_NAME for any other name
 */
export function messageTypeNumber(name: string): number {
  if (!Object.hasOwn(messageTypes, name)) {
    throw wireError('WIRE_ERR_MESSAGE_TYPE_NAME', { found: JSON.stringify(name), known: names.join(', ') });
  }
  return messageTypes[name as MessageTypeName];
}

/** Whether a release's code has a constant for this type number. */
export function isMessageTypeKnown(type: number, dialect: Dialect): boolean {
  return dialect.messageTypes.includes(type);
}

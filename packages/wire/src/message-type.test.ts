import { expect, test } from 'vitest';
import {
  dialectOf,
  isMessageTypeKnown,
  messageTypeGoName,
  messageTypeName,
  messageTypeNumber,
  messageTypes,
} from './index.ts';

test('names and numbers undo each other', () => {
  for (const [name, type] of Object.entries(messageTypes)) {
    expect(messageTypeName(type)).toBe(name);
    expect(messageTypeNumber(name)).toBe(type);
  }
  expect(messageTypeName(7)).toBe('UNKNOWN');
});

test('a name no release has is refused, prototype names included', () => {
  expect(() => messageTypeNumber('PING')).toThrow('"PING"');
  expect(() => messageTypeNumber('constructor')).toThrow('"constructor"');
});

test('Go never prints CLOSE_CONNECT, and ATTACH_CONNECT only from v1.14.0', () => {
  expect(messageTypeGoName(5, dialectOf('v1.10.0'))).toBe('UNKNOWN');
  expect(messageTypeGoName(6, dialectOf('v1.13.5'))).toBe('UNKNOWN');
  expect(messageTypeGoName(6, dialectOf('v1.14.0'))).toBe('ATTACH_CONNECT');
  expect(messageTypeGoName(2, dialectOf('v1.6.1'))).toBe('METRIC_CONNECT');
});

test('each release knows its own types', () => {
  expect(isMessageTypeKnown(4, dialectOf('v1.3.0'))).toBe(true);
  expect(isMessageTypeKnown(5, dialectOf('v1.9.5'))).toBe(false);
  expect(isMessageTypeKnown(5, dialectOf('v1.10.0'))).toBe(true);
  expect(isMessageTypeKnown(6, dialectOf('v1.13.5'))).toBe(false);
  expect(isMessageTypeKnown(6, dialectOf('v1.14.0'))).toBe(true);
});

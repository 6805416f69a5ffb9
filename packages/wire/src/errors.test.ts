import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wireErrorTemplates } from './errors.ts';
import type { WireErrorCode } from './index.ts';
import {
  connectUrlFromRequestTarget,
  decodeBeehiveMessage,
  decodeConnectPayload,
  decodeMessage,
  dialectOf,
  encodeMessage,
  encodeUvarint,
  messageTypeNumber,
  WireError,
} from './index.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const data = new Uint8Array();

/** One input per code. */
const throwers: Record<WireErrorCode, () => unknown> = {
  WIRE_ERR_TRUNCATED_VARINT: () => decodeMessage(Uint8Array.of(0x80)),
  WIRE_ERR_VARINT_OVERFLOW: () => decodeMessage(new Uint8Array(11).fill(0xff)),
  WIRE_ERR_VARINT_RANGE: () => encodeUvarint(-1),
  WIRE_ERR_CONNECT_ID_RANGE: () => encodeMessage({ connectId: 2 ** 53, type: 3, data }),
  WIRE_ERR_MESSAGE_TYPE_RANGE: () => encodeMessage({ connectId: 1, type: -1, data }),
  WIRE_ERR_MESSAGE_TYPE_NAME: () => messageTypeNumber('PING'),
  WIRE_ERR_BODY_BYTES_MAX: () => decodeMessage(Uint8Array.of(1, 3), { bodyBytesMax: Number.NaN }),
  WIRE_ERR_CONNECT_JSON: () => decodeConnectPayload(utf8('{"MessID":')),
  WIRE_ERR_CONNECT_SHAPE: () => decodeConnectPayload(utf8('{"url":[]}')),
  WIRE_ERR_BEEHIVE_JSON: () => decodeBeehiveMessage('{'),
  WIRE_ERR_BEEHIVE_SHAPE: () => decodeBeehiveMessage('[]'),
  WIRE_ERR_REQUEST_TARGET: () => connectUrlFromRequestTarget('/%zz'),
  WIRE_ERR_DIALECT_UNKNOWN: () => dialectOf('v9.9.9'),
  WIRE_ERR_DIALECT_NO_TUNNEL: () => dialectOf('v1.2.0'),
};

const codes = Object.keys(wireErrorTemplates) as WireErrorCode[];

test.each(codes)('%s is thrown by some input, with every placeholder filled', (code) => {
  let caught: unknown;
  try {
    throwers[code]();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(WireError);
  const error = caught as WireError;
  expect(error).toMatchObject({ code, name: 'WireError' });
  expect(error.message).not.toMatch(/\{\w+\}|undefined/);
});

test('codes and messages are unique', () => {
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(Object.values(wireErrorTemplates)).size).toBe(codes.length);
});

test('the sources are pure: no import from outside, no clock, no Buffer', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.includes('.test'));
  expect(sources.length).toBeGreaterThan(10);
  for (const name of sources) {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const targets = [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    for (const target of targets) expect(target, name).toMatch(/^\.\/[a-z.-]+\.ts$/);
    expect(source, name).not.toMatch(/\bBuffer\b(?! )|Date\.now|Math\.random|\bprocess\./);
  }
});

test('every fixture names its source, and no source names a machine path', () => {
  const folder = new URL('../fixtures/', import.meta.url);
  const names = readdirSync(folder);
  for (const name of names.filter((each) => !each.endsWith('.source'))) {
    expect(names).toContain(`${name}.source`);
    const source = readFileSync(new URL(`${name}.source`, folder), 'utf8');
    expect(source).toMatch(/^[^\n]{20,}\n$/);
    expect(source).not.toMatch(/\/work|\.\.\//);
  }
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageVector } from './fixture.test-support.ts';
import { fromHex, readFixture, toHex } from './fixture.test-support.ts';
import type { ConnectPayload, Dialect } from './index.ts';
import {
  connectUrlFromRequestTarget,
  decodeConnectPayload,
  decodeMessage,
  dialectOf,
  emptyConnectUrl,
  encodeConnectPayload,
  goJsonTraits,
  goStringFromBytes,
  messageTypes,
  WireError,
} from './index.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const string = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

// The captures are a Go 1.19 build of v1.6.1.
const captured: Dialect = {
  ...dialectOf('v1.6.1'),
  release: 'v1.6.1 built with Go 1.19',
  ...goJsonTraits('1.19'),
};
const connects = ['messages-summary.ndjson', 'messages-mixed.ndjson']
  .flatMap((name) => readFixture<MessageVector>(name))
  .filter((vector) => vector.type <= messageTypes.METRIC_CONNECT);

test('captured payloads of three kinds are at hand', () => {
  expect(new Set(connects.map((vector) => vector.type))).toEqual(new Set([0, 1, 2]));
});

test.each(connects)('decodes and encodes the captured $typeName $connectId byte for byte', (vector) => {
  const { data, type, connectId } = decodeMessage(fromHex(vector.hex));
  const payload = decodeConnectPayload(data, type);
  expect(payload.messId).toBe(connectId);
  expect(payload.method).toBe(type === messageTypes.EXEC_CONNECT ? 'POST' : undefined);
  expect(string(encodeConnectPayload(payload, captured))).toBe(string(data));
});

test('a Go 1.14 release writes neither OmitHost nor RawFragment', () => {
  const payload: ConnectPayload = {
    messId: 1,
    url: { ...connectUrlFromRequestTarget('/stats/summary?a=1&b'), scheme: 'http', host: '127.0.0.1:10350' },
    header: new Map([
      ['User-Agent', ['x']],
      ['Accept', ['*/*']],
    ]),
  };
  expect(string(encodeConnectPayload(payload, dialectOf('v1.6.1')))).toBe(
    '{"MessID":1,"url":{"Scheme":"http","Opaque":"","User":null,"Host":"127.0.0.1:10350",' +
      '"Path":"/stats/summary","RawPath":"","ForceQuery":false,"RawQuery":"a=1\\u0026b","Fragment":""},' +
      '"header":{"Accept":["*/*"],"User-Agent":["x"]}}',
  );
});

describe("against Go's encoding/json", () => {
  const go126: Dialect = { ...captured, jsonShortEscapes: true };

  test('reads each document as Go does, or refuses it as Go does', () => {
    for (const { docHex, error, again } of readFixture<{ docHex: string; error: string; again: string }>(
      'go-json-payloads.ndjson',
    )) {
      const bytes = fromHex(docHex);
      const title = string(bytes);
      if (error !== '') {
        const code = error === 'syntax' ? 'WIRE_ERR_CONNECT_JSON' : 'WIRE_ERR_CONNECT_SHAPE';
        expect(() => decodeConnectPayload(bytes, 1), title).toThrow(expect.objectContaining({ code }));
        continue;
      }
      // A null list of header values is the one thing not kept: it becomes an empty list.
      const expected = again.replaceAll(/("header":\{.*)":null/g, '$1":[]');
      expect(string(encodeConnectPayload(decodeConnectPayload(bytes, 1), go126)), title).toBe(expected);
    }
  });

  test('writes each string as Go does', () => {
    const vectors = readFixture<{ BytesHex: string; JSONHex: string }>('go-json-strings.ndjson');
    for (const { BytesHex, JSONHex } of vectors) {
      const method = goStringFromBytes(fromHex(BytesHex));
      const payload = { messId: 0, url: emptyConnectUrl, header: null, method };
      const text = toHex(encodeConnectPayload(payload, go126));
      expect(text.slice(text.indexOf(toHex(utf8('"method":'))) + 18, -2), BytesHex).toBe(JSONHex);
    }
  });

  test('before Go 1.22 backspace and form feed had no short escape', () => {
    const payload = { messId: 0, url: emptyConnectUrl, header: null, method: '\b\f' };
    expect(string(encodeConnectPayload(payload, dialectOf('v1.19.2')))).toContain('"\\u0008\\u000c"');
    expect(string(encodeConnectPayload(payload, dialectOf('v1.20.0')))).toContain('"\\b\\f"');
  });
});

test('header names are sorted by their bytes, and null stays null', () => {
  const header = new Map([
    ['\u{1f600}', ['a']],
    ['\uffee', ['b']],
    ['b', []],
    ['B', ['c', 'd']],
  ]);
  const payload = { messId: 0, url: emptyConnectUrl, header };
  const text = string(encodeConnectPayload(payload, dialectOf('v1.6.1')));
  expect(text).toContain('"header":{"B":["c","d"],"b":[],"\uffee":["b"],"\u{1f600}":["a"]}');
  const none = encodeConnectPayload({ ...payload, header: null }, dialectOf('v1.6.1'));
  expect(decodeConnectPayload(none).header).toBeNull();
  expect(decodeConnectPayload(utf8('{}')).header).toBeNull();
});

test('names such as __proto__ are plain names', () => {
  const payload = decodeConnectPayload(
    utf8('{"__proto__":{"MessID":7},"header":{"__proto__":["x"]},' + '"url":{"__proto__":{"Host":"evil"}}}'),
  );
  expect(payload.messId).toBe(0);
  expect(payload.url.host).toBe('');
  expect([...(payload.header ?? [])]).toEqual([['__proto__', ['x']]]);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('method is read by the type of the message', () => {
  const bytes = utf8('{"method":5}');
  expect(decodeConnectPayload(bytes, messageTypes.LOGS_CONNECT).method).toBeUndefined();
  expect(() => decodeConnectPayload(bytes, messageTypes.ATTACH_CONNECT)).toThrow('method must be a string');
  expect(decodeConnectPayload(utf8('{}'), messageTypes.EXEC_CONNECT).method).toBe('');
  expect(decodeConnectPayload(utf8('{}')).method).toBeUndefined();
  expect(decodeConnectPayload(utf8('{"METHOD":"GET"}')).method).toBe('GET');
});

test('ids Go takes and number cannot hold are told apart', () => {
  expect(() => decodeConnectPayload(utf8('{"MessID":18446744073709551615}'))).toThrow(
    expect.objectContaining({ code: 'WIRE_ERR_CONNECT_ID_RANGE' }),
  );
  expect(() => decodeConnectPayload(utf8('{"MessID":18446744073709551616}'))).toThrow(
    expect.objectContaining({ code: 'WIRE_ERR_CONNECT_SHAPE' }),
  );
});

test('nesting is limited as in Go and never overflows the stack', () => {
  const nested = (depth: number) => utf8(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  expect(decodeConnectPayload(nested(9_999)).messId).toBe(0);
  expect(() => decodeConnectPayload(nested(10_000))).toThrow('10000 levels');
  expect(() => decodeConnectPayload(utf8('['.repeat(300_000)))).toThrow(WireError);
});

const text = fc.string({ unit: 'binary', maxLength: 12 });
const url = fc.record({
  scheme: text,
  opaque: text,
  user: fc.constantFrom(null, {}),
  host: text,
  path: text,
  rawPath: text,
  omitHost: fc.boolean(),
  forceQuery: fc.boolean(),
  rawQuery: text,
  fragment: text,
  rawFragment: text,
});
const header = fc.option(
  fc
    .array(fc.tuple(text, fc.array(text, { maxLength: 3 })), { maxLength: 5 })
    .map((entries) => new Map(entries)),
);

test('decoding undoes encoding', () => {
  const payload = fc.record({ messId: fc.maxSafeNat(), url, header, method: text });
  fc.assert(
    fc.property(payload, (value) => {
      expect(decodeConnectPayload(encodeConnectPayload(value, captured))).toEqual(value);
    }),
  );
});

test('garbage throws nothing but WireError', () => {
  const token = fc.constantFrom(
    ...Array.from('{}[]",:\\u0-1e.ntf '),
    '"url":',
    '"header":',
    'null',
    '"MessID":1',
  );
  const tokens = fc.array(token, { maxLength: 30 }).map((all) => utf8(all.join('')));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), tokens), (bytes) => {
      try {
        decodeConnectPayload(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 2000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, readFixture } from './fixture.test-support.ts';
import {
  type BeehiveMessage,
  decodeBeehiveMessage,
  encodeBeehiveMessage,
  hubHeaders,
  hubPath,
  WireError,
} from './index.ts';

interface Vector {
  name: string;
  by: string;
  hex: string;
}

const vectors = readFixture<Vector>('beehive-messages.ndjson');
const textOf = ({ hex }: Vector) => new TextDecoder('utf-8', { fatal: true }).decode(fromHex(hex));

const empty: BeehiveMessage = {
  id: '',
  parentId: '',
  timestampMs: 0,
  resourceVersion: '',
  sync: false,
  source: '',
  group: '',
  operation: '',
  resource: '',
  content: null,
};

test('there are captured messages to compare with', () => {
  expect(vectors.length).toBeGreaterThan(5);
});

test.each(vectors)('decodes and encodes the captured $name of $by byte for byte', (vector) => {
  const text = textOf(vector);
  const message = decodeBeehiveMessage(text);
  expect(`${message.operation} ${message.resource}`).toBe(vector.name);
  // edgecore v1.23.1 sends an empty message as it ends.
  expect(message.id).toMatch(vector.name === ' ' ? /^$/ : /^[0-9a-f-]{36}$/);
  expect(encodeBeehiveMessage(message)).toBe(text);
});

test('reads what a node says of itself', () => {
  const vector = vectors.find(({ name }) => name === 'update default/nodestatus/real-edge') as Vector;
  const { source, group, content } = decodeBeehiveMessage(textOf(vector));
  expect({ source, group }).toEqual({ source: 'edged', group: 'meta' });
  expect(content).toMatchObject({
    UID: '38796d14-1df3-11e8-8e5a-286ed488f209',
    Status: { daemonEndpoints: { kubeletEndpoint: { Port: 10_350 } } },
  });
});

describe('as Go writes it', () => {
  test('what is empty is left out, and a line feed ends the message', () => {
    expect(encodeBeehiveMessage(empty)).toBe(
      '{"header":{"msg_id":"","timestamp":0},"route":{},"content":null}\n',
    );
  });

  test('the order is that of the structs, and HTML is escaped', () => {
    const message = { ...empty, id: 'a', parentId: 'b', timestampMs: 1, resourceVersion: '7', sync: true };
    const content = '<&>\u2028\u2029"\\';
    expect(
      encodeBeehiveMessage({ ...message, source: 's', group: 'g', operation: 'o', resource: 'r', content }),
    ).toBe(
      '{"header":{"msg_id":"a","parent_msg_id":"b","timestamp":1,"resourceversion":"7","sync":true},' +
        '"route":{"source":"s","group":"g","operation":"o","resource":"r"},' +
        '"content":"\\u003c\\u0026\\u003e\\u2028\\u2029\\"\\\\"}\n',
    );
  });

  test('the handshake', () => {
    expect(hubPath('edge-node-1')).toBe('/e632aba927ea4ac2b575ec1603d56f10/edge-node-1/events');
    expect(hubHeaders('edge-node-1')).toEqual([
      ['Connectionuse', 'msg'],
      ['Node_id', 'edge-node-1'],
      ['Project_id', 'e632aba927ea4ac2b575ec1603d56f10'],
    ]);
  });
});

describe('from a peer', () => {
  test.each(['{}', '{"content":null}', '{"header":{},"route":{},"more":[1]}'])(
    '%s is an empty message',
    (text) => {
      expect(decodeBeehiveMessage(text)).toEqual(empty);
    },
  );

  test.each([
    ['', 'WIRE_ERR_BEEHIVE_JSON', /not JSON/],
    ['{"header":', 'WIRE_ERR_BEEHIVE_JSON', /not JSON/],
    ['{} {}', 'WIRE_ERR_BEEHIVE_JSON', /not JSON/],
    ['null', 'WIRE_ERR_BEEHIVE_SHAPE', /message must be an object, found null/],
    ['[]', 'WIRE_ERR_BEEHIVE_SHAPE', /message must be an object, found an array/],
    ['{"header":"x"}', 'WIRE_ERR_BEEHIVE_SHAPE', /header must be an object, found string/],
    ['{"route":null}', 'WIRE_ERR_BEEHIVE_SHAPE', /route must be an object, found null/],
    ['{"header":{"msg_id":1}}', 'WIRE_ERR_BEEHIVE_SHAPE', /msg_id must be a string, found number/],
    ['{"header":{"timestamp":1.5}}', 'WIRE_ERR_BEEHIVE_SHAPE', /timestamp must be an integer/],
    ['{"header":{"sync":"yes"}}', 'WIRE_ERR_BEEHIVE_SHAPE', /sync must be a boolean/],
    ['{"route":{"resource":{}}}', 'WIRE_ERR_BEEHIVE_SHAPE', /resource must be a string/],
  ])('%s is refused', (text, code, message) => {
    expect(() => decodeBeehiveMessage(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('names of Object.prototype are data', () => {
    const message = decodeBeehiveMessage(
      '{"__proto__":{"content":"x"},"header":{"__proto__":{"msg_id":"y"}}}',
    );
    expect(message).toEqual(empty);
  });

  test('any text is a message or a WireError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(typeof decodeBeehiveMessage(text).id).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('any message is read as it was written', () => {
  const text = fc.string();
  const messages = fc.record({
    id: text,
    parentId: text,
    timestampMs: fc.maxSafeInteger(),
    resourceVersion: text,
    sync: fc.boolean(),
    source: text,
    group: text,
    operation: text,
    resource: text,
    content: fc.jsonValue(),
  });
  fc.assert(
    fc.property(messages, (message) => {
      const written = encodeBeehiveMessage(message);
      // JSON knows no -0.
      expect(JSON.stringify(decodeBeehiveMessage(written))).toBe(JSON.stringify(message));
      expect(written).not.toMatch(/[<>&\u2028\u2029]/);
    }),
    { numRuns: 1_000 },
  );
});

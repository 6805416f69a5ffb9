import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from './json-object.ts';
import type { KubeObject } from './objects.ts';
import { patched } from './patches.ts';

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const object = (): KubeObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2021-03-25T12:00:00Z' },
});

it.each([MERGE, STRATEGIC])(
  'changes the object and nothing else, whatever a member is called: %s',
  (type) => {
    const hostile = JSON.parse('{"data":{"__proto__":{"polluted":"yes"},"constructor":{"polluted":"yes"}}}');
    const { data } = patched(object(), type, hostile) as unknown as { data: JsonObject };
    expect(({} as JsonObject)['polluted']).toBeUndefined();
    expect(JSON.stringify(data)).toBe(JSON.stringify(hostile.data));
    const text = patched(object(), type, JSON.parse('{"data":{"__proto__":"x"}}'));
    expect(JSON.stringify((text as unknown as { data: object }).data)).toBe('{"__proto__":"x"}');
  },
);

it('takes a patch of any form without touching what all objects inherit', () => {
  const name = fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'data',
    'ports',
    '$patch',
  );
  const { patch } = fc.letrec((tie) => ({
    patch: fc.dictionary(name, tie('value'), { noNullPrototype: true }),
    value: fc.oneof({ maxDepth: 4 }, fc.constant(null), fc.string(), fc.array(tie('value')), tie('patch')),
  }));
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  fc.assert(
    fc.property(patch, fc.constantFrom(MERGE, STRATEGIC), (body, type) => {
      // A client's JSON has `__proto__` as a member of its own.
      const sent: unknown = JSON.parse(JSON.stringify(body));
      patched(object(), type, sent);
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    }),
  );
});

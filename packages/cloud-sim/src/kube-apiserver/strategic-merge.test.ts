import { expect, it } from 'vitest';
import type { JsonObject } from './json-object.ts';
import { strategicMerge } from './strategic-merge.ts';

const cases: { name: string; target: JsonObject; patch: JsonObject; result: JsonObject }[] = [
  {
    name: 'deletes an item by its key',
    target: { volumes: [{ name: 'a' }, { name: 'b' }] },
    patch: { volumes: [{ name: 'a', $patch: 'delete' }] },
    result: { volumes: [{ name: 'b' }] },
  },
  {
    name: 'replaces a list, and a map',
    target: { env: [{ name: 'a' }], labels: { a: '1' } },
    patch: { env: [{ name: 'b' }, { $patch: 'replace' }], labels: { b: '2', $patch: 'replace' } },
    result: { env: [{ name: 'b' }], labels: { b: '2' } },
  },
  {
    name: 'replaces lists that have no key, such as taints',
    target: { taints: [{ key: 'a' }] },
    patch: { taints: [{ key: 'b' }] },
    result: { taints: [{ key: 'b' }] },
  },
  {
    name: 'puts items into the order that is asked for',
    target: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: {
      containers: [{ name: 'c', image: 'x' }],
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
    },
    result: { containers: [{ name: 'c', image: 'x' }, { name: 'b' }, { name: 'a' }] },
  },
  {
    name: 'adds to and takes from lists of values',
    target: { finalizers: ['a', 'b'] },
    patch: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] },
    result: { finalizers: ['b', 'c'] },
  },
  {
    name: 'keeps only the keys that are named',
    target: { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
    patch: { strategy: { type: 'Recreate', $retainKeys: ['type'] } },
    result: { strategy: { type: 'Recreate' } },
  },
  {
    name: 'deletes what is null',
    target: { metadata: { labels: { a: '1', b: '2' } } },
    patch: { metadata: { labels: { a: null } } },
    result: { metadata: { labels: { b: '2' } } },
  },
];

it.each(cases)('$name', ({ target, patch, result }) => {
  expect(strategicMerge(structuredClone(target), patch)).toEqual(result);
});

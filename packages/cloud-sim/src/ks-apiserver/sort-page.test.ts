import { expect, it } from 'vitest';
import type { Metric, MetricValue } from './metric.ts';
import { pageMetrics, sortMetrics } from './sort-page.ts';

const series = (node: string, value?: number): MetricValue => ({
  metric: { node },
  ...(value !== undefined && { value: [1, value] }),
});
const vector = (name: string, ...result: MetricValue[]): Metric => ({ name, type: 'vector', result });
const sorting = { target: 'x', identifier: 'node', order: 'desc' } as const;
const nodesOf = (metric: Metric | undefined) => metric?.result.map(({ metric: labels }) => labels?.['node']);

it('puts equal values in the order of names, what is no number behind, and names without a value last', () => {
  const x = vector('x', series('d', Number.NaN), series('c', 1), series('b', 1), series('a', 5));
  const y = vector('y', series('z', 0), series('a', 0));
  const { results, totalItem } = sortMetrics({ results: [y, x] }, sorting, true);
  expect(results?.map(nodesOf)).toEqual([
    ['a', undefined, undefined, undefined, 'z'],
    ['a', 'b', 'c', 'd', undefined],
  ]);
  expect(totalItem).toBe(5);
});

it('leaves alone what failed', () => {
  const failed: Metric = { name: 'x', result: [series('b'), series('a')], error: 'down' };
  expect(sortMetrics({ results: [failed] }, sorting, true)).toMatchObject({
    results: [failed],
    totalItem: 0,
  });
});

it('counts a name that comes twice once from v3.3.0 on, and panics before', () => {
  const twice = vector('x', series('a', 2), series('a', 1));
  expect(nodesOf(sortMetrics({ results: [twice] }, sorting, true).results?.[0])).toEqual(['a']);
  expect(() => sortMetrics({ results: [twice] }, sorting, false)).toThrow('index out of range');
});

it('cuts pages', () => {
  const x = vector('x', series('a', 3), series('b', 2), series('c', 1));
  const sorted = sortMetrics({ results: [x] }, sorting, true);
  const page = pageMetrics(sorted, 2, 2);
  expect([nodesOf(page.results?.[0]), page.page, page.totalPage]).toEqual([['c'], 2, 2]);
  expect(nodesOf(pageMetrics(sorted, 3, 2).results?.[0])).toEqual([]);
});

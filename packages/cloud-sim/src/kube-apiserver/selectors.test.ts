import { expect, it } from 'vitest';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';

const labels = { app: 'nginx', tier: 'front', 'node-role.kubernetes.io/edge': '' };

it.each([
  ['', true],
  ['app=nginx', true],
  ['app==nginx,tier=front', true],
  ['app!=nginx', false],
  ['zone!=a', true],
  ['app in (nginx,redis),tier', true],
  ['app notin (nginx)', false],
  ['zone notin (a)', true],
  ['node-role.kubernetes.io/edge', true],
  ['node-role.kubernetes.io/edge=', true],
  ['app in(nginx),!zone', true],
  ['!tier', false],
  ['!zone', true],
])('the label selector "%s" gives %s', (text, expected) => {
  expect(parseLabelSelector(text)?.(labels)).toBe(expected);
});

it('does not read what is no selector', () => {
  expect(parseLabelSelector('a=b=c')).toBeUndefined();
  expect(parseFieldSelector('spec.nodeName')).toBeUndefined();
});

it('takes field terms in any order, as kubectl sends them in any order', () => {
  const select = parseFieldSelector('status.phase!=Failed,spec.nodeName=edge-1,status.phase!=Succeeded');
  expect(select?.({ 'spec.nodeName': 'edge-1', 'status.phase': 'Running' })).toBe(true);
  expect(select?.({ 'spec.nodeName': 'edge-1', 'status.phase': 'Failed' })).toBe(false);
});

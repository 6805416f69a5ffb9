import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { formatAction, parseAction } from './action.ts';

describe('an action in words', () => {
  it.each([
    'docker edge-node-1 20.10.24',
    'edgecore edge-node-1 v1.6.2',
    'restart edgecore edge-node-1',
    'restart docker edge-node-1',
    'restart cloudcore',
    'dnat add 10350',
    'dnat del 10350',
    'dnat add 10350 PREROUTING',
    'hostnetwork metrics-server on',
    'hostnetwork metrics-server off',
    'stop edgecore edge-node-1',
    'start edgecore edge-node-1',
    'edgestream edge-node-1 on',
    'edgestream edge-node-1 off',
    'nodeip edge-node-1 10.66.0.11',
    'edgedport edge-node-1 10355',
    'streamcert cloud',
    'streamcert cloud-and-edges',
    'metrics-server --kubelet-insecure-tls --metric-resolution=15s',
  ])('%s is read and written alike', (text) => {
    expect(formatAction(parseAction(text.split(' ')))).toBe(text);
  });

  it.each([
    '',
    'stop cloudcore now',
    'edgestream edge-node-1 maybe',
    'nodeip edge-node-1 10.66.0',
    'edgedport edge-node-1 010',
    'streamcert all',
    'dnat add 10350 INPUT',
    'dnat add 10350 OUTPUT twice',
    'hostnetwork cloudcore on',
    'streamcert cloud twice',
    'metrics-server',
  ])('%j is refused with the forms there are', (text) => {
    expect(() => parseAction(text.split(' ').filter(Boolean))).toThrow(UsageError);
  });
});

import { describe, expect, it } from 'vitest';
import { runCli } from '../cli.test-support.ts';

describe('up --kubeconfig', () => {
  it.each([
    ['--docker-host', '/var/run/docker.sock'],
    ['--metrics-server', 'v0.9.0'],
    ['--as-host', 'edge-node-1'],
    ['--anonymous'],
    ['--external-metrics-server'],
  ])('refuses %s, which would have no effect', async (...words) => {
    const { exitCode, error } = await runCli(['up', 'missing-pod-metrics', '--kubeconfig', 'any', ...words]);
    expect(exitCode).toBe(2);
    expect(error).toContain(`Got ${words[0]} together with --kubeconfig, where it has no effect`);
  });
});

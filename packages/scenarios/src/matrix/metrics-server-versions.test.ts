import { metricsServerTags } from '@kubeedge-sim/cloud-sim';
import { describe, expect, it } from 'vitest';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import { openCluster } from '../open-cluster.ts';
import { runScenario } from '../run.ts';
import type { Cell } from '../scenario.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;

const cellOf = (metricsServer: string): Cell => ({ ...missingPodMetrics.defaults, metricsServer });

describe('the founding fault and its cures with every metrics-server', () => {
  it.each(metricsServerTags)('%s', async (tag) => {
    const { outcome, causes, cures, observations, control } = await runScenario(
      missingPodMetrics,
      cellOf(tag),
      { ...memory, open: (...args) => openCluster(...args, memory) },
    );
    expect({ outcome, causes: causes.map(({ id }) => id) }).toEqual({
      outcome: 'symptom',
      causes: ['engine-refuses-cadvisor'],
    });
    expect(cures.map(({ id, cleared }) => ({ id, cleared }))).toEqual([
      { id: 'docker', cleared: true },
      { id: 'edgecore', cleared: true },
    ]);
    expect(control?.unchanged).toBe(true);
    const facts = (id: string) => observations.find((seen) => seen.id === id)?.facts;
    // Without the port of the Node's status only one port can be asked for: the tunnel's, which the cloud node lacks.
    const cloud = tag.startsWith('v0.3.') ? [] : ['master-1'];
    expect(facts('top-node')?.['nodesWithMetrics']).toEqual(['edge-node-1', 'edge-node-2', ...cloud]);
    expect(facts('top-cloud-pod')).toEqual({ hasMetrics: cloud.length > 0 });
    expect(facts('top-edge-pod')).toEqual({
      hasMetrics: false,
      message:
        'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nginx-7848d4b86f-x2wqz" not found',
    });
  });
});

describe('a cluster all of whose pods are on affected edges', () => {
  /** The founding cluster with the same Docker everywhere, and nothing to run in the cloud. */
  const everywhere: typeof missingPodMetrics = {
    ...missingPodMetrics,
    describe(cell, nowMs) {
      const description = missingPodMetrics.describe(cell, nowMs);
      const { cloud, edges } = description;
      return {
        ...description,
        cloud: { ...cloud, machine: { ...cloud.machine, pods: [] } },
        edges: edges.map((edge) => ({ ...edge, docker: cell.docker })),
      };
    },
  };

  it.each([
    // Ready with nodes alone: nodes are answered for, and the list of pods is empty.
    ['v0.8.1', 0, 'edge-node-1', [true]],
    // Ready with both only: its Service has no endpoint, its APIService is not available.
    [
      'v0.9.0',
      1,
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
      [],
    ],
  ] as const)('%s: top node exits with %i', async (tag, exitCode, says, becameReady) => {
    const cluster = await openCluster(everywhere, cellOf(tag), memory);
    const top = await cluster.world.run(async () => {
      await everywhere.settle(cluster);
      return cluster.kubectl(['top', 'node']);
    });
    const ready = cluster.world.trace.of('service.ready').map(({ detail }) => detail.ready);
    const lines = cluster.log('master-1', 'metrics-server', 2).filter((line) => line.includes('storage.go'));
    await cluster.world[Symbol.asyncDispose]();
    expect(top.exitCode).toBe(exitCode);
    expect(top.stdout + top.stderr).toContain(says);
    expect(ready).toEqual(becameReady);
    if (tag === 'v0.9.0') {
      expect(lines.at(-1)).toContain(
        'storage.go:106] "Metric storage is not ready, pod metrics are missing, this may indicate a container-runtime or kubelet issue" nodeMetrics=true podMetrics=false',
      );
    }
  });
});

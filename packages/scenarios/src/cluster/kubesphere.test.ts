import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createObjectStore } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { observeConsole } from '../catalog/console-looks.ts';
import { CLOUD_NODE, describeFoundingCluster, EDGE, EDGE_POD } from '../catalog/founding-cluster.ts';
import { settleCluster } from '../catalog/metrics-path.ts';
import { endpointsOf } from '../control/world-json.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription, KubesphereDescription } from './description.ts';
import { declareHosts } from './hosts.ts';
import { startKubesphere } from './kubesphere.ts';
import { startLocalCluster } from './local-cluster.ts';

const NODES = '/kapis/monitoring.kubesphere.io/v1alpha3/nodes?metrics_filter=node_cpu_total%24';

async function cluster(
  world: World,
  docker: string,
  kubesphere: Partial<KubesphereDescription> = {},
  rest: Partial<ClusterDescription> = {},
) {
  const cell = { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker, metricsServer: 'v0.4.2' };
  const founding = describeFoundingCluster(cell, world.clock.now());
  const description = { ...founding, kubesphere: { version: 'v3.1.0', ...kubesphere }, ...rest };
  return world.own(await startLocalCluster(world, description));
}

async function shown(one: Cluster): Promise<Record<string, unknown>> {
  await settleCluster(one);
  const looks = await observeConsole(one);
  return Object.assign({}, ...looks.map(({ facts }) => facts)) as Record<string, unknown>;
}

describe('the console', () => {
  test('shows figures of the edge node and none of its pods with Docker 18.09.1', async () => {
    await using world = createMemoryWorld();
    await world.run(async () => {
      const one = await cluster(world, '18.09.1');
      expect(await shown(one)).toEqual({ edgeNodeHasMetrics: true, podsWithMetrics: [] });
      const lines = one.log(CLOUD_NODE, 'ks-apiserver', 0);
      expect(lines).toEqual([]);
    });
  });

  test('shows both with Docker 20.10.24', async () => {
    await using world = createMemoryWorld();
    await world.run(async () => {
      const { podsWithMetrics, ...nodes } = await shown(await cluster(world, '20.10.24'));
      expect(nodes).toEqual({ edgeNodeHasMetrics: true });
      expect(podsWithMetrics).toHaveLength(3);
      expect(podsWithMetrics).toContain(EDGE_POD.name);
    });
  });
});

test('refuses a release that is not known', async () => {
  await using world = createMemoryWorld();
  const cell = { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '20.10.24', metricsServer: 'v0.4.2' };
  const founding = describeFoundingCluster(cell, world.clock.now());
  const hosts = declareHosts(world, founding);
  const store = createObjectStore(() => world.clock.now());
  const parts = { store, apiserver: { address: hosts.cloud.address, port: 6_443 } };
  const started = startKubesphere(world, hosts, { ...founding, kubesphere: { version: 'v4.1.2' } }, parts);
  await expect(started).rejects.toThrow(/KubeSphere v4\.1\.2.*v3\.1\.0/);
});

test('joining is asked of EdgeWatcher', async () => {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const one = await cluster(world, '20.10.24', {}, { edgeWatcher: { version: 'v0.1.0' } });
    const join = '/kapis/kubeedge.kubesphere.io/v1alpha1/nodes/join';
    const asked = async (query: string) =>
      JSON.parse((await one.curl(CLOUD_NODE, `http://127.0.0.1:9090${join}?${query}`)).stdout) as object;
    expect(await asked('node_name=new&node_ip=10.66.0.11')).toMatchObject({
      code: 400,
      message: 'Node IP 10.66.0.11 in use',
    });
    expect(await asked('node_name=new&node_ip=10.66.0.99')).toMatchObject({ status: 'Succeeded' });
  });
});

test('a client outside reaches it, and it a Prometheus of the machine', async () => {
  const prometheus = createServer((request, response) => {
    request
      .resume()
      .once('end', () =>
        response.end(
          '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"node":"x"},"value":[1,"7"]}]}}',
        ),
      );
  });
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  const { port } = prometheus.address() as AddressInfo;
  try {
    await using world = await createLoopbackWorld();
    const one = await cluster(world, '20.10.24', { prometheus: `http://127.0.0.1:${port}` });
    const url = endpointsOf(one).ksApiserver;
    expect(url).toBe(`http://${one.host(CLOUD_NODE).address}:9090`);
    const body = (await (await fetch(`${url}${NODES}`)).json()) as { results: unknown[] };
    expect(body.results).toMatchObject([
      { metric_name: 'node_cpu_total', data: { result: [{ metric: { node: 'x' }, value: [1, '7'] }] } },
    ]);
    const list = await fetch(
      `${url}/kapis/resources.kubesphere.io/v1alpha3/nodes?labelSelector=node-role.kubernetes.io%2Fedge%3D&sortBy=createTime&limit=10`,
    );
    const { items, totalItems } = (await list.json()) as {
      items: { metadata: { name: string } }[];
      totalItems: number;
    };
    expect([totalItems, items.map(({ metadata }) => metadata.name)]).toEqual([2, ['edge-node-2', EDGE]]);
  } finally {
    prometheus.close();
    prometheus.closeAllConnections();
  }
});

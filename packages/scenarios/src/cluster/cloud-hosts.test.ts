import { createObjectStore, iptablesType, type ObjectStore, tunnelPortsIn } from '@kubeedge-sim/cloud-sim';
import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { expect, test } from 'vitest';
import { healthyCell } from '../catalog/detour-scenario.ts';
import { EDGE } from '../catalog/founding-cluster.ts';
import { settleCluster } from '../catalog/metrics-path.ts';
import { describeTwoApiservers, describeTwoCloudcores } from '../catalog/several-hosts.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import { startLocalCluster } from './local-cluster.ts';

const cell = (tag: string) => ({ ...healthyCell, edgecore: tag, cloudcore: tag });

async function inCluster(
  describe: (nowMs: number) => ClusterDescription,
  body: (cluster: Cluster, store: ObjectStore) => Promise<void>,
): Promise<void> {
  await using world = createMemoryWorld({ seed: 1 });
  await world.run(async () => {
    const store = createObjectStore(() => world.clock.now());
    const cluster = world.own(await startLocalCluster(world, describe(world.clock.now()), { store }));
    await settleCluster(cluster);
    await body(cluster, store);
  });
}

const jumps = 2;

test('an external manager keeps the rules of every host of the cloud, with all cloudcores in them', async () => {
  const describe = (nowMs: number): ClusterDescription => {
    const { cloudHosts = [], ...two } = describeTwoCloudcores(cell('v1.9.0'), nowMs);
    const master = { name: 'master-2', address: '192.168.0.140', apiserver: true };
    return { ...two, cloudHosts: [...cloudHosts, master], iptablesManager: 'external' };
  };
  await inCluster(describe, async (cluster, store) => {
    const rules = cluster.host('master-2').nat.rules;
    expect(rules).toHaveLength(jumps + 2);
    for (const name of ['master-1', 'cloud-2']) expect(cluster.host(name).nat.rules).toEqual(rules);
    expect(
      cluster.events().some(({ kind, component }) => kind === 'cloudcore.nat' && component === 'cloudcore'),
    ).toBe(false);
    // What a person writes into the ConfigMap is honoured within ten seconds.
    const tunnelPorts = tunnelPortsIn(store);
    const port = { 10351: true, 10352: true };
    expect(tunnelPorts.read()).toEqual({
      ipTunnelPort: { '192.168.0.139': 10_351, '192.168.0.141': 10_352 },
      port,
    });
    tunnelPorts.write({ ipTunnelPort: { '192.168.0.141': 10_352 }, port });
    await cluster.world.clock.sleep(10_000);
    for (const name of ['master-1', 'cloud-2', 'master-2']) {
      expect(cluster.host(name).nat.rules.slice(jumps)).toEqual([
        '-A TUNNEL-PORT -p tcp -m tcp --dport 10352 -j DNAT --to-destination 192.168.0.141:10003',
      ]);
    }
  });
});

test('each cloudcore has its own tunnel port, and the Node of an edge the one of its tunnel', async () => {
  await inCluster(
    (nowMs) => describeTwoCloudcores(cell('v1.9.0'), nowMs),
    async (cluster) => {
      const ports = cluster
        .events()
        .flatMap((event) =>
          event.kind === 'cloudcore.tunnel-port' ? [[event.host, event.detail.port]] : [],
        );
      expect(ports).toEqual([
        ['master-1', 10_351],
        ['cloud-2', 10_352],
      ]);
      const sessions = cluster
        .events()
        .flatMap((event) => (event.kind === 'tunnel.session' ? [[event.detail.hostname, event.host]] : []));
      expect(new Set(sessions.map(([, host]) => host)).size).toBe(2);
      expect((await cluster.kubectl(['top', 'node'])).stdout).not.toContain('unknown');
    },
  );
});

test('the balancer hands calls to one API server after the other, each with the rules of its own host', async () => {
  await inCluster(
    (nowMs) => describeTwoApiservers(cell('v1.6.1'), nowMs),
    async (cluster) => {
      const before = cluster.events().length;
      for (let call = 0; call < 4; call++) {
        const { exitCode } = await cluster.kubectl([
          'get',
          '--raw',
          `/api/v1/nodes/${EDGE}/proxy/stats/summary`,
        ]);
        expect(exitCode).toBe(0);
      }
      const proxied = cluster
        .events()
        .slice(before)
        .filter(({ kind }) => kind === 'apiserver.proxy');
      expect(proxied.map(({ host }) => host).sort()).toEqual([
        'master-1',
        'master-1',
        'master-2',
        'master-2',
      ]);
      const used = cluster.host('master-2').iptables.run(['-t', 'nat', '-nvL', 'OUTPUT', '1']).stdout;
      expect(used).toMatch(/^ +2 +120 DNAT /);
    },
  );
});

const seconds = 1_000;

test('EdgeWatcher has an agent on every host that its placement fits, and rules there', async () => {
  const taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
  const describe = (nowMs: number): ClusterDescription => ({
    ...describeTwoApiservers(cell('v1.6.1'), nowMs),
    streamCertificate: 'chart',
    edgeWatcher: { version: 'v0.1.0' },
    cloudHosts: [
      {
        name: 'master-2',
        address: '192.168.0.140',
        apiserver: true,
        taints: [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }],
      },
      { name: 'db-1', address: '192.168.0.142', taints },
      { name: 'gateway-1', address: '192.168.0.143', labels: { 'node-role.kubernetes.io/edge': '' } },
    ],
  });
  await inCluster(describe, async (cluster, store) => {
    const { clock } = cluster.world;
    const rules = (host: string) => cluster.host(host).nat.rules;
    const agents = () =>
      store
        .pods('kubeedge')
        .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'iptables')
        .map(({ spec, status }) => `${spec.nodeName} ${status.hostIP}`)
        .toSorted();
    expect(agents()).toEqual(['master-1 192.168.0.139', 'master-2 192.168.0.140']);
    expect(rules('master-1')).toEqual(
      ['10.66.0.11', '10.66.0.12'].flatMap((edge) =>
        [10_350, 10_250].map(
          (port) =>
            `-A OUTPUT -d ${edge}/32 -p tcp -m tcp --dport ${port} -j DNAT --to-destination 192.168.0.139:30003`,
        ),
      ),
    );
    expect(rules('master-2')).toEqual(rules('master-1'));
    expect([...rules('db-1'), ...rules('gateway-1')]).toEqual([]);

    // Both API servers reach the edge: a call each, by the rules of their own hosts.
    for (let call = 0; call < 2; call++) {
      const path = `/api/v1/nodes/${EDGE}/proxy/stats/summary`;
      expect(await cluster.kubectl(['get', '--raw', path])).toMatchObject({ exitCode: 0 });
    }
    const used = cluster.events().flatMap((event) => {
      const asked = cluster.events().find(({ id }) => id === event.parent);
      return event.kind === 'net.connect' && asked?.kind === 'apiserver.proxy'
        ? [`${event.host} ${event.detail.rule}`]
        : [];
    });
    const [logRule] = rules('master-1');
    expect(used.toSorted()).toEqual([`master-1 ${logRule}`, `master-2 ${logRule}`]);

    // Whoever tolerates the taint gets a pod, and rules; whoever is selected no more loses both.
    const iptables = store.of(iptablesType);
    const deployed = iptables.get('iptables', 'kubeedge');
    if (deployed === undefined) throw new Error('no IPTables');
    const tolerations = [...(deployed.spec.tolerations ?? []), { key: 'dedicated', operator: 'Exists' }];
    iptables.put({ ...deployed, spec: { ...deployed.spec, tolerations } });
    await clock.sleep(2 * seconds);
    expect(rules('db-1')).toEqual(rules('master-1'));
    iptables.put({
      ...deployed,
      spec: { ...deployed.spec, nodeSelector: { 'node-role.kubernetes.io/master': '' } },
    });
    await clock.sleep(2 * seconds);
    expect(rules('db-1')).toEqual([]);
    expect(agents()).toEqual(['master-1 192.168.0.139', 'master-2 192.168.0.140']);

    // A taint that comes later leaves the pod alone, unless it says otherwise.
    const taint = (effect: string) => {
      const node = store.node('master-1');
      if (node === undefined) throw new Error('no Node master-1');
      store.put({ ...node, spec: { ...node.spec, taints: [{ key: 'dedicated', effect }] } });
    };
    taint('NoSchedule');
    await clock.sleep(2 * seconds);
    expect(rules('master-1')).toHaveLength(4);
    taint('NoExecute');
    await clock.sleep(2 * seconds);
    expect(agents()).toEqual(['master-2 192.168.0.140']);
    expect(rules('master-1')).toEqual([]);
    expect(rules('master-2')).toHaveLength(4);
  });
});

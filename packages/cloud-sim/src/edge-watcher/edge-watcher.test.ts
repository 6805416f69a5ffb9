import { createMemoryWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { startEdgeWatcherAgents } from '../edge-watcher-agent/daemon-set.ts';
import { createObjectStore, type ObjectStore } from '../kube-apiserver/object-store.ts';
import { secretBytes } from '../kube-apiserver/secret-store.ts';
import { startEdgeWatcher } from './edge-watcher.ts';
import { iptablesRulesType, iptablesType } from './resource-types.ts';

const second = 1_000;
/** A round of EdgeWatcher, and the longest a kubelet takes. */
const untilRules = 15 * second + 90 * second;

interface Site {
  world: World;
  host: Host;
  store: ObjectStore;
  addEdge(name: string, address: string): void;
  /** `address:port` of the rules, in their order. */
  rules(): string[];
  log(component: string): string[];
}

async function inSite(body: (site: Site) => Promise<void>): Promise<void> {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const host = world.net.host({ name: 'master-1', address: '192.168.0.139' });
    const store = createObjectStore(() => world.clock.now());
    const metadata = { name: 'iptables', namespace: 'kubeedge' };
    store.register(iptablesRulesType);
    store.register(iptablesType).put({ metadata, spec: {} });
    world.own(
      await startEdgeWatcher(world, host, {
        version: 'v0.1.0',
        apiserver: { address: host.address, port: 6443 },
        store,
        settings: { version: 'v1.6.1', region: 'zh' },
        destination: { address: host.address, port: 30_003 },
      }),
    );
    const traits = { labels: {}, taints: [] };
    const agents = startEdgeWatcherAgents(world, { store, hosts: [{ node: 'master-1', host, traits }] });
    world.own({ [Symbol.asyncDispose]: async () => agents[Symbol.dispose]() });
    await body({
      world,
      host,
      store,
      addEdge(name, address) {
        const common = { createdAtMs: world.clock.now(), containerRuntimeVersion: 'docker://20.10.24' };
        const kubeletVersion = 'v1.19.3-kubeedge-v1.6.1';
        store.describe({ nodes: [{ ...common, name, address, kubeletVersion, roles: ['agent', 'edge'] }] });
      },
      rules: () =>
        host.nat.rules.map((rule) => rule.replace(/^.* -d (\S+)\/32 .* --dport (\d+) .*$/, '$1:$2')),
      log: (wanted) =>
        world.trace
          .of('log')
          .filter(({ component }) => component === wanted)
          .map(({ detail }) => detail.message),
    });
  });
}

const both = (address: string) => [`${address}:10350`, `${address}:10250`];

describe('EdgeWatcher', () => {
  it('makes rules for an edge in its next round, and agents have them when their kubelet syncs', () =>
    inSite(async ({ world, store, addEdge, rules, log }) => {
      await world.clock.sleep(5 * second);
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(9 * second);
      expect(store.of(iptablesRulesType).list()).toEqual([]);
      await world.clock.sleep(2 * second);
      expect(store.of(iptablesRulesType).get('edge-watcher', 'kubeedge')?.spec.rules).toEqual(
        ['10350', '10250'].map((port) => ({
          table: 'nat',
          chain: 'OUTPUT',
          jump: 'DNAT',
          protocol: 'TCP',
          source_ip: '10.66.0.11',
          source_port: port,
          destination_ip: '192.168.0.139',
          destination_port: '30003',
        })),
      );
      const text = secretBytes(store.secrets.get('kubeedge', 'iptables'), 'iptables.conf');
      expect(JSON.parse(Buffer.from(text ?? '').toString()).iptables).toHaveLength(2);
      expect(rules()).toEqual([]);
      await world.clock.sleep(90 * second);
      expect(rules()).toEqual(both('10.66.0.11'));
      expect(log('edge-watcher')).toEqual([
        'Edge service running',
        'Add edge node: edge-1 10.66.0.11',
        'Get IPTablesRules edge-watcher error iptablesrules.kubeedge.kubesphere.io "edge-watcher" not found',
        'Edge node 10.66.0.11 log not routed',
        'Edge node 10.66.0.11 metrics not routed',
        'Syncing IPTablesRules',
        'Update IPTablesRules error iptablesrules.kubeedge.kubesphere.io "edge-watcher" not found',
        'Update IPTablesRules failed iptablesrules.kubeedge.kubesphere.io "edge-watcher" not found',
        'Create IPTablesRules success',
        'IPTablesRules match edge nodes, no need to sync',
      ]);
    }));

  it('loses the rules of both nodes of an address with either of them', () =>
    inSite(async ({ world, store, addEdge, rules, log }) => {
      addEdge('edge-1', '10.66.0.11');
      addEdge('edge-2', '10.66.0.11');
      addEdge('edge-3', '10.66.0.13');
      await world.clock.sleep(untilRules);
      expect(rules()).toEqual([...both('10.66.0.11'), ...both('10.66.0.13')]);
      store.deleteNode('edge-1');
      await world.clock.sleep(untilRules);
      expect(rules()).toEqual(both('10.66.0.13'));
      expect(world.trace.of('edge-watcher.node').map(({ detail }) => detail)).toEqual([
        { node: 'edge-1', address: '10.66.0.11', change: 'added' },
        { node: 'edge-2', address: '10.66.0.11', change: 'added', duplicate: true },
        { node: 'edge-3', address: '10.66.0.13', change: 'added' },
        { node: 'edge-1', address: '10.66.0.11', change: 'deleted', duplicate: true },
      ]);
      expect(log('edge-watcher')).toContain('IPTablesRule 0 source IP invalid');
      store.deleteNode('edge-2');
      expect(log('edge-watcher').at(-1)).toBe('Deleted edge node edge-2(10.66.0.11) not exist');
    }));

  it('does not hear of an address that changes, and keeps the rules of the old one for good', () =>
    inSite(async ({ world, store, addEdge, rules, log }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      store.heartbeat('edge-1', { addresses: [{ type: 'InternalIP', address: '10.66.0.99' }] });
      await world.clock.sleep(untilRules);
      expect(rules()).toEqual(both('10.66.0.11'));
      store.deleteNode('edge-1');
      await world.clock.sleep(untilRules);
      expect(log('edge-watcher')).toContain('Deleted edge node edge-1(10.66.0.99) not exist');
      expect(rules()).toEqual(both('10.66.0.11'));
    }));

  it('mends an object that somebody has emptied, and rules that say nothing', () =>
    inSite(async ({ world, store, addEdge, rules }) => {
      addEdge('edge-1', '10.66.0.11');
      const metadata = { name: 'edge-watcher', namespace: 'kubeedge' };
      for (const spec of [{}, { rules: [{}] }]) {
        store.of(iptablesRulesType).put({ metadata, spec });
        await world.clock.sleep(untilRules);
        expect(rules()).toEqual(both('10.66.0.11'));
      }
    }));

  it('mends rules that somebody has changed in the API', () =>
    inSite(async ({ world, store, addEdge, rules }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      const objects = store.of(iptablesRulesType);
      const present = objects.get('edge-watcher', 'kubeedge');
      if (present === undefined) throw new Error('no IPTablesRules');
      objects.put({ ...present, spec: { rules: (present.spec.rules ?? []).slice(0, 1) } });
      await world.clock.sleep(untilRules);
      expect(objects.get('edge-watcher', 'kubeedge')?.spec.rules).toHaveLength(2);
      expect(rules()).toEqual(both('10.66.0.11'));
    }));
});

describe('its agent', () => {
  const podOf = (store: ObjectStore) => store.pods('kubeedge')[0]?.metadata.name ?? '';

  it('does not mend rules that somebody flushes, but a new pod brings them back', () =>
    inSite(async ({ world, host, store, addEdge, rules }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      host.iptables.run(['-t', 'nat', '-F', 'OUTPUT']);
      await world.clock.sleep(10 * untilRules);
      expect(rules()).toEqual([]);
      const pod = podOf(store);
      expect(pod).toMatch(/^iptables-[a-z0-9]{5}$/);
      store.deletePod('kubeedge', pod);
      await world.clock.sleep(5 * second);
      expect(rules()).toEqual(both('10.66.0.11'));
      expect(podOf(store)).not.toBe(pod);
    }));

  it('takes its rules away when it ends, copies of them too, and leaves others alone', () =>
    inSite(async ({ world, host, store, addEdge, rules, log }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      const to = { address: '192.168.0.139', port: 30_003 };
      const rule = { chain: 'OUTPUT', destination: '10.66.0.11', dport: 10_350, to } as const;
      host.nat.append(rule);
      host.nat.append({ ...rule, destination: '10.66.0.12' });
      store.deletePod('kubeedge', podOf(store));
      expect(rules()).toEqual(['10.66.0.12:10350']);
      expect(log('edge-watcher-agent').slice(-2)).toEqual(['Exiting...', 'Received exit signal...']);
      expect(world.trace.of('edge-watcher-agent.rules').at(-1)?.detail).toMatchObject({
        why: 'exit',
        added: [],
      });
    }));

  it('ends with a pod that is deleted gracefully, as a client does', () =>
    inSite(async ({ world, store, addEdge, rules }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      const pod = store.pod('kubeedge', podOf(store));
      if (pod === undefined) throw new Error('no pod');
      const deletionTimestamp = '2021-06-10T08:02:00Z';
      store.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
      expect([rules(), store.pods('kubeedge')]).toEqual([[], []]);
      await world.clock.sleep(5 * second);
      expect(rules()).toEqual(both('10.66.0.11'));
    }));

  it('is there as long as IPTables/iptables is', () =>
    inSite(async ({ world, store, addEdge, rules }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      store.of(iptablesType).delete('iptables', 'kubeedge');
      expect(rules()).toEqual([]);
      expect(store.pods('kubeedge')).toEqual([]);
      expect(store.secrets.get('kubeedge', 'iptables')).toBeUndefined();
      await world.clock.sleep(untilRules);
      expect(store.pods('kubeedge')).toEqual([]);
      store.of(iptablesType).put({ metadata: { name: 'iptables', namespace: 'kubeedge' }, spec: {} });
      await world.clock.sleep(2 * second);
      expect(rules()).toEqual(both('10.66.0.11'));
    }));

  it('stays with the rules it has when its file cannot be read', () =>
    inSite(async ({ world, store, addEdge, rules, log }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      store.secrets.put('kubeedge', 'iptables', () => ({ 'iptables.conf': Buffer.from('{') }));
      await world.clock.sleep(90 * second);
      expect(log('edge-watcher-agent').at(-1)).toMatch(/^Read iptables\.conf error: /);
      expect(rules()).toEqual(both('10.66.0.11'));
    }));

  it('says of a file that is none of its own what is wrong, and stays with the rules it has', () =>
    inSite(async ({ world, store, addEdge, rules, log }) => {
      addEdge('edge-1', '10.66.0.11');
      await world.clock.sleep(untilRules);
      for (const text of ['{"iptables":5}', '[]', '{"iptables":[{"table":5}]}']) {
        store.secrets.put('kubeedge', 'iptables', () => ({ 'iptables.conf': Buffer.from(text) }));
        await world.clock.sleep(untilRules);
        expect(log('edge-watcher-agent').at(-1)).toContain(
          'Read iptables.conf error: json: cannot unmarshal',
        );
        expect(rules()).toEqual(both('10.66.0.11'));
      }
      // A rule without anything in it is one that iptables does not take.
      for (const [text, left] of [
        ['{"iptables":[null]}', []],
        ['null', []],
      ] as const) {
        store.secrets.put('kubeedge', 'iptables', () => ({ 'iptables.conf': Buffer.from(text) }));
        await world.clock.sleep(untilRules);
        expect(rules()).toEqual(left);
      }
    }));

  it('says what iptables does not take, and goes on with the next rule', () =>
    inSite(async ({ world, store, rules, log }) => {
      const rule = {
        table: 'nat',
        chain: 'OUTPUT',
        jump: 'DNAT',
        protocol: 'TCP',
        source_ip: '10.66.0.11',
        source_port: 'x',
        destination_ip: '192.168.0.139',
        destination_port: '30003',
      };
      const text = JSON.stringify({ iptables: [rule, { ...rule, source_port: '10350' }] });
      store.secrets.put('kubeedge', 'iptables', () => ({ 'iptables.conf': Buffer.from(text) }));
      await world.clock.sleep(90 * second);
      expect(rules()).toEqual(['10.66.0.11:10350']);
      const words =
        'OUTPUT -p TCP --dport x -d 10.66.0.11 -j DNAT --to-destination 192.168.0.139:30003 --wait';
      expect(log('edge-watcher-agent').slice(-2)).toEqual([
        expect.stringContaining(
          `Exists failed: running [/sbin/iptables -t nat -C ${words}]: exit status 2: iptables `,
        ),
        expect.stringContaining(
          `Append failed: running [/sbin/iptables -t nat -A ${words}]: exit status 2: iptables `,
        ),
      ]);
    }));
});

it('edgeservice keeps no rules', async () => {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const host = world.net.host({ name: 'master-1', address: '192.168.0.139' });
    const store = createObjectStore(() => world.clock.now());
    const running = world.own(
      await startEdgeWatcher(world, host, {
        version: 'edgeservice',
        apiserver: { address: host.address, port: 6443 },
        store,
        settings: { version: 'v1.9.2', region: 'zh' },
        destination: { address: host.address, port: 30_003 },
      }),
    );
    expect(running.release.proxyGroup).toBe('edgeruntime.kubesphere.io');
    expect(running.endpoint).toEqual({ address: '192.168.0.139', port: 8081 });
    expect(world.clock.pending()).toEqual([]);
  });
});

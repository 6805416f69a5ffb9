import { ADMIN, simToken } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, createMemoryWorld, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { healthyCell } from '../catalog/detour-scenario.ts';
import { CLOUD_NODE, CONTROL_EDGE, describeFoundingCluster, EDGE } from '../catalog/founding-cluster.ts';
import { main } from '../cli.ts';
import { duplicateInternalIp } from '../faults/duplicate-internal-ip.ts';
import { startCloud } from './cloud-half.ts';
import type { ClusterDescription, EdgeWatcherDescription } from './description.ts';
import { startEdges, surroundingsIn } from './edge-half.ts';
import { declareHosts, edgesOf } from './hosts.ts';
import { createObserver } from './observer.ts';
import { createPki } from './pki.ts';

const seconds = 1_000;

/** The founding cluster with an EdgeWatcher. On real time nobody wants to wait a minute for a kubelet. */
function describeWith(world: World, edgeWatcher: Partial<EdgeWatcherDescription> = {}): ClusterDescription {
  const sync = world.net.kind === 'memory' ? {} : { kubeletSyncSeconds: 1 };
  return {
    ...describeFoundingCluster(healthyCell, world.clock.now()),
    edgeWatcher: { version: 'v0.1.0', ...sync, ...edgeWatcher },
  };
}

/** A cloud that knows no edges, and edges that come when they are told to. */
async function startSite(world: World, description: ClusterDescription) {
  const hosts = declareHosts(world, description);
  const pki = await createPki(world, hosts.cloud, edgesOf(hosts, description));
  const cloud = world.own(await startCloud(world, hosts, { ...description, edges: [] }, pki));
  const observer = createObserver(world, hosts, description, cloud.apiserver);
  const surroundings = surroundingsIn(world, hosts, pki, description.edges);
  const rules = () => hosts.cloud.nat.rules.map((rule) => world.net.describe(rule));
  return {
    hosts,
    ...observer,
    rules,
    async join(name: string, ip: string) {
      const target = { address: hosts.cloud.address, port: 8081 };
      const path = `/api/v1alpha1/nodes/join?node_name=${name}&node_ip=${ip}&add_default_taint=true`;
      const response = await httpRequest(hosts.cloud, { target, path, component: 'ks-apiserver' });
      return JSON.parse(await response.text()) as { code: number; message?: string; data?: string };
    },
    async deleteNode(name: string) {
      const { status } = await httpRequest(hosts.cloud, {
        target: cloud.apiserver,
        method: 'DELETE',
        path: `/api/v1/nodes/${name}`,
        headers: { authorization: `Bearer ${simToken(world, ADMIN)}` },
        tls: { verify: false },
        component: 'kubectl',
      });
      expect(status).toBe(200);
    },
    async startEdge(name: string) {
      const edges = description.edges.filter((edge) => edge.name === name);
      const half = await startEdges(world, { ...surroundings, reportPods: true }, edges);
      let isOver = false;
      const stop = async () => {
        if (!isOver) await half[Symbol.asyncDispose]();
        isOver = true;
      };
      world.own({ [Symbol.asyncDispose]: stop });
      await observer.until(
        `${name} has its tunnel`,
        () =>
          world.trace
            .of('edgestream.tunnel')
            .some(({ host, detail }) => host === name && detail.state === 'open'),
        60 * seconds,
      );
      await observer.until(
        `${name} is registered`,
        () => world.trace.of('cloudhub.node-status').some(({ detail }) => detail.node === name),
        60 * seconds,
      );
      return { stop };
    },
    ruleCount: (count: number) =>
      observer.until(`${count} rules`, () => rules().length === count, 120 * seconds),
    /** Whose summary answers at an address. */
    async answerAt(address: string) {
      const { stdout } = await observer.curl(CLOUD_NODE, `https://${address}:10350/stats/summary`, {
        maxTimeSeconds: 10,
      });
      return stdout === '' ? undefined : (JSON.parse(stdout) as { node: { nodeName: string } }).node.nodeName;
    },
  };
}

const worlds = {
  memory: async () => createMemoryWorld(),
  loopback: () => createLoopbackWorld(),
} as const;

describe.each(Object.keys(worlds) as (keyof typeof worlds)[])('on the %s net, EdgeWatcher', (net) => {
  it('refuses a second node with an address; forced anyway, the later one answers for both', async () => {
    await using world = await worlds[net]();
    await world.run(async () => {
      const founding = describeWith(world);
      const site = await startSite(world, duplicateInternalIp.apply(founding, CONTROL_EDGE));
      const address = site.hosts.find(EDGE).address;
      // Two operators ask before either has joined: nothing is remembered of the first.
      const validated = [await site.join(EDGE, address), await site.join(CONTROL_EDGE, address)];
      expect(validated.map(({ code }) => code)).toEqual([200, 200]);
      expect(validated[1]?.data).toContain(
        `--edgenode-name ${CONTROL_EDGE} --edgenode-ip ${address} --token `,
      );
      expect(validated[1]?.data).toMatch(/ --with-edge-taint$/);

      const first = await site.startEdge(EDGE);
      expect(await site.ruleCount(2)).toBe(true);
      const described = world.net.describe(address);
      expect(site.rules()).toEqual(
        [10_350, 10_250].map(
          (port) =>
            `-A OUTPUT -d ${described}/32 -p tcp -m tcp --dport ${port} -j DNAT --to-destination 192.168.0.139:30003`,
        ),
      );
      expect(await site.answerAt(address)).toBe(EDGE);
      expect((await site.join(CONTROL_EDGE, address)).message).toBe(`Node IP ${address} in use`);
      expect((await site.join(EDGE, '10.99.0.1')).message).toBe(`Node name ${EDGE} in use`);

      // The second operator has the command already.
      await site.startEdge(CONTROL_EDGE);
      expect(await site.answerAt(address)).toBe(CONTROL_EDGE);
      const logged = site
        .log(CLOUD_NODE, 'edge-watcher', 0)
        .map((line) => line.slice('2021/06/10 08:00:00 '.length));
      expect(logged).toContain(`Added edge node ${CONTROL_EDGE}(${described}) already exist`);
      await site.scrapes(2);
      expect(site.log(CLOUD_NODE, 'metrics-server', 0).join('\n')).toContain(
        `duplicate node ${CONTROL_EDGE} received`,
      );
      expect(site.rules()).toHaveLength(2);

      // One of the two leaves, and the rules of both go with it.
      await first.stop();
      await site.deleteNode(EDGE);
      expect(await site.ruleCount(0)).toBe(true);
      expect(world.trace.of('edge-watcher.node').at(-1)?.detail).toEqual({
        node: EDGE,
        address: described,
        change: 'deleted',
        duplicate: true,
      });
      expect(await site.answerAt(address)).toBeUndefined();
    });
  }, 200_000);
});

it('shows the scenario of two nodes with one address on the cluster of KubeSphere 3.1.0', async () => {
  let out = '';
  const write = (text: string) => {
    out += text;
  };
  const versions = ['--preset', 'kubesphere-3.1.0', '--docker', '20.10.24'];
  const args = ['replay', 'duplicate-internal-ip', ...versions, '--expect', 'symptom', '--json'];
  const io = { out: write, error: write, colour: false, columns: 100 };
  expect(await main(args, io, AbortSignal.abort())).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'symptom' });
});

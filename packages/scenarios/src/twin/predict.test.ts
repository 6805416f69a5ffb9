import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCluster } from '../open-cluster.ts';
import { describeTwin } from './describe-twin.ts';
import { generateDump } from './generate-dump.test-support.ts';
import { placeNodes } from './place-nodes.ts';
import { type Prediction, predict } from './predict.ts';
import { predictionJson } from './prediction-json.ts';
import { predictionText } from './prediction-text.ts';
import { totalsOf } from './prediction-totals.ts';
import { readDump } from './read-dump.ts';
import { twinFacts, twinScenario } from './twin-scenario.ts';
import { chooseVersions } from './twin-versions.ts';

const FIXTURE = readFileSync(new URL('../../fixtures/twin/cluster.json', import.meta.url), 'utf8');
const read = (text: string) => readDump([{ name: 'cluster.json', text }]);
const seed = { seed: 1 };
const plain = { lang: 'en', colour: false, all: false } as const;
const nodeOf = ({ nodes }: Prediction, name: string) => nodes.find((node) => node.name === name);

/** A dump of edges given as kubeletVersion, runtime and what else their nodes have. */
function edgesDump(
  edges: Record<string, [kubelet: string, runtime: string, status?: object]>,
  ...more: object[]
) {
  const items = Object.entries(edges).map(
    ([name, [kubeletVersion, containerRuntimeVersion, status]], index) => ({
      kind: 'Node',
      metadata: { name },
      status: {
        addresses: [{ type: 'InternalIP', address: `10.66.0.${10 + index}` }],
        conditions: [{ type: 'Ready', status: 'True' }],
        nodeInfo: { kubeletVersion, containerRuntimeVersion },
        ...status,
      },
    }),
  );
  return read(JSON.stringify({ kind: 'List', items: [...items, ...more] }));
}
const NOT_READY = { conditions: [{ type: 'Ready', status: 'Unknown' }] };
const V161 = 'v1.19.3-kubeedge-v1.6.1';

describe('a dump of kubectl', () => {
  it('is built as it is: names, addresses, releases, engines, pods', () => {
    const dump = read(FIXTURE);
    const placement = placeNodes(dump);
    const versions = chooseVersions(placement, dump.pods, {});
    expect(versions).toMatchObject({
      cloudcore: { version: 'v1.6.1', from: { en: 'image of kubeedge/cloudcore-776ffcbbb9-6jcbw' } },
      metricsServer: { version: 'v0.4.2' },
    });
    const twin = describeTwin(placement, { versions, edges: placement.edges, nowMs: 1e12 });
    const { cloud, edges } = twin;
    expect(twin).toMatchObject({ kubernetes: 'v1.19.8', cloudcore: 'v1.6.1', dnatPorts: [10_350] });
    expect(cloud).toMatchObject({ name: 'master-1', address: '192.168.0.139', docker: '20.10.6' });
    expect(edges.map(({ name, address, edgecore, docker }) => [name, address, edgecore, docker])).toEqual([
      ['edge-a', '10.66.0.11', 'v1.6.1', '18.09.1'],
      ['edge-b', '10.66.0.12', 'v1.6.1', '20.10.24+dfsg1'],
      ['edge-c', '10.66.0.13', 'v1.6.1', '19.03.5'],
      // Two hosts of one net cannot have one address; the report says that these two do.
      ['edge-d', '198.18.0.1', 'v1.6.1', '19.03.5'],
      ['edge-f', '10.66.0.16', 'v1.6.1', '18.09.1'],
    ]);
    expect(edges.map(({ machine }) => machine.pods.map(({ name }) => name))).toEqual([
      ['nginx-7848d4b86f-x2wqz', 'sensor-agent'],
      ['nginx-7848d4b86f-k8s2m'],
      ['edge-proxy'],
      ['stand-in-on-edge-d'],
      ['nginx-7848d4b86f-99p6d'],
    ]);
    expect(edges[0]?.machine).toMatchObject({ cores: 2, memoryBytes: 3_944_780 * 1024 });
  });

  it('is predicted node by node, with the evidence of the play', async () => {
    const prediction = await predict(read(FIXTURE), seed);
    expect(
      prediction.nodes.map(({ name, verdict, metrics, pods }) => [name, verdict, metrics, pods]),
    ).toEqual([
      ['edge-a', 'symptom', { node: 'yes', pods: 'no' }, { running: 2, notRunning: 1, affected: 2 }],
      ['edge-b', 'healthy', { node: 'yes', pods: 'yes' }, { running: 1, notRunning: 0, affected: 0 }],
      [
        'edge-c',
        'shared-address',
        { node: 'unknown', pods: 'unknown' },
        { running: 1, notRunning: 0, affected: 0 },
      ],
      [
        'edge-d',
        'shared-address',
        { node: 'unknown', pods: 'unknown' },
        { running: 0, notRunning: 0, affected: 0 },
      ],
      [
        'edge-e',
        'not-affected',
        { node: 'unknown', pods: 'unknown' },
        { running: 0, notRunning: 0, affected: 0 },
      ],
      ['edge-f', 'not-ready', { node: 'no', pods: 'no' }, { running: 1, notRunning: 0, affected: 1 }],
    ]);
    const [play] = prediction.plays;
    expect(play).toMatchObject({ representative: 'edge-a', nodes: 2, outcome: 'symptom' });
    expect(play?.causes.map(({ id }) => id)).toEqual(['engine-refuses-cadvisor']);
    expect(play?.cures.map(({ id }) => id)).toEqual(['docker', 'edgecore']);
    const numbers = play?.evidence.map(({ id }) => id);
    expect(play?.causes[0]?.evidence.every((id) => numbers?.includes(id))).toBe(true);
    expect(play?.evidence.some(({ kind, host }) => kind === 'docker.request' && host === 'edge-a')).toBe(
      true,
    );
  });

  it('is told in both languages, and as JSON', async () => {
    const prediction = await predict(read(FIXTURE), seed);
    const english = predictionText(prediction, plain);
    expect(english).toContain('18 items = 8 nodes + 10 pods + 0 of other kinds + 0 unusable');
    expect(english).toContain('(played once for 2 nodes, as edge-a)');
    expect(english).toContain('Pod default/too-large: it is not scheduled');
    expect(english).toContain(
      '--edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 --metrics-server v0.4.2',
    );
    expect(predictionText(prediction, { ...plain, lang: 'zh' })).toContain('节点有监控，Pod 没有监控');
    const json = JSON.parse(predictionJson(prediction, 'zh')) as Record<string, unknown>;
    expect(json).toMatchObject({
      totals: { items: 18, nodes: { all: 8, edgesPlayed: 5, edgesNotPlayed: 1, cloud: 2, unplaced: 0 } },
      verdicts: { symptom: 1, healthy: 1 },
      podsWithoutNode: [{ namespace: 'default', name: 'too-large', reason: '尚未调度' }],
      cloud: [{ name: 'master-1' }, { name: 'worker-1', role: { id: 'beside' } }],
    });
  });
});

describe('a prediction', () => {
  it('says of each edge what a world of all edges together shows of it', async () => {
    const dump = edgesDump({
      a: [V161, 'docker://18.9.1'],
      b: [V161, 'docker://20.10.24+dfsg1'],
      c: ['v1.19.3-kubeedge-v1.6.2', 'docker://18.9.1'],
      d: ['v1.22.6-kubeedge-v1.12.1', 'docker://19.3.5'],
      e: [V161, 'docker://29.0.0'],
      f: ['v1.19.3-kubeedge-v1.5.0', 'docker://17.12.1-ce'],
    });
    const prediction = await predict(dump, seed);
    const { placement, versions } = prediction;
    for (const name of dump.nodes.map((node) => node.name)) {
      const scenario = twinScenario(
        (nowMs) => describeTwin(placement, { versions, edges: placement.edges, nowMs }),
        name,
      );
      const cell = { edgecore: V161, cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' };
      const cluster = await openCluster(scenario, cell, { seed: 1, net: 'memory', split: false });
      await using world = cluster.world;
      const facts = await world.run(async () => {
        await scenario.settle(cluster);
        return twinFacts(await scenario.observe(cluster));
      });
      const said = nodeOf(prediction, name)?.metrics;
      expect.soft([name, said?.node]).toEqual([name, facts.nodeHasMetrics ? 'yes' : 'no']);
      expect.soft([name, said?.pods]).toEqual([name, facts.podsWithMetrics.length > 0 ? 'yes' : 'no']);
    }
  });

  it('tells what not ready means: explained by the versions, or not; and ready only until a restart', async () => {
    const prediction = await predict(
      edgesDump({
        explained: [V161, 'docker://29.0.0', NOT_READY],
        'until-restart': [V161, 'docker://29.0.0'],
        away: [V161, 'docker://20.10.24', NOT_READY],
        'no-tunnel': ['v1.17.1-kubeedge-v1.2.1', 'docker://19.3.5', NOT_READY],
        remote: [V161, 'containerd://1.6.6', NOT_READY],
      }),
      { ...seed, cloudcore: 'v1.6.1' },
    );
    const told = prediction.nodes.map(({ name, verdict, reason, notes }) => [
      name,
      verdict,
      reason?.id,
      notes.map(({ id }) => id),
    ]);
    expect(told).toEqual([
      ['explained', 'other', undefined, []],
      ['until-restart', 'other', undefined, ['ready-until-restart']],
      ['away', 'not-ready', 'not-ready', []],
      ['no-tunnel', 'other', undefined, ['not-ready']],
      ['remote', 'not-affected', 'not-docker', ['not-ready']],
    ]);
    expect(nodeOf(prediction, 'away')?.reason?.text.en).toContain(
      'once it is back it and its pods would have',
    );
  });

  it('tells a node whose port its release would not have written', async () => {
    const port = { daemonEndpoints: { kubeletEndpoint: { Port: 10351 } } };
    const prediction = await predict(edgesDump({ a: [V161, 'docker://20.10.24', port] }), seed);
    expect(prediction.nodes[0]?.notes).toMatchObject([{ id: 'other-port' }]);
    expect(predictionText(prediction, plain)).toContain('kubelet port 10351');
  });

  it('uses the versions given, and refuses unknown ones', async () => {
    const dump = edgesDump({ a: ['v1.22.6-kubeedge-v1.12.1', 'docker://20.10.24'] });
    const prediction = await predict(dump, { ...seed, cloudcore: '1.12.3', metricsServer: '0.4.2' });
    expect(prediction.plays[0]?.cell).toMatchObject({ cloudcore: 'v1.12.3', metricsServer: 'v0.4.2' });
    expect(prediction.nodes[0]?.verdict).toBe('healthy');
    await expect(predict(dump, { ...seed, cloudcore: 'v9.9.9' })).rejects.toThrow(/9\.9\.9/);
    await expect(predict(dump, { ...seed, metricsServer: '9' })).rejects.toThrow(/metrics-server v9/);
  });

  it('plays hostile descriptions: odd quantities, addresses and pods, and a cloud of no known engine', async () => {
    const cloud = {
      kind: 'Node',
      metadata: { name: 'cloud-stand-in' },
      status: { nodeInfo: { kubeletVersion: 'v1.19.8', containerRuntimeVersion: 'docker://1' } },
    };
    const pod = {
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'constructor', uid: '../../etc', labels: { __proto__: 'x' } },
      spec: { nodeName: 'constructor', containers: [{ name: 'app', image: '\u001b[31m' }] },
      status: { phase: 'Running', podIP: 'fd00::1' },
    };
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      capacity: { cpu: '1e999999999', memory: '-5Gi' },
    };
    const dump = edgesDump(
      { constructor: [V161, 'docker://18.9.1', status] as [string, string, object] },
      cloud,
      pod,
    );
    expect((await predict(dump, seed)).nodes).toMatchObject([{ verdict: 'symptom', pods: { affected: 1 } }]);
    const ipv6 = { addresses: [{ type: 'InternalIP', address: 'fd00::1' }] };
    expect((await predict(edgesDump({ a: [V161, 'docker://19.3.5', ipv6] }), seed)).nodes[0]?.verdict).toBe(
      'healthy',
    );
  });

  it('keeps 2,000 nodes and 20,000 pods, and says of each what its kind is', async () => {
    const { text, expected } = generateDump({ nodes: 2_000, pods: 20_000, seed: 7 });
    const prediction = await predict(read(text), seed);
    const { placement, nodes, dump } = prediction;
    const said = new Map<string, string>(nodes.map(({ name, verdict }) => [name, verdict]));
    for (const { node } of placement.cloud) said.set(node.name, 'cloud');
    for (const { node } of placement.unplaced) said.set(node.name, 'unplaced');
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(expected));

    const totals = totalsOf(prediction);
    const { edgesPlayed, edgesNotPlayed, cloud, unplaced } = totals.nodes;
    expect(edgesPlayed + edgesNotPlayed + cloud + unplaced).toBe(2_000);
    expect(nodes).toHaveLength(edgesPlayed + edgesNotPlayed);
    expect(totals.pods).toEqual({ all: 20_000, onNodes: 19_998, withoutNode: 2 });
    expect(dump.items).toBe(22_000);
    // Edges that share a play share what is said of them, and are all told.
    expect(prediction.plays.reduce((sum, play) => sum + play.nodes, 0)).toBe(edgesPlayed);
    const listed = predictionText(prediction, { ...plain, all: true });
    for (const name of expected.keys()) expect(listed).toMatch(new RegExp(`\\b${name}\\b`));
    expect(predictionText(prediction, plain).split('\n').length).toBeLessThan(150);
  });
});

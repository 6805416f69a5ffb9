import { metricsServerTags } from '@kubeedge-sim/cloud-sim';
import { describe, expect, it } from 'vitest';
import { explain } from '../explain/explain.ts';
import type { Subject } from '../explain/explanation.ts';
import { openCluster } from '../open-cluster.ts';
import { runScenario } from '../run.ts';
import type { Look } from '../scenario.ts';
import { duplicateInternalIpScenario as scenario } from './duplicate-internal-ip.scenario.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;

/** What becomes of the second answer with the other edge's figures in it. */
const fates = {
  // 0.3.0 to 0.3.5: the names of pods come twice, and the round is lost.
  lost: {
    story: ['round-not-stored'],
    nodes: [],
    verdicts: ['dropped', 'dropped', 'not-in-answer', 'dropped'],
    says: 'nothing of the round that ended at ',
  },
  // 0.3.6 and 0.3.7, which cannot reach the cloud node at the tunnel's port.
  takenAsked: {
    story: ['taken-for-another-nodes', 'other-pods-counted-twice'],
    nodes: ['edge-node-1', 'edge-node-2'],
    verdicts: ['of-another', 'measured', 'not-in-answer', 'measured'],
    says: 'metrics-server goes by the Node that it asked, so it takes these metrics of edge-node-2 for those of edge-node-1',
  },
  // 0.4 and 0.5 go by the name in the summary.
  named: {
    story: ['other-node-counted-twice', 'other-pods-counted-twice'],
    nodes: ['edge-node-2', 'master-1'],
    verdicts: ['not-in-answer', 'measured', 'not-in-answer', 'measured'],
    says: 'the answer calls the node edge-node-2, so it counts for that one and not for edge-node-1',
  },
} as const;

function fateOf(tag: string): (typeof fates)[keyof typeof fates] | typeof later {
  if (/^v0\.3\.[0-5]$/.test(tag)) return fates.lost;
  if (tag.startsWith('v0.3.')) return fates.takenAsked;
  return /^v0\.[45]\./.test(tag) ? fates.named : later;
}
/** /metrics/resource holds no name of a node. */
const later = { ...fates.takenAsked, nodes: ['edge-node-1', 'edge-node-2', 'master-1'] } as const;

const subjects: readonly Subject[] = [
  { kind: 'node', name: 'edge-node-1' },
  { kind: 'node', name: 'edge-node-2' },
  { kind: 'pod', namespace: 'default', name: 'nginx-7848d4b86f-x2wqz', node: 'edge-node-1' },
  { kind: 'pod', namespace: 'default', name: 'nginx-7848d4b86f-x2wqz-2', node: 'edge-node-2' },
];

describe('two edges with one address, with every metrics-server', () => {
  it.each(metricsServerTags)('%s', async (tag) => {
    let seen: Look | undefined;
    const { outcome, causes, cures, explanation, observations, control } = await runScenario(
      scenario,
      { ...scenario.defaults, metricsServer: tag },
      {
        ...memory,
        open: (...args) => openCluster(...args, memory),
        listener: {
          looked(look) {
            seen = look;
          },
        },
      },
    );
    const events = seen?.events ?? [];
    const fate = fateOf(tag);
    expect({ outcome, causes: causes.map(({ id, hop }) => [id, hop]) }).toEqual({
      outcome: 'symptom',
      causes: [['two-edges-one-address', 'stream']],
    });
    expect(cures.map(({ id, cleared }) => ({ id, cleared }))).toEqual([{ id: 'nodeip', cleared: true }]);
    expect(control?.unchanged).toBe(true);
    expect(explanation.map(({ id }) => id)).toEqual([
      'two-edges-one-address',
      'answered-by-name',
      ...fate.story,
    ]);

    // The evidence is the way of this scrape: the key that was looked up, and whose tunnel it led to.
    const evidence = (causes[0]?.evidence ?? []).map((id) => events.find((event) => event.id === id));
    expect(evidence.map((event) => event?.kind)).toEqual([
      'tunnel.session',
      'tunnel.session',
      'stream.request',
      'tunnel.message',
      'tunnel.takeover',
    ]);
    expect(evidence[2]?.detail).toMatchObject({ sessionKey: '10.66.0.12', hostHeader: '10.66.0.12:10350' });
    expect(evidence[3]?.detail).toMatchObject({ session: 'edge-node-2' });
    expect(causes[0]?.text.en).toContain(
      'That of edge-node-1 came to cloudcore with Host 10.66.0.12:10350 and was sent into the tunnel of edge-node-2.',
    );

    const facts = (id: string) => observations.find((each) => each.id === id)?.facts;
    expect(facts('top-node')?.['nodesWithMetrics']).toEqual(fate.nodes);
    expect(facts('top-edge-pod')?.['hasMetrics']).toBe(false);
    expect(facts('scrape-log')?.['duplicate']).toBe(true);

    const explained = subjects.map((subject) => explain(events, subject));
    expect(explained.map(({ verdict }) => verdict)).toEqual(fate.verdicts);
    expect(explained[0]?.findings.at(-1)?.text.en).toContain(fate.says);
    for (const { findings } of [explained[0], explained[2]].filter((each) => each !== undefined)) {
      expect(findings.map(({ text }) => text.en)).toContain(
        'cloudcore looked up the session 10.66.0.12, and that is the tunnel of edge-node-2: what came back was measured there, not on edge-node-1',
      );
    }
  });

  it('one that is there before the other keeps what 0.3.5 has stored until then', async () => {
    const healthy = { ...scenario, faults: [] };
    const cell = { ...scenario.defaults, metricsServer: 'v0.3.5' };
    const cluster = await openCluster(healthy, cell, memory);
    const [node] = await cluster.world.run(async () => {
      await scenario.settle(cluster);
      await cluster.act({ do: 'nodeip', node: scenario.edge, ip: '10.66.0.12' });
      await scenario.settle(cluster);
      return subjects.map((subject) => explain(cluster.events(), subject));
    });
    await cluster.world[Symbol.asyncDispose]();
    expect(node?.verdict).toBe('measured');
    expect(node?.findings.at(-1)?.text.en).toContain('nothing of the round that ended at ');
  });
});

import { describe, expect, it } from 'vitest';
import { askRoute } from '../route/ask-route.ts';
import { startSimulation } from '../simulation.ts';
import { explain } from './explain.ts';
import { subjectText } from './explain-words.ts';

const NGINX = {
  kind: 'pod',
  namespace: 'default',
  name: 'nginx-7848d4b86f-x2wqz',
  node: 'edge-node-1',
} as const;
const NODE = { kind: 'node', name: 'edge-node-1' } as const;

async function explained(
  subjects: readonly Parameters<typeof explain>[1][],
  options: Parameters<typeof startSimulation>[0],
) {
  await using simulation = await startSimulation(options);
  return subjects.map((subject) => {
    const { verdict, findings } = explain(simulation.events(), subject);
    const kinds = findings.flatMap(({ events }) =>
      events.map((id) => simulation.events().find((event) => event.id === id)?.kind),
    );
    return { verdict, texts: findings.map(({ text }) => text), kinds };
  });
}

describe('explain', () => {
  it.each(['v0.4.2', 'v0.5.2', 'v0.9.0'])(
    'with %s: a pod that no answer held, on a node that is fine',
    async (tag) => {
      const [pod, node] = await explained([NGINX, NODE], { metricsServer: tag });
      expect(pod?.verdict).toBe('not-in-answer');
      expect(pod?.kinds).toEqual([
        'metrics-server.scrape',
        'metrics-server.scraped',
        'edged.request',
        'edged.container-skipped',
        'cadvisor.factory',
      ]);
      expect(pod?.texts.map(({ en }) => en).slice(2)).toEqual([
        "the kubelet's answer lists 0 pods, and default/nginx-7848d4b86f-x2wqz is not among them",
        expect.stringMatching(/^edged left \d+ containers out of it: no-pod-labels$/),
        expect.stringContaining("cAdvisor's docker factory did not register"),
      ]);
      expect(pod?.texts.every(({ zh }) => /\p{Script=Han}/u.test(zh))).toBe(true);
      expect(node?.verdict).toBe('measured');
    },
  );

  it('says so when everything is fine', async () => {
    const [pod, unknown] = await explained([NGINX, { ...NGINX, node: undefined }], { docker: '20.10.24' });
    expect(pod?.verdict).toBe('measured');
    expect(pod?.kinds).toEqual(['metrics-server.scrape', 'metrics-server.scraped', 'edged.pod-listed']);
    expect(pod?.texts.at(-1)?.en).toMatch(/^nothing was left out; \d+ good scrapes so far$/);
    // Who lists it tells where it is.
    expect(unknown).toEqual(pod);
  });

  it('names the rule that left a node out, and the name that an answer bears', async () => {
    const [mistaken, doubled] = await explained([NODE, { kind: 'node', name: 'edge-node-2' }], {
      scenario: 'duplicate-internal-ip',
    });
    expect(mistaken?.verdict).toBe('not-in-answer');
    expect(mistaken?.texts.at(-1)?.en).toBe(
      'the answer calls the node edge-node-2, so it counts for that one and not for edge-node-1',
    );
    // It has metrics: kubectl top shows it, though not the other.
    expect(doubled?.verdict).toBe('measured');
    expect(doubled?.texts.map(({ en }) => en).slice(-2)).toEqual([
      'metrics-server left out node edge-node-2: duplicate',
      expect.stringMatching(/^edge-node-2 came twice in the round, and the one that came first counts/),
    ]);
  });

  it.each([
    ['dnat-rule-missing', 'not-answered', 'context deadline exceeded'],
    ['metrics-server-on-pod-network', 'not-answered', 'context deadline exceeded'],
    ['stale-session-empty-200', 'not-answered', 'failed to parse output. Error: EOF'],
  ])('%s: %s', async (scenario, verdict, says) => {
    const [node] = await explained([NODE], { scenario });
    expect(node?.verdict).toBe(verdict);
    expect(node?.texts.at(-1)?.en).toContain(says);
  });

  it('names the chains that a metrics-server on the pod network passes, as `route` does', async () => {
    await using simulation = await startSimulation({ scenario: 'metrics-server-on-pod-network' });
    const way = () => explain(simulation.events(), NODE).findings[1];
    expect(way()?.text.en).toBe(
      'it dialled as a pod, 10.233.64.240 on master-1, so PREROUTING of master-1 counts and OUTPUT does not ' +
        '(master-1 PREROUTING, master-1 POSTROUTING, edge-node-1 PREROUTING, edge-node-1 INPUT): no rule hit',
    );
    const question = { caller: 'pod:kube-system/metrics-server@master-1', to: '10.66.0.11:10350' };
    const routed = async () => (await askRoute(simulation, question)).stdout;
    expect(await routed()).toMatch(
      /\(a pod with 10\.233\.64\.240 on master-1\)\n\nmaster-1, chain PREROUTING\n/,
    );
    await simulation.act('dnat add 10350 PREROUTING');
    await simulation.run(() => simulation.cluster.scrapes(2));
    expect(way()?.text.en).toContain(
      '(master-1 PREROUTING, master-1 INPUT): by -A PREROUTING -p tcp -m tcp --dport 10350 -j DNAT',
    );
    await simulation.act('hostnetwork metrics-server on');
    await simulation.run(() => simulation.cluster.scrapes(2));
    expect(
      explain(simulation.events(), NODE)
        .findings.map(({ text }) => text.en)
        .join(),
    ).not.toContain('as a pod');
  });

  it('an empty answer is a node without a value from 0.6 on', async () => {
    const [node] = await explained([NODE], { scenario: 'stale-session-empty-200', metricsServer: '0.9.0' });
    expect(node?.verdict).toBe('dropped');
    expect(node?.texts.at(-1)?.en).toBe(
      'metrics-server left out node edge-node-1: cpu is zero or missing (node_cpu_usage_seconds_total)',
    );
  });

  it('says what has not been asked at all', () => {
    expect(explain([], NODE)).toMatchObject({ verdict: 'never-asked' });
    expect(explain([], { ...NGINX, node: undefined }).findings[0]?.text.en).toContain(
      'give its node with --node',
    );
    expect(subjectText(NGINX).en).toBe('pod default/nginx-7848d4b86f-x2wqz on edge-node-1');
  });
});

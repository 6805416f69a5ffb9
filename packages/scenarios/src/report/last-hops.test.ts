import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { openCluster } from '../open-cluster.ts';
import { type Result, runScenario } from '../run.ts';
import { findScenario } from '../select.ts';
import { lastHops } from './last-hops.ts';
import { reproduce } from './reproduce.ts';

/** The events and the result of a scenario with its defaults, on the memory net. */
async function played(id: string): Promise<{ events: readonly AnyTraceEvent[]; result: Result }> {
  const scenario = findScenario(id);
  const net = { seed: 1, net: 'memory', split: false } as const;
  let events: readonly AnyTraceEvent[] = [];
  const result = await runScenario(scenario, scenario.defaults, {
    ...net,
    open: async (...args) => {
      const cluster = await openCluster(...args, net);
      events = cluster.events();
      return cluster;
    },
    withoutCures: true,
  });
  return { events, result };
}

const hopsOf = async (id: string, count?: number) => {
  const { events, result } = await played(id);
  const [cause] = result.causes;
  return lastHops({ events, edge: 'edge-node-1', ...(cause && { cause }) }, count);
};

describe('the last hops', () => {
  it('follow the scrape over the tunnel and back, with the evidence before it', async () => {
    expect((await hopsOf('missing-pod-metrics', 20)).join('\n')).toMatchInlineSnapshot(`
      "✗   0.000s  cAdvisor (edge-node-1) →✗ Docker Engine API (edge-node-1)  GET /v1.40/info → 400 too-new (7×)  #142
      ✗   5.000s  cAdvisor (edge-node-1) →✗ Docker Engine API (edge-node-1)  GET /v1.40/version → 400 too-new (3×)  #297
         30.011s  metrics-server                                             asks edge-node-1: https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true  #1152
         30.011s  metrics-server → iptables DNAT                             dial 10.66.0.11:10350  #1153
         30.011s  iptables DNAT → cloudcore stream server                    DNAT to 192.168.0.139:10003  #1153
         30.011s  metrics-server → cloudcore stream server                   GET /stats/summary?only_cpu_and_memory=true  #1156
         30.011s  cloudcore stream server                                    session 10.66.0.11: found  #1156
         30.011s  cloudcore stream server → tunnel                           METRIC_CONNECT, connect id 3, 400 bytes  #1158
         30.011s  tunnel → edgestream (edge-node-1)                          METRIC_CONNECT, connect id 3, 400 bytes  #1159
         30.011s  edgestream (edge-node-1) → edged (edge-node-1)             GET /stats/summary?only_cpu_and_memory=true  #1160
         30.011s  edged (edge-node-1) → edgestream (edge-node-1)             200, lists 0 pods  #1160
         30.011s  edged (edge-node-1)                                        leaves out 15 containers: no-pod-labels  #1161
         30.011s  edgestream (edge-node-1) → tunnel                          DATA, connect id 3, 914 bytes (41×)  #1163
         30.011s  edgestream (edge-node-1) → tunnel                          REMOVE_CONNECT, connect id 3  #1245
         30.011s  tunnel → cloudcore stream server                           DATA, connect id 3, 914 bytes (41×)  #1247
         30.011s  tunnel → cloudcore stream server                           REMOVE_CONNECT, connect id 3  #1288
         30.011s  cloudcore stream server → metrics-server                   200, 914 bytes  #1293
         30.011s  metrics-server                                             ok, 0 pods  #1294"
    `);
  });

  it('are as many as wanted, with those at the failing hop, and say what was left out', async () => {
    const lines = await hopsOf('missing-pod-metrics', 2);
    expect(lines.map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      expect.stringMatching(/^✗ +0\.000s .* → 400 too-new \(7×\)/),
      expect.stringMatching(/^✗ +5\.000s .* → 400 too-new \(3×\)/),
      '… 14 more',
      expect.stringContaining('200, 914 bytes'),
      expect.stringContaining('metrics-server  ok, 0 pods'),
    ]);
    expect(await hopsOf('dnat-rule-missing', 1)).toHaveLength(3);
  });

  it.each([
    ['dnat-rule-missing', /^✗.*iptables DNAT +dial 10\.66\.0\.11:10350: no rule, blackhole {2}#/m],
    [
      'metrics-server-on-pod-network',
      /^✗.*iptables DNAT +dial 10\.66\.0\.11:10350 as pod 10\.233\.64\.240: no rule, blackhole {2}#/m,
    ],
    ['edgestream-disabled', /session 10\.66\.0\.11: NOT found/],
    ['stale-session-empty-200', /^✗.*tunnel\.session-end .*state=closed/m],
    ['duplicate-internal-ip', /edgestream \(edge-node-2\) → edged \(edge-node-2\)/],
    ['edge-dial-failure-hangs', /^✗.*dial 127\.0\.0\.1:10350: refused/m],
    ['stream-cert-san-mismatch', /^✗.*TLS, the client says wrong-name/m],
  ])('of %s show where it ends', async (id, line) => {
    expect((await hopsOf(id, 20)).join('\n')).toMatch(line);
  });

  it('are none where nothing was asked', () => {
    expect(lastHops({ events: [] })).toEqual([]);
  });
});

describe('the command that reproduces a run', () => {
  const cell = { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' };
  const run = { scenario: 'missing-pod-metrics', cell, seed: 7, net: 'memory', faults: [] } as const;

  it('names every version and the seed', () => {
    expect(reproduce({ ...run, faults: [] })).toBe(
      'npx kubeedge-sim replay missing-pod-metrics --edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 ' +
        '--metrics-server v0.4.2 --seed 7',
    );
  });

  it('names faults that are not the scenario’s own, a missing condition and acts, quoted for a shell', () => {
    const faults = ['dnat-rule-missing'];
    const acts = ["20s: cut edge-node-1 it's"];
    const line = reproduce({
      ...run,
      scenario: 'edgestream-disabled',
      faults,
      acts,
      net: 'loopback',
      expect: 'other',
    });
    expect(line).toContain(
      "--seed 7 --net loopback --without --fault dnat-rule-missing --act '20s: cut edge-node-1 it'\\''s' --expect other",
    );
    expect(
      reproduce({ ...run, scenario: 'edgestream-disabled', faults: ['edgestream-disabled'] }),
    ).not.toContain('fault');
  });
});

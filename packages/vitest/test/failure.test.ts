import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

/** What a person sees of the tests in failing/, without the numbers of events: those change with every hop's events. */
function runFailing(): string {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const config = join(import.meta.dirname, 'failing/vitest.config.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--config', config], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
    encoding: 'utf8',
  });
  return `${stdout}\n${stderr}`.replaceAll(/ #\d+$/gm, ' #…');
}

let output: string;
// Two of them wait for their timeouts.
beforeAll(() => {
  output = runFailing();
}, 180_000);

/** The error of a test, up to the code that vitest shows of it. */
const errorOf = (title: string) => {
  const [, error = ''] = output.split(` FAIL  failing.sample.ts > ${title}\n`);
  return error.slice(0, error.indexOf(' ❯ failing.sample.ts:')).trimEnd();
};

/** What was printed for a test that failed by something that is no matcher of ours. */
const printedFor = (title: string) => {
  const [, text = ''] = output.split(`The simulation of "${title}":\n`);
  return text.slice(0, text.indexOf('\n\n\n')).trim();
};

describe('the output of a test that failed', () => {
  test('says of a matcher what was expected and found, the last hops and the command that plays it again', () => {
    expect(errorOf('a matcher that fails')).toMatchInlineSnapshot(`
      "Error: expect(simulation).toHavePodMetrics("default/nginx-*")

      Expected:
        metrics of default/nginx-7848d4b86f-x2wqz, default/nginx-7848d4b86f-x2wqz-2
      Found:
        metrics of default/nginx-7848d4b86f-x2wqz-2, kube-system/coredns-867b49865c-5vqxz, kube-system/edge-proxy-2, warehouse/sensor-agent-2

      Last hops:
        … 8 more
           30.011s  edged (edge-node-1) → edgestream (edge-node-1)  200, lists 0 pods  #…
           30.011s  edged (edge-node-1)                             leaves out 15 containers: no-pod-labels  #…
           30.011s  edgestream (edge-node-1) → tunnel               DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  edgestream (edge-node-1) → tunnel               REMOVE_CONNECT, connect id 3  #…
           30.011s  tunnel → cloudcore stream server                DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  tunnel → cloudcore stream server                REMOVE_CONNECT, connect id 3  #…
           30.011s  cloudcore stream server → metrics-server        200, 914 bytes  #…
           30.011s  metrics-server                                  ok, 0 pods  #…

      Reproduce:
        npx kubeedge-sim replay missing-pod-metrics --edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 --metrics-server v0.4.2 --seed 1 --look-after 30018ms"
    `);
  });

  test('has the acts in the command', () => {
    const error = errorOf('a matcher that fails with not, after acts');
    expect(error.split('\n').slice(0, 5)).toMatchInlineSnapshot(`
      [
        "Error: expect(simulation).not.toHavePodMetrics({"node":"edge-node-1"})",
        "",
        "Expected not:",
        "  metrics of default/nginx-7848d4b86f-x2wqz, factory/sensor-agent, kube-system/edge-proxy",
        "Found:",
      ]
    `);
    expect(error.split('\n').at(-1)).toMatchInlineSnapshot(
      `"  npx kubeedge-sim replay missing-pod-metrics --edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 --metrics-server v0.4.2 --seed 1 --act '30018ms: docker edge-node-1 20.10.24' --act '30018ms: restart edgecore edge-node-1' --look-after 60012ms"`,
    );
  });

  test('names the cause where a diagnosis was made', () => {
    expect(errorOf('another cause than the one that is named')).toMatchInlineSnapshot(`
      "Error: expect(simulation).toExplain("dnat-rule-missing")

      Expected:
        the cause dnat-rule-missing
      Found:
        the outcome symptom
        engine-refuses-cadvisor: cAdvisor inside edgecore v1.6.1 asks Docker 18.09.1 for an API version the engine does not have, and does not negotiate: GET /v1.40/info → 400 (10×)

      Last hops:
        ✗   0.000s  cAdvisor (edge-node-1) →✗ Docker Engine API (edge-node-1)  GET /v1.40/info → 400 too-new (7×)  #…
        ✗   5.000s  cAdvisor (edge-node-1) →✗ Docker Engine API (edge-node-1)  GET /v1.40/version → 400 too-new (3×)  #…
        … 8 more
           30.011s  edged (edge-node-1) → edgestream (edge-node-1)             200, lists 0 pods  #…
           30.011s  edged (edge-node-1)                                        leaves out 15 containers: no-pod-labels  #…
           30.011s  edgestream (edge-node-1) → tunnel                          DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  edgestream (edge-node-1) → tunnel                          REMOVE_CONNECT, connect id 3  #…
           30.011s  tunnel → cloudcore stream server                           DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  tunnel → cloudcore stream server                           REMOVE_CONNECT, connect id 3  #…
           30.011s  cloudcore stream server → metrics-server                   200, 914 bytes  #…
           30.011s  metrics-server                                             ok, 0 pods  #…

      Reproduce:
        npx kubeedge-sim replay missing-pod-metrics --edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 --metrics-server v0.4.2 --seed 1 --look-after 30018ms"
    `);
  });

  test('says what messages and lines there were', () => {
    expect(errorOf('a message that was never sent').split('\n\nLast')[0]).toMatchInlineSnapshot(`
      "Error: expect(simulation).toHaveSeenMessage({"type":"LOGS_CONNECT","node":"edge-node-1"})

      Expected:
        a tunnel message at the cloud with type LOGS_CONNECT, node edge-node-1
      Found:
        2 × METRIC_CONNECT to-edge, edge-node-1
        2 × METRIC_CONNECT to-edge, edge-node-2
        2 × REMOVE_CONNECT to-cloud, edge-node-1
        2 × REMOVE_CONNECT to-cloud, edge-node-2
        362 × DATA to-cloud, edge-node-2
        82 × DATA to-cloud, edge-node-1"
    `);
    expect(errorOf('a line that was never printed').split('\n\nLast')[0]).toMatchInlineSnapshot(`
      "Error: expect(simulation).toHaveLogged("edgecore", /client version .* is too new/, {"node":"edge-node-1","v":4})

      Expected:
        a line of edgecore on edge-node-1 at -v 4 that matches /client version .* is too new/
      Found:
        … 109 more before
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "availableBytes": 3469774409,
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "usageBytes": 874115403,
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "workingSetBytes": 825192887,
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "rssBytes": 776270371,
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "pageFaults": 6583316,
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data    "majorPageFaults": 0
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data   }
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data  },
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data  "pods": []
        I0610 08:00:30.011000       1 edgedmetricsconnection.go:115] EDGE_Metrics_CONNECTOR Message MessageID 3 write metrics data }"
    `);
  });

  test('tells hops and command once, also when it was the body that threw', () => {
    expect(printedFor('a body that throws')).toMatchInlineSnapshot(`
      "Last hops:
        … 8 more
           30.011s  edged (edge-node-1) → edgestream (edge-node-1)  200, lists 0 pods  #…
           30.011s  edged (edge-node-1)                             leaves out 15 containers: no-pod-labels  #…
           30.011s  edgestream (edge-node-1) → tunnel               DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  edgestream (edge-node-1) → tunnel               REMOVE_CONNECT, connect id 3  #…
           30.011s  tunnel → cloudcore stream server                DATA, connect id 3, 914 bytes (41×)  #…
           30.011s  tunnel → cloudcore stream server                REMOVE_CONNECT, connect id 3  #…
           30.011s  cloudcore stream server → metrics-server        200, 914 bytes  #…
           30.011s  metrics-server                                  ok, 0 pods  #…

      Reproduce:
        npx kubeedge-sim replay missing-pod-metrics --edgecore v1.6.1 --cloudcore v1.6.1 --docker 18.09.1 --metrics-server v0.4.2 --seed 1 --act '30018ms: dnat del 10350' --look-after 30018ms"
    `);
    expect(printedFor('a matcher that fails')).toBe('');
    expect(output.match(/^Reproduce:$/gm)).toHaveLength(8);
  });

  test('comes after a timeout, too, and no world is left behind', () => {
    expect(errorOf('a wait without an end')).toMatch(/^TestTimeoutError/);
    expect(printedFor('a wait without an end')).toMatch(/--seed 1 --look-after \d+/);
    expect(printedFor('a wait without an end on loopback')).toContain('--net loopback');
    expect(errorOf('a simulation that does not start in time')).toMatch(/^TestTimeoutError/);
    expect(output).toMatch(/✓ has left no world behind/);
    expect(output).toMatch(/Tests +9 failed \| 1 passed \(10\)/);
    expect(output).not.toContain('Unhandled');
  });
});

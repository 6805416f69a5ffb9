import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricsServerVersions } from './versions.data.ts';

const { decode } = metricsServerVersions['v0.4.2'];
const atMs = Date.parse('2021-06-10T08:00:00Z');
const time = '2021-06-10T08:00:00Z';
const cpu = { time, usageNanoCores: 5 };
const memory = { time, workingSetBytes: 1024 };
const container = (stats: object) => ({ name: 'c', ...stats });
const pod = (...containers: object[]) => ({ podRef: { name: 'p', namespace: 'ns', uid: 'u' }, containers });
const node = (stats: object) => ({ nodeName: 'n', ...stats });
const read = (summary: object) => decode(JSON.stringify(summary));
const lines = (summary: object) => read(summary).drops.flatMap(({ log }) => log ?? []);

function fixture(name: string): string {
  const file = new URL(`../../fixtures/metrics-server/summary-cpumem-docker-${name}.json`, import.meta.url);
  return readFileSync(file, 'utf8');
}

describe('what real edged answered', () => {
  it('has the node but no pod when the docker factory is missing', () => {
    const { nodes, pods, drops } = decode(fixture('18.09-v1.6.1'));
    expect(nodes).toEqual([
      {
        name: 'edge-node-1',
        atMs: Date.parse('2026-11-22T20:03:01Z'),
        cpu: { value: 858_150_549n, exponent: -9 },
        memoryBytes: 2_482_044_928n,
      },
    ]);
    expect([pods, drops]).toEqual([[], []]);
  });

  it.each(['18.09-v1.4.0', '18.09-v1.6.2', '20.10-v1.6.1', '20.10-v1.6.2'])('has all pods on %s', (name) => {
    const { nodes, pods, drops } = decode(fixture(name));
    expect(nodes).toHaveLength(1);
    expect(pods.map((each) => `${each.namespace}/${each.name} ${each.containers.length}`).sort()).toEqual([
      'default/nginx-1 1',
      'factory/sensor-agent 2',
      'kube-system/edge-proxy 1',
    ]);
    expect(drops).toEqual([]);
  });
});

describe('the rules of v0.4.2', () => {
  const good = container({ cpu, memory });
  const later = { ...memory, time: '2021-06-10T08:00:07Z' };
  it.each([
    ['both', { cpu, memory }, true],
    ['zero values', { cpu: { time, usageNanoCores: 0 }, memory: { time, workingSetBytes: 0 } }, true],
    ["only memory's time", { cpu: { time: null, usageNanoCores: 5 }, memory }, true],
    ["only cpu's time", { cpu, memory: { workingSetBytes: 5 } }, true],
    ['the earlier of two times', { cpu, memory: later }, true],
    ['no time', { cpu: { usageNanoCores: 5 }, memory: { time: null, workingSetBytes: 5 } }, false],
    ['a zero time', { cpu: { ...cpu, time: '0001-01-01T00:00:00Z' }, memory: { workingSetBytes: 5 } }, false],
    ['no cpu', { memory }, false],
    ['no usageNanoCores', { cpu: { time }, memory }, false],
    ['a null usageNanoCores', { cpu: { time, usageNanoCores: null }, memory }, false],
    ['no workingSetBytes', { cpu, memory: { time } }, false],
    ['nothing', {}, false],
  ])('a node or container with %s', (_what, stats, kept) => {
    const { nodes, pods } = read({ node: node(stats), pods: [pod(good, container(stats))] });
    expect([nodes.length, pods.length]).toEqual(kept ? [1, 1] : [0, 0]);
    if (kept) expect(nodes[0]?.atMs).toBe(atMs);
  });

  it('keeps the pods of a bad node, and a pod without containers', () => {
    const { nodes, pods } = read({
      node: node({ cpu }),
      pods: [pod(good), { podRef: { name: 'q' }, containers: null }],
    });
    expect(nodes).toEqual([]);
    expect(pods.map(({ name, containers }) => [name, containers.length])).toEqual([
      ['p', 1],
      ['q', 0],
    ]);
  });

  it('says what it drops in the words of the real log', () => {
    const bad = {
      node: node({ cpu: { time } }),
      pods: [pod(good, container({ cpu: { time } })), pod(container({}))],
    };
    expect(lines(bad).map(({ source, message }) => `${source}] ${message}`)).toEqual([
      'decode.go:74] Skip CPU metric for node "n", error missing usageNanoCores value',
      'decode.go:78] Skip Memory metric for node "n", error missing workingSetBytes value',
      'decode.go:107] Skip CPU metric for container "c" in pod ns/p, error: missing usageNanoCores value',
      'decode.go:111] Skip Memory metric for container "c" in pod ns/p, error: missing workingSetBytes value',
      'decode.go:96] Skip container "c" in pod ns/p, error: no non-zero timestamp on either CPU or memory',
    ]);
    expect(lines({ node: node({}) })[0]?.message).toBe(
      'Skip metric for node "n", error: no non-zero timestamp on either CPU or memory',
    );
  });

  it('keeps every digit of a uint64', () => {
    const big = (n: string) => `{"node":{"nodeName":"n","cpu":{"time":"${time}","usageNanoCores":${n}},
      "memory":{"time":"${time}","workingSetBytes":9007199254740993}}}`;
    expect(decode(big('9223372036854775807')).nodes[0]).toMatchObject({
      cpu: { value: 9_223_372_036_854_775_807n, exponent: -9 },
      memoryBytes: 9_007_199_254_740_993n,
    });
    expect(decode(big('18446744073709551615')).nodes[0]?.cpu).toEqual({
      value: 1_844_674_407_370_955_161n,
      exponent: -8,
    });
  });
});

// Each said by mailru/easyjson v0.7.1 with the types of metrics-server v0.4.2.
describe('bodies that are no Summary', () => {
  it.each([
    ['', 'EOF'],
    ['{', 'EOF'],
    ['{\n "node": {\n  "nodeName": "edge",\n', 'EOF'],
    [
      '{\n "node": {\n  "nodeName": "ed',
      `parse error: unterminated string literal near offset 30 of '{\n "node": {\n  "nodeName": "ed'`,
    ],
    ['Internal Error: failed', "parse error: syntax error near offset 0 of 'Internal E...'"],
    ['<html>', "parse error: syntax error near offset 0 of '<html>'"],
    [
      '{"node":{"cpu":{"time":"x"}}}',
      'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ],
    ['{"node":{"cpu":{"time":5}}}', 'json: cannot unmarshal number into Go value of type string'],
  ])('%j', (text, message) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ message }));
  });

  it.each(['null', '{}', '{"pods":null}'])('%s is read as nothing', (text) => {
    expect(decode(text)).toMatchObject({ nodes: [], pods: [] });
  });

  it.each(['[]', '{"pods":{}}', '{"node":{"nodeName":5}}', '{"node":{"cpu":{"usageNanoCores":-1}}}'])(
    '%s is of a wrong type',
    (text) => {
      expect(() => decode(text)).toThrow(/^parse error: (expected|strconv)/);
    },
  );
});

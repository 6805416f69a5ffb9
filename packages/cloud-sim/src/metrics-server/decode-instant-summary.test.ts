import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricsServerVersions } from './versions.data.ts';

const asked = { node: 'n', address: '10.66.0.11', askedAtMs: 0 };
const decode = (text: string) => metricsServerVersions['v0.4.2'].decode(text, asked);
const atNs = nanoseconds('2021-06-10T08:00:00Z');
const time = '2021-06-10T08:00:00Z';
const cpu = { time, usageNanoCores: 5 };
const memory = { time, workingSetBytes: 1024 };
const container = (stats: object) => ({ name: 'c', ...stats });
const pod = (...containers: object[]) => ({ podRef: { name: 'p', namespace: 'ns', uid: 'u' }, containers });
const node = (stats: object) => ({ nodeName: 'n', ...stats });
const read = (summary: object) => decode(JSON.stringify(summary));
const lines = (summary: object) => read(summary).drops.flatMap(({ log }) => log ?? []);

function nanoseconds(text: string): bigint {
  return BigInt(Date.parse(text)) * 1_000_000n;
}

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
        atNs: nanoseconds('2026-11-22T20:03:01Z'),
        cpu: 858_150_549n,
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
    if (kept) expect(nodes[0]?.atNs).toBe(atNs);
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
    expect(decode(big('18446744073709551615')).nodes[0]).toMatchObject({
      cpu: 18_446_744_073_709_551_615n,
      memoryBytes: 9_007_199_254_740_993n,
    });
  });
});

describe('the rules of 0.3', () => {
  const decode03 = (tag: 'v0.3.0' | 'v0.3.1', summary: object) =>
    metricsServerVersions[tag].decode(JSON.stringify(summary), asked);
  const half = {
    node: node({ cpu }),
    pods: [pod(container({ cpu, memory }), container({ cpu })), pod(container({}))],
  };

  it('v0.3.0 keeps what is half there, as zeros', () => {
    const { nodes, pods, errors } = decode03('v0.3.0', half);
    expect(nodes).toEqual([{ name: 'n', atNs, cpu: 5n, memoryBytes: 0n }]);
    expect(pods.map(({ containers }) => containers)).toEqual([
      [
        { name: 'c', atNs, cpu: 5n, memoryBytes: 1024n },
        { name: 'c', atNs, cpu: 5n, memoryBytes: 0n },
      ],
      [{ name: '', cpu: 0n, memoryBytes: 0n }],
    ]);
    expect(errors).toEqual([
      'unable to get memory for node "10.66.0.11": missing memory usage metric',
      'unable to get memory for container "c" in pod ns/p on node "10.66.0.11": missing memory usage metric',
      'unable to get a valid timestamp for metric point for container "c" in pod ns/p on node "10.66.0.11", discarding data: no non-zero timestamp on either CPU or memory',
    ]);
  });

  it('v0.3.1 drops such pods, and means to drop such nodes', () => {
    const { nodes, pods, errors } = decode03('v0.3.1', half);
    expect(nodes).toHaveLength(1);
    expect(pods).toEqual([]);
    expect(errors?.slice(0, 2)).toEqual([
      'unable to get memory for node "10.66.0.11", discarding data: missing memory usage metric',
      'unable to get memory for container "c" in pod ns/p on node "10.66.0.11": missing memory usage metric, discarding data',
    ]);
  });

  it('says of bodies that are no Summary what encoding/json says', () => {
    const failing = (text: string) => () => metricsServerVersions['v0.3.7'].decode(text, asked);
    expect(failing('')).toThrow('unexpected end of JSON input');
    expect(failing('<html>')).toThrow("invalid character '<' looking for beginning of value");
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

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DecodeError, EndlessDecode, type MetricsPoint } from './points.ts';
import { metricsServerVersions } from './versions.data.ts';

const ASKED_MS = 1_700_000_000_000;
const asked = { node: 'n', address: '10.66.0.11', askedAtMs: ASKED_MS };

type Point = { start?: string; at?: string; cpu: string; mem: string };
interface Golden {
  case: string;
  body: string;
  error?: string;
  panic?: string;
  nodes?: Record<string, Point>;
  pods?: Record<string, Record<string, Point>>;
}
interface Parsed {
  case: string;
  'v2.5.0': (string | [series: string, value: string, timestamp: string])[];
  stuck: boolean;
  'v0.48.1': string | null;
}

function rows<T>(name: string): T[] {
  const url = new URL(`../../fixtures/metrics-server/${name}.ndjson`, import.meta.url);
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

const goldens = rows<Golden>('resource-decoder-v0.9.0');
const bodyOf = (name: string) => goldens.find((golden) => golden.case === name)?.body ?? '';

function pointOf({ startNs, atNs, cpu, memoryBytes }: MetricsPoint): Point {
  return {
    ...(startNs !== undefined && { start: String(startNs) }),
    at: atNs === BigInt(ASKED_MS) * 1_000_000n ? 'asked' : String(atNs),
    cpu: String(cpu),
    mem: String(memoryBytes),
  };
}

function decoded(tag: 'v0.6.0' | 'v0.6.4' | 'v0.7.2' | 'v0.9.0', text: string) {
  try {
    const { nodes, pods } = metricsServerVersions[tag].decode(text, asked);
    return {
      nodes: Object.fromEntries(nodes.map((node) => [node.name, pointOf(node)])),
      pods: Object.fromEntries(
        pods.map(({ namespace, name, containers }) => [
          `${namespace}/${name}`,
          Object.fromEntries(containers.map((container) => [container.name, pointOf(container)])),
        ]),
      ),
    };
  } catch (error) {
    if (error instanceof EndlessDecode) return { stuck: true };
    if (!(error instanceof DecodeError)) throw error;
    return { error: error.message };
  }
}

describe('what v0.9.0 makes of a body', () => {
  // The real one panics where a container's series has no labels, and takes the process with it; no kubelet writes such.
  it.each(goldens.filter(({ panic }) => panic === undefined).map((golden) => [golden.case, golden] as const))(
    '%s',
    (_name, { body, error, nodes, pods }) => {
      expect(decoded('v0.9.0', body)).toEqual(error === undefined ? { nodes, pods } : { error });
    },
  );
});

describe('bodies that break the format', () => {
  it.each(rows<Parsed>('prometheus-parser').map((row) => [row.case, row] as const))('%s', (name, row) => {
    const firstError = row['v2.5.0'].find((each) => typeof each === 'string')?.replace('error: ', '');
    const later = decoded('v0.7.2', bodyOf(name));
    if (row['v0.48.1'] !== null)
      expect(later).toEqual({ error: `failed parsing metrics: ${row['v0.48.1']}` });
    if (firstError === undefined) return;
    expect(decoded('v0.6.4', bodyOf(name))).toEqual({ error: `failed parsing metrics: ${firstError}` });
    const v060 = decoded('v0.6.0', bodyOf(name));
    if (row.stuck) expect(v060).toEqual({ stuck: true });
    else expect(v060).toEqual({ nodes: expect.any(Object), pods: expect.any(Object) });
  });

  it('v0.6.0 passes over a bad value and keeps the rest', () => {
    expect(decoded('v0.6.0', bodyOf('a bad value in a container'))).toMatchObject({
      nodes: { n: { cpu: '2500000000' } },
      pods: { 'ns/q': { c: { cpu: '1500000000' } } },
    });
  });
});

describe('log lines about what is not complete', () => {
  const lines = (tag: 'v0.6.4' | 'v0.9.0', body: string) =>
    metricsServerVersions[tag].decode(body, asked).drops.map(({ what, name, at, log }) => ({
      what,
      name,
      at,
      line: log && `${log.source}] ${log.message}`,
    }));

  it('an empty answer is a clean one without a node', () => {
    expect(lines('v0.6.4', '')).toEqual([
      {
        what: 'node',
        name: 'n',
        at: 'node_cpu_usage_seconds_total',
        line: 'decode.go:86] "Failed getting complete node metric" node="n" metric=&{StartTime:0001-01-01 00:00:00 +0000 UTC Timestamp:0001-01-01 00:00:00 +0000 UTC CumulativeCpuUsed:0 MemoryUsage:0}',
      },
    ]);
  });

  it('a container that has used no CPU takes its pod with it', () => {
    expect(lines('v0.9.0', bodyOf('zero container cpu'))).toEqual([
      {
        what: 'container',
        name: 'ns/p/c',
        at: 'container_cpu_usage_seconds_total',
        line: 'decode.go:196] "Failed getting complete container metric" containerName="c" containerMetric={"StartTime":"0001-01-01T00:00:00Z","Timestamp":"2023-11-14T22:13:20Z","CumulativeCPUUsed":0,"MemoryUsage":20}',
      },
      {
        what: 'pod',
        name: 'ns/p',
        at: undefined,
        line: 'decode.go:104] "Failed getting complete Pod metric" pod="ns/p"',
      },
    ]);
  });
});

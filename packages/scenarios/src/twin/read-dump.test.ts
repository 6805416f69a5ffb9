import { describe, expect, it } from 'vitest';
import { readDump } from './read-dump.ts';

const node = (name: unknown, part: object = {}) => ({ kind: 'Node', metadata: { name }, ...part });
const pod = (namespace: unknown, name: unknown, part: object = {}) => ({
  kind: 'Pod',
  metadata: { namespace, name },
  spec: { containers: [{ name: 'app' }] },
  ...part,
});
const list = (...items: unknown[]) => ({ kind: 'List', apiVersion: 'v1', items });
const read = (...texts: (string | object)[]) =>
  readDump(
    texts.map((text, index) => ({
      name: `file-${index}.json`,
      text: typeof text === 'string' ? text : JSON.stringify(text),
    })),
  );

describe('reading a dump', () => {
  it('takes a List, typed lists whose items have no kind, and single objects', () => {
    const { kind: _kind, ...untyped } = node('edge-1');
    expect(read(list(node('edge-1'), pod('default', 'nginx')))).toMatchObject({ items: 2, bad: [] });
    expect(
      read(
        { kind: 'NodeList', items: [untyped] },
        { kind: 'PodList', items: [pod('default', 'nginx')] },
        { kind: 'PodList', items: null },
      ),
    ).toMatchObject({ items: 2, nodes: [{ name: 'edge-1' }], pods: [{ name: 'nginx' }], bad: [] });
    expect(read(node('edge-1'))).toMatchObject({ items: 1, sources: ['file-0.json'] });
  });

  it('takes several documents in one file, whatever their texts contain', () => {
    const odd = node('edge-1', { status: { nodeInfo: { osImage: 'a "quoted" } { \\ text' } } });
    const text = `\uFEFF${JSON.stringify(list(odd), null, 4)}\n${JSON.stringify(list(pod('default', 'nginx')))}\n`;
    const dump = read(text);
    expect(dump).toMatchObject({ items: 2, pods: [{ name: 'nginx' }] });
    expect(dump.nodes[0]?.osImage).toBe('a "quoted" } { \\ text');
  });

  it('keeps what the twin needs and nothing else', () => {
    const [found] = read(
      list(
        node('edge-1', {
          metadata: {
            name: 'edge-1',
            labels: { 'node-role.kubernetes.io/edge': '', zone: 'a' },
            managedFields: [{ manager: 'x' }],
          },
          status: {
            addresses: [{ type: 'InternalIP', address: '10.66.0.11' }, { type: 'InternalIP' }, 7],
            conditions: [null, { type: 'Ready', status: 'Unknown' }],
            daemonEndpoints: { kubeletEndpoint: { Port: 10350 } },
            capacity: { cpu: '4', memory: '8Gi' },
            nodeInfo: {
              kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
              containerRuntimeVersion: 'docker://18.9.1',
            },
          },
        }),
      ),
    ).nodes;
    expect({ ...found, labels: { ...found?.labels } }).toEqual({
      name: 'edge-1',
      roles: ['edge'],
      labels: { 'node-role.kubernetes.io/edge': '', zone: 'a' },
      kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
      containerRuntimeVersion: 'docker://18.9.1',
      ready: 'Unknown',
      addresses: [{ type: 'InternalIP', address: '10.66.0.11' }],
      kubeletPort: 10350,
      cpu: '4',
      memory: '8Gi',
    });
  });

  it('reports every item it cannot use with its place, and loses none', () => {
    const dump = read(
      list(
        node('edge-1'),
        node('edge-1'),
        node('UPPER\u001b[31m'),
        node(undefined),
        null,
        'text',
        [],
        { metadata: { name: 'no-kind' } },
        pod('default', 'nginx', { spec: {} }),
        pod(undefined, 'nginx'),
        pod('default', 'nginx'),
        { kind: 'Service', metadata: { name: 'kubernetes' } },
        { kind: 'Service', metadata: { name: 'other' } },
      ),
    );
    expect(dump.items).toBe(13);
    expect(dump.nodes).toHaveLength(1);
    expect(dump.pods).toHaveLength(1);
    expect([...dump.otherKinds]).toEqual([['Service', 2]]);
    expect(dump.bad.map(({ place, problem }) => `${place}: ${problem}`)).toEqual([
      'file-0.json items[1], Node edge-1: it is there twice; the first one is used',
      'file-0.json items[2], Node "UPPER\\u001b[31m": metadata.name is "UPPER\\u001b[31m", which no cluster accepts',
      'file-0.json items[3], Node: it has no metadata.name: {"kind":"Node","metadata":{}}',
      'file-0.json items[4], of no kind: it has no kind: null',
      'file-0.json items[5], of no kind: it has no kind: "text"',
      'file-0.json items[6], of no kind: it has no kind: []',
      'file-0.json items[7], of no kind no-kind: it has no kind: {"metadata":{"name":"no-kind"}}',
      'file-0.json items[8], Pod default/nginx: spec.containers names no container',
      'file-0.json items[9], Pod nginx: it has no metadata.namespace: ' +
        '{"kind":"Pod","metadata":{"name":"nginx"},"spec":{"containers":[{"name":"app"}]…',
    ]);
  });

  it('takes keys such as __proto__ for keys', () => {
    const text =
      '{"kind":"List","__proto__":{"polluted":true},"items":[{"kind":"Node","metadata":' +
      '{"name":"constructor","labels":{"__proto__":"x","node-role.kubernetes.io/__proto__":""}},"__proto__":{"a":1}},' +
      '{"kind":"__proto__"},{"__proto__":{"kind":"Node","metadata":{"name":"inherited"}}}]}';
    const dump = read(text);
    expect(dump.nodes.map(({ name, roles }) => [name, roles])).toEqual([['constructor', ['__proto__']]]);
    expect(dump.otherKinds.get('__proto__')).toBe(1);
    expect(dump.bad).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['', /as JSON, found a text that begins with nothing .*kubectl get nodes,pods -A -o json/s],
    ['apiVersion: v1\nkind: List', /begins with "apiVersion: v1\\nkind: List"/],
    ['{"kind":"List","items":[', /as JSON/],
    ['{"kind":"List","items":[]} trailing', /as JSON/],
    ['[]', /found JSON without a kind: \[\]/],
    ['{"kind":"Deployment"}', /found a Deployment/],
    ['{"kind":"List","items":{}}', /found a List/],
    ['{"kind":"List","items":[]}', /Looked for nodes in file-0.json, found none among 0 items/],
    [JSON.stringify(list(node('?'))), /found none among 1 items, 0 of them pods, 1 unusable \(first: file-0/],
  ])('says of %j what it found and what to do', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });
});

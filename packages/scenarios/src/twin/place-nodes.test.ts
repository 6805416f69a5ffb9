import { edgecoreRelease, edgecoreTags, knownEngineVersions, runtimeVersion } from '@kubeedge-sim/edge-sim';
import { describe, expect, it } from 'vitest';
import type { DumpNode, DumpPod } from './dump.ts';
import { findEngine, findRelease } from './find-versions.ts';
import { placeNodes } from './place-nodes.ts';

const node = (name: string, part: Partial<DumpNode> = {}): DumpNode => ({
  name,
  roles: [],
  labels: {},
  ready: 'True',
  addresses: [{ type: 'InternalIP', address: `10.0.0.${name.length}` }],
  ...part,
});
const pod = (name: string, nodeName?: string): DumpPod => ({
  namespace: 'default',
  name,
  labels: {},
  phase: 'Running',
  hostNetwork: false,
  containers: [{ name: 'app', image: 'app' }],
  ...(nodeName !== undefined && { nodeName }),
});
const EDGE = { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', containerRuntimeVersion: 'docker://18.9.1' };
const idsOf = (found: object) =>
  'notes' in found ? (found.notes as { id: string }[]).map(({ id }) => id) : [];

describe('the release of a node', () => {
  it('is found for what every official release reports', () => {
    for (const tag of edgecoreTags())
      expect(findRelease(edgecoreRelease(tag).kubeletVersion)).toEqual({ tag, notes: [] });
  });

  it.each([
    ['v1.19.3-kubeedge-v1.6.1-kubesphere', 'v1.6.1', ['not-an-official-build']],
    ['v1.22.6-kubeedge-v1.12.1-beta.0+5c9a3b1', 'v1.12.1', ['not-an-official-build']],
    ['v1.19.3-kubeedge-v1.8.0-12+0a1b2c3d4e5f67-dirty', 'v1.8.0', ['not-an-official-build']],
    ['v1.20.1-kubeedge-v1.6.1', 'v1.6.1', ['not-an-official-build']],
    ['v1.19.3-kubeedge-v1.6.9', 'v1.6.2', ['nearest-release']],
    ['v1.40.0-kubeedge-v1.99.0', edgecoreTags().at(-1), ['nearest-release']],
  ])('of %s is that of %s, with a note', (kubeletVersion, tag, notes) => {
    const found = findRelease(kubeletVersion);
    expect(found).toMatchObject({ tag });
    expect(idsOf(found)).toEqual(notes);
  });

  it.each(['v1.19.3-kubeedge-v0.0.0-master+$Format:%h$', 'v1.20.4-k3s1', '-kubeedge-', 'x'])(
    'of %s cannot be told',
    (kubeletVersion) => {
      expect(findRelease(kubeletVersion)).toMatchObject({ unknown: { en: expect.any(String) } });
    },
  );
});

describe('the engine of a node', () => {
  it('is found for every known engine as dockershim writes it', () => {
    for (const version of knownEngineVersions()) {
      const found = findEngine(`docker://${runtimeVersion(version)}`);
      expect.soft(found).toMatchObject({ notes: [], profile: { version } });
    }
  });

  it.each([
    ['docker://18.9.1', '18.09.1', []],
    ['docker://19.3.5', '19.03.5', []],
    ['docker://20.10.24+dfsg1', '20.10.24+dfsg1', []],
    ['docker://18.9.77', '18.09.9', ['nearest-engine']],
  ])('of %s is %s', (runtime, version, notes) => {
    const found = findEngine(runtime);
    expect(found).toMatchObject({ profile: { version } });
    expect(idsOf(found)).toEqual(notes);
  });

  it.each([
    'docker://Unknown',
    'docker://99.0.0',
    'docker://',
    'docker://18.9.1\u001b[2J',
    'docker://18.9.1-\u001b[2J',
  ])('of %j cannot be told', (runtime) => {
    const found = findEngine(runtime);
    expect(found).toMatchObject({ unknown: { en: expect.stringContaining('is not known') } });
    expect(JSON.stringify(found)).not.toContain('\u001b');
  });
});

describe('placing nodes', () => {
  it('sets every node and every pod in exactly one list', () => {
    const nodes = [
      node('e1', EDGE),
      node('by-label', { ...EDGE, kubeletVersion: 'v1.20.4-k3s1', roles: ['edge'] }),
      node('containerd', { ...EDGE, containerRuntimeVersion: 'containerd://1.6.6' }),
      node('remote', { ...EDGE, kubeletVersion: 'v1.29.5-kubeedge-v1.18.0' }),
      node('silent-edge', { roles: ['edge', 'agent'] }),
      node('no-runtime', { kubeletVersion: EDGE.kubeletVersion }),
      node('odd-docker', { ...EDGE, containerRuntimeVersion: 'docker://Unknown' }),
      node('master', { kubeletVersion: 'v1.19.8', containerRuntimeVersion: 'docker://20.10.6' }),
      node('silent'),
    ];
    const pods = [pod('a', 'e1'), pod('b', 'silent'), pod('c'), pod('d', 'constructor'), pod('e', 'master')];
    const { edges, aside, cloud, unplaced, podsWithoutNode } = placeNodes({ nodes, pods });
    expect(edges.map((edge) => [edge.node.name, edge.edgecore, edge.engine.version])).toEqual([
      ['e1', 'v1.6.1', '18.09.1'],
    ]);
    expect(aside.map((edge) => [edge.node.name, edge.reason.id, edge.unaffected])).toEqual([
      ['by-label', 'release-unknown', false],
      ['containerd', 'not-docker', true],
      ['remote', 'no-docker-client', true],
      ['silent-edge', 'never-reported', false],
      ['no-runtime', 'runtime-unknown', false],
      ['odd-docker', 'engine-unknown', false],
    ]);
    expect(cloud.map((placed) => [placed.node.name, placed.pods.length])).toEqual([['master', 1]]);
    expect(unplaced.map((placed) => [placed.node.name, placed.pods.length])).toEqual([['silent', 1]]);
    expect(podsWithoutNode.map(({ pod, reason }) => `${pod.name}: ${reason.en}`)).toEqual([
      'c: it is not scheduled',
      'd: its node "constructor" is not in the dump',
    ]);
  });

  it('reports edges that share an InternalIP, with one another only, and edges that have none', () => {
    const at = (address: string) => ({ ...EDGE, addresses: [{ type: 'InternalIP', address }] });
    const nodes = [
      ...Array.from({ length: 6 }, (_, index) => node(`e${index}`, at('192.168.1.10'))),
      node('alone', at('192.168.1.11')),
      node('none', { ...EDGE, addresses: [] }),
      node('cloud', { ...at('192.168.1.11'), kubeletVersion: 'v1.19.8' }),
    ];
    const { edges } = placeNodes({ nodes, pods: [] });
    expect(edges.map(({ sharesAddress, notes }) => [sharesAddress, notes.map(({ id }) => id)])).toEqual([
      ...Array.from({ length: 6 }, () => [true, ['shared-address']]),
      [false, []],
      [false, ['no-internal-address']],
    ]);
    expect(edges[0]?.notes[0]?.text.en).toContain('is also that of e1, e2, e3 +2:');
    expect(edges[5]?.notes[0]?.text.en).toContain('is also that of e0, e1, e2 +2:');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFoundingCluster } from '../catalog/founding-cluster.ts';
import { presets } from '../presets/index.ts';
import type { ClusterFile } from './cluster-file.ts';
import { defineCluster } from './define-cluster.ts';
import { describeCluster } from './describe.ts';
import { clusterOf, presetCluster, readCluster } from './resolve.ts';
import { showCluster } from './show.ts';

const NOW_MS = Date.UTC(2021, 5, 10, 8);
const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What is said against a file, a line each, without the folder. */
function problemsOf(text: string): string[] {
  const file = write('wrong.yaml', text);
  try {
    readCluster(file);
  } catch (error) {
    const lines = (error as Error).message.replaceAll(`${folder}/`, '').split('\n');
    expect(lines.at(0)).toBe('Tried to read the cluster wrong.yaml, found:');
    expect(lines.at(-1)).toBe('See docs/clusters.md for what a cluster file holds.');
    return lines.slice(1, -1).map((line) => line.trim());
  }
  return [];
}

describe('a cluster file', () => {
  test('is laid over what it extends: mappings merged, lists replaced, null takes away', () => {
    const file = write(
      'mine.yaml',
      [
        'extends: kubesphere-3.1.0',
        'cloudcore: v1.6.2',
        'metricsServer: { args: [--kubelet-insecure-tls] }',
        'edges:',
        '  edge-node-1:',
        '    docker: 20.10',
        '    pods: { factory/sensor-agent: null, default/web: {} }',
        '  edge-node-2: null',
      ].join('\n'),
    );
    const { complete } = readCluster(file);
    const preset = presetCluster('kubesphere-3.1.0').complete;
    expect(complete.metricsServer).toMatchObject({ version: 'v0.4.2', args: ['--kubelet-insecure-tls'] });
    expect(complete.cloud).toEqual(preset.cloud);
    expect(Object.keys(complete.edges)).toEqual(['edge-node-1']);
    const edge = complete.edges['edge-node-1'];
    expect(edge).toMatchObject({ address: '10.66.0.11', docker: '20.10', edgecore: 'v1.6.2' });
    expect(Object.keys(edge?.pods ?? {})).toEqual([
      'default/nginx-7848d4b86f-x2wqz',
      'kube-system/edge-proxy',
      'default/web',
    ]);
  });

  test('extends a file by its whole path', () => {
    const base = write('whole.yaml', 'kubernetes: v1.20.4\n');
    const file = write('above.yaml', `extends: ${base}\n`);
    expect(readCluster(file).complete.kubernetes).toBe('v1.20.4');
  });

  test('extends files, too, relative to itself', () => {
    write('base.yaml', 'extends: kubesphere-3.2\nkubernetes: v1.20.4\n');
    const file = write('top.yaml', 'extends: ./base.yaml\ncloud: { name: cp-1 }\n');
    const { complete, layers } = readCluster(file);
    expect(complete).toMatchObject({ kubernetes: 'v1.20.4', cloudcore: 'v1.7.2', cloud: { name: 'cp-1' } });
    expect(layers.map(({ name }) => name.replace(`${folder}/`, ''))).toEqual([
      'kubesphere-3.1.0',
      'kubesphere-3.2',
      'base.yaml',
      'top.yaml',
    ]);
    write('one.yaml', 'extends: ./two.yaml\n');
    write('two.yaml', 'extends: ./one.yaml\n');
    expect(() => readCluster(join(folder, 'one.yaml'))).toThrow(/two\.yaml:1:1 extends: found \.\/one\.yaml/);
  });

  test('has a plain cluster where it says nothing', () => {
    const { complete } = clusterOf({ edges: { a: {}, b: { address: '10.66.0.11' }, c: {} } });
    expect(Object.values(complete.edges).map(({ address }) => address)).toEqual([
      '10.66.0.12',
      '10.66.0.11',
      '10.66.0.13',
    ]);
    expect(complete).toMatchObject({
      kubernetes: 'v1.19.8',
      cloudcore: 'v1.6.1',
      dnatPorts: [10_350],
      cloud: { name: 'master-1', machine: { cores: 4, memory: '8Gi' }, pods: {} },
    });
    expect(clusterOf({ cloudcore: 'v1.9.2' }).complete.dnatPorts).toEqual([]);
  });

  test('takes versions as they are written, and numbers where numbers are', () => {
    const { complete } = readCluster(
      write('plain.yaml', 'edges:\n  e1:\n    docker: 20.10\n    edgedPort: 10355\n    edgeStream: false\n'),
    );
    expect(complete.edges['e1']).toMatchObject({ docker: '20.10', edgedPort: 10_355, edgeStream: false });
  });

  test('puts metrics-server on the pod network, with an address of its own', () => {
    const described = (metricsServer: ClusterFile['metricsServer']) =>
      describeCluster(clusterOf(defineCluster({ metricsServer: metricsServer ?? {} })).complete, NOW_MS)
        .metricsServer;
    expect(described({})).not.toHaveProperty('hostNetwork');
    expect(described({ hostNetwork: false })).toMatchObject({ hostNetwork: false, ip: '10.233.64.240' });
    expect(described({ hostNetwork: false, ip: '10.42.0.9' })).toMatchObject({ ip: '10.42.0.9' });
    const wrong = (text: string) => problemsOf(`extends: kubesphere-3.1.0\nmetricsServer: { ${text} }`);
    expect(wrong('ip: 10.42.0.9')).toEqual([
      'wrong.yaml:2:18 metricsServer.ip: found 10.42.0.9, while its pod has the address of the cloud node; give hostNetwork: false, too',
    ]);
    expect(wrong('hostNetwork: false, ip: 10.233.64.3')).toEqual([
      'wrong.yaml:2:38 metricsServer.ip: found 10.233.64.3, which kube-system/coredns-867b49865c-5vqxz has; its pod needs an address of its own',
    ]);
  });

  test('that is wrong is told with line, column, what was found and what is allowed', () => {
    expect(
      problemsOf(
        [
          'extends: kubesphere-3.1.0',
          'kubernets: v1.20.4',
          'edges:',
          '  edge-node-1:',
          '    machine: { cores: many, memory: 8 gigs }',
          '    edgeStream: yes',
          '  Edge_3: {}',
          'streamCertificate: cloud-and-edge',
        ].join('\n'),
      ),
    ).toEqual([
      expect.stringMatching(
        /^wrong\.yaml:2:1 kubernets: unknown key; the nearest known is "kubernetes" \(of extends, kubernetes, /,
      ),
      'wrong.yaml:5:16 edges.edge-node-1.machine.cores: found "many", expected a whole number',
      'wrong.yaml:5:29 edges.edge-node-1.machine.memory: found "8 gigs", expected something like 64Mi',
      'wrong.yaml:6:5 edges.edge-node-1.edgeStream: found "yes", expected true or false',
      'wrong.yaml:7:3 edges.Edge_3: expected a name of lower-case letters, digits, - and ., as in Kubernetes',
      'wrong.yaml:8:1 streamCertificate: found "cloud-and-edge", expected one of cloud, cloud-and-edges, chart; the nearest is "cloud-and-edges"',
    ]);
    expect(problemsOf('extends: kubesphere-3.1.O\n')).toEqual([
      expect.stringMatching(/^wrong\.yaml:1:1 extends: .*the nearest is "kubesphere-3\.1\.0"/),
    ]);
    expect(problemsOf('cloudcore: v1.6.9\nlimits: { mesageBytes: 5 }\n')).toEqual([
      expect.stringMatching(/^wrong\.yaml:1:1 cloudcore: .*nearest are v1\.6\.2/),
      expect.stringMatching(/^wrong\.yaml:2:11 limits\.mesageBytes: .*the nearest is "messageBytes"/),
    ]);
    expect(problemsOf('kubesphere: { version: v3.4.9 }\n')).toEqual([
      expect.stringMatching(
        /^wrong\.yaml:1:15 kubesphere\.version: found v3\.4\.9, .*the nearest is "v3\.4\.0"/,
      ),
    ]);
    expect(problemsOf('edges:\n  site-b:\n')).toEqual([
      'wrong.yaml:2:3 edges.site-b: null takes away what is not there; for one with every default write {}',
    ]);
    expect(problemsOf('edges: [a, b]\n')).toEqual(['wrong.yaml:1:1 edges: found a list, expected a mapping']);
    expect(problemsOf('edges: {a: {\n')[0]).toMatch(/^wrong\.yaml:2:1 /);
    expect(problemsOf('a: &a [*a, *a]\n')[0]).toMatch(/more than 100000 values, or 32 deep/);
  });

  test('that is wrong only together with what it extends is told, too', () => {
    expect(
      problemsOf(
        [
          'extends: kubesphere-3.1.0',
          'metricsServer: { args: [--frob] }',
          'edges:',
          '  edge-node-1:',
          '    pods: { kube-system/coredns-867b49865c-5vqxz: {} }',
          '  edge-node-9: { address: 10.66.0.12, edgecore: v1.2.0, join: {} }',
          'cloudHosts: { master-1: { address: 192.168.0.140 }, master-2: { address: 192.168.0.139 } }',
        ].join('\n'),
      ),
    ).toEqual([
      'wrong.yaml:2:18 metricsServer.args: metrics-server refuses them: unknown flag: --frob',
      'wrong.yaml:5:13 edges.edge-node-1.pods["kube-system/coredns-867b49865c-5vqxz"]: found a pod that runs on master-1, too; name it anew',
      'wrong.yaml:6:18 edges.edge-node-9.address: found 10.66.0.12, which edge-node-2 has; hosts need addresses of their own. To report the same InternalIP give nodeIp',
      'wrong.yaml:6:57 edges.edge-node-9.join: found edgecore v1.2.0, which cannot join; use v1.3.0 or later, or leave join out',
      'wrong.yaml:7:15 cloudHosts.master-1: found the name of another host, master-1; hosts need names of their own',
      'wrong.yaml:7:65 cloudHosts.master-2.address: found 192.168.0.139, which master-1 has; hosts need addresses of their own. To report the same InternalIP give nodeIp',
    ]);
  });

  test('is the same in TypeScript, but cannot extend files', () => {
    const file = defineCluster({
      extends: 'kubesphere-3.1.0',
      edges: { 'edge-node-1': { docker: '20.10' } },
    });
    expect(clusterOf(file).complete.edges['edge-node-1']?.docker).toBe('20.10');
    const wrong = { edges: { a: { dokcer: '20.10' } } } as unknown as ClusterFile;
    expect(() => defineCluster(wrong)).toThrow('the cluster: edges.a.dokcer: unknown key');
    expect(() => defineCluster({ extends: './mine.yaml' })).toThrow('Looked for the preset "./mine.yaml"');
  });
});

describe('a cluster shown', () => {
  test('says where every value comes from', () => {
    const file = write('shown.yaml', 'extends: kubesphere-3.1.1\nkubernetes: v1.20.4\n');
    const lines = showCluster(readCluster(file)).replaceAll(`${folder}/`, '').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'kubernetes: v1.20.4 # shown.yaml',
        'cloudcore: v1.6.2 # kubesphere-3.1.1',
        '  version: v0.4.2 # kubesphere-3.1.0',
        '    edgecore: v1.6.2 # default',
        '    docker: 18.09.1 # kubesphere-3.1.0',
      ]),
    );
  });

  test.for(presets)('is a file that needs no other: $name', ({ name }) => {
    const cluster = presetCluster(name);
    const again = readCluster(write('again.yaml', showCluster(cluster)));
    expect(again.layers).toHaveLength(1);
    expect(again.complete).toEqual(cluster.complete);
  });
});

describe('presets', () => {
  test.for(presets)(
    '$name says where it was read, and names versions that there are',
    ({ name, sources }) => {
      expect(sources.length).toBeGreaterThan(0);
      expect(presetCluster(name).complete.metricsServer.hostNetwork).toBe(true);
      const { cloudcore, edges } = describeCluster(presetCluster(name).complete, NOW_MS);
      expect(edges.map(({ edgecore }) => edgecore)).toEqual([cloudcore, cloudcore]);
    },
  );

  test('kubesphere-3.1.0 is the cluster of the founding report with what KubeSphere installs', () => {
    const cell = { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' };
    const founding = describeFoundingCluster(cell, NOW_MS);
    const { metricsServer } = founding;
    const args = metricsServer.args.filter((arg) => arg !== '--metric-resolution=15s');
    expect(describeCluster(presetCluster('kubesphere-3.1.0').complete, NOW_MS)).toEqual({
      ...founding,
      metricsServer: { ...metricsServer, args },
      dnatPorts: [],
      streamCertificate: 'chart',
      edgeWatcher: { version: 'v0.1.0', region: 'zh', portMapping: true, kubeletSyncSeconds: 60 },
      kubesphere: { version: 'v3.1.0' },
    });
  });
});

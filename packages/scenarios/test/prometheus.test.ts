import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN, type Simulation, simToken, startSimulation } from 'kubeedge-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';

/** Real time: tunnels open after seven seconds, Prometheus scrapes every five. */
const POLL = { timeout: 90_000, interval: 500 };
const PORT = 9_090;
const PATHS = ['/metrics', '/metrics/cadvisor', '/metrics/probes', '/metrics/resource'];
const KUBELET_JOBS = PATHS.map((path) => `kubelet${path}`);
const EDGES = ['edge-node-1', 'edge-node-2'];
const POD = 'nginx-7848d4b86f-x2wqz';

interface Target {
  health: 'up' | 'down' | 'unknown';
  lastError: string;
  labels: { job: string; instance: string };
}

/** A node as Prometheus's own discovery makes a target of it: InternalIP and the port in its status. */
interface NodeTarget {
  name: string;
  address: string;
}

/** What docs/clients.md shows, with shorter times. Debian's Prometheus has no discovery for Kubernetes. */
function configOf(nodes: readonly NodeTarget[], apiserver: string, token: string): string {
  const job = (name: string, path: string, targets: readonly NodeTarget[]) =>
    [
      `  - job_name: ${name}`,
      '    scheme: https',
      `    metrics_path: ${path}`,
      '    authorization:',
      `      credentials: ${token}`,
      '    tls_config:',
      '      insecure_skip_verify: true',
      '    static_configs:',
      ...targets.map(
        (node) => `      - { targets: ['${node.address}'], labels: { instance: ${node.name} } }`,
      ),
    ].join('\n');
  const on10250 = nodes.map(({ name, address }) => ({ name, address: address.replace(/:.*/, ':10250') }));
  return [
    'global: { scrape_interval: 5s, scrape_timeout: 4s }',
    'scrape_configs:',
    ...PATHS.map((path) => job(`kubelet${path}`, path, nodes)),
    job('on-10250', '/metrics/cadvisor', on10250),
    ...nodes.map(({ name }) =>
      job('by-name', `/api/v1/nodes/${name}/proxy/metrics/cadvisor`, [{ name, address: apiserver }]).replace(
        'by-name',
        `by-name-${name}`,
      ),
    ),
    '',
  ].join('\n');
}

describeNeeding('prometheus', 'Prometheus with the usual kubelet scrape configuration', (tools) => {
  let simulation: Simulation;
  let folder: string;
  let url: string;
  let stop: () => Promise<void>;
  let restart: () => Promise<void>;

  beforeAll(async () => {
    simulation = await startSimulation({ net: 'loopback', settled: false });
    const { cluster } = simulation;
    const { address } = cluster.host('master-1');
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    const nodes = [
      { name: 'master-1', address: `${address}:10250` },
      ...EDGES.map((name) => ({ name, address: `${cluster.host(name).address}:10350` })),
    ];
    await writeFile(config, configOf(nodes, `${address}:6443`, simToken(cluster.world, ADMIN)));
    url = `http://${address}:${PORT}`;
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}:${PORT}`,
    ];
    const start = () => {
      const child = spawn(tools.prometheus.path, args, { stdio: 'ignore' });
      const exited = once(child, 'exit');
      stop = async () => {
        child.kill();
        await exited;
      };
    };
    restart = async () => {
      await stop();
      start();
    };
    start();
  });
  afterAll(async () => {
    await stop();
    await simulation[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(path: string): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}`).catch(() => undefined);
    return response?.ok === true ? ((await response.json()) as { data: unknown }).data : undefined;
  }
  async function targets(): Promise<Target[]> {
    const found = (await ask('targets')) as { activeTargets: Target[] } | undefined;
    return found?.activeTargets ?? [];
  }
  /** Jobs whose target of an instance is as wanted. */
  async function jobs(instance: string, health: Target['health']): Promise<string[]> {
    const all = (await targets()).filter((target) => target.labels.instance === instance);
    return all.filter((target) => target.health === health).map(({ labels }) => labels.job);
  }
  /** The values of a label in what a query finds now, each once. */
  async function valuesOf(label: string, query: string): Promise<string[]> {
    const found = (await ask(`query?query=${encodeURIComponent(query)}`)) as
      | { result: { metric: Record<string, string> }[] }
      | undefined;
    const values = (found?.result ?? []).map(({ metric }) => metric[label] ?? '');
    return [...new Set(values)].sort();
  }
  const errors = async (job: string) =>
    (await targets())
      .filter(({ labels }) => labels.job === job)
      .map(({ lastError }) => lastError.replace(/^.*: /, ''))
      .sort();

  it('finds the kubelets up on the port in their status, and edges down on 10250', {
    timeout: 120_000,
  }, async () => {
    for (const name of EDGES) {
      await expect.poll(() => jobs(name, 'up'), POLL).toEqual([`by-name-${name}`, ...KUBELET_JOBS]);
      expect(await jobs(name, 'down')).toEqual(['on-10250']);
    }
    expect(await errors('on-10250')).toEqual(['', 'connection refused', 'connection refused']);
    expect(await jobs('master-1', 'down')).toEqual([]);
  });

  it('has the edge node, and none of its containers by name, as long as the engine is too old', {
    timeout: 120_000,
  }, async () => {
    const resource = '{job="kubelet/metrics/resource"}';
    await expect
      .poll(() => valuesOf('instance', `node_cpu_usage_seconds_total${resource}`), POLL)
      .toEqual([...EDGES, 'master-1']);
    expect(await valuesOf('instance', `container_cpu_usage_seconds_total${resource}`)).toEqual([
      'edge-node-2',
      'master-1',
    ]);
    const named = 'container_memory_working_set_bytes{job="kubelet/metrics/cadvisor",container!=""}';
    expect(await valuesOf('instance', named)).toEqual(['edge-node-2', 'master-1']);
    // The kubelet knows its pods' own cgroups by their names; only their containers have none.
    const pods = 'container_memory_working_set_bytes{job="kubelet/metrics/cadvisor",pod!=""}';
    expect(await valuesOf('pod', `${pods} and on(instance) up{instance="edge-node-1"}`)).toContain(POD);
  });

  it('has them after the cure', { timeout: 120_000 }, async () => {
    await simulation.act('cure docker');
    for (const job of ['kubelet/metrics/cadvisor', 'kubelet/metrics/resource']) {
      const query = `container_memory_working_set_bytes{job="${job}",instance="edge-node-1",container!="",container!="POD"}`;
      await expect
        .poll(() => valuesOf('container', query), POLL)
        .toEqual(['app', 'nginx', 'proxy', 'sidecar']);
    }
  });

  it('keeps its connections when the rule goes; by name every scrape dials anew, and hangs', {
    timeout: 120_000,
  }, async () => {
    await simulation.act('dnat del 10350');
    for (const name of EDGES) {
      await expect.poll(() => jobs(name, 'down'), POLL).toEqual([`by-name-${name}`, 'on-10250']);
      expect(await errors(`by-name-${name}`)).toEqual(['context deadline exceeded']);
      expect(await jobs(name, 'up')).toEqual(KUBELET_JOBS);
    }
    await simulation.act('dnat add 10350');
    for (const name of EDGES) await expect.poll(() => jobs(name, 'down'), POLL).toEqual(['on-10250']);
  });

  it('finds the edges down from where no rule is, as from a pod on another network; by name they are up', {
    timeout: 120_000,
  }, async () => {
    const { cluster } = simulation;
    cluster.world.net.actAs(undefined);
    await cluster.world.net.settled();
    await restart();
    for (const name of EDGES) {
      await expect.poll(() => jobs(name, 'down'), POLL).toEqual([...KUBELET_JOBS, 'on-10250']);
      await expect.poll(() => jobs(name, 'up'), POLL).toEqual([`by-name-${name}`]);
    }
    expect(await errors('kubelet/metrics')).toEqual(['', 'connection refused', 'connection refused']);
  });
});

import { createMemoryWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edgeNode, edgePod, masterNode } from '../kube-apiserver/cluster.test-support.ts';
import { type KubeApiserver, startKubeApiserver } from '../kube-apiserver/kube-apiserver.ts';
import { namespaces } from '../kube-apiserver/resource-types.ts';
import {
  ask,
  MEASURED_AT,
  type Measured,
  startMetricsStandIn,
  startPrometheusStandIn,
} from './ks-apiserver.test-support.ts';
import { type KsApiserver, type KsApiserverOptions, startKsApiserver } from './ks-apiserver.ts';

const ROOT = '/kapis/monitoring.kubesphere.io/v1alpha3';
const MASTER = '10.0.0.2';
const MEBIBYTE = 1_048_576;

interface Series {
  metric?: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}
interface Result {
  metric_name: string;
  data: { resultType?: string; result?: Series[] };
  error?: string;
}

let world: World;
let master: Host;
let apiserver: KubeApiserver;
let measured: Measured | number;
let metricsAsked: string[];
/** Without metrics-server in discovery. */
let hidden = false;

beforeEach(() => {
  world = createMemoryWorld();
  master = world.net.host({ name: 'master', address: MASTER });
  hidden = false;
  // The inputs of upstream's own test, kubesphere/kubesphere v3.1.0
  // pkg/simple/client/monitoring/metricsserver/metricsserver_test.go.
  measured = {
    nodes: { 'edgenode-1': { cpu: '1', memory: '1Mi' }, 'edgenode-2': { cpu: '2', memory: '2Mi' } },
    pods: {
      'ns1/pod1': [{ cpu: '1m', memory: '1Mi' }],
      'ns2/pod2': [
        { cpu: '1m', memory: '1Mi' },
        { cpu: '1m', memory: '1Mi' },
      ],
    },
  };
});

afterEach(() => world[Symbol.asyncDispose]());

async function start(options: Partial<KsApiserverOptions> = {}): Promise<KsApiserver> {
  const nowMs = world.clock.now();
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  const certificate = await authority.issue({ commonName: 'master', ipAddresses: [MASTER] });
  const { service, asked } = await startMetricsStandIn(world, master, 4443, () => measured);
  metricsAsked = asked;
  const capacity = { cpu: '8', memory: '8Gi' };
  const edge = (name: string, address: string) => ({ ...edgeNode(nowMs, address), name, capacity });
  apiserver = world.own(
    await startKubeApiserver(world, master, {
      certificate,
      cluster: {
        nodes: [masterNode(nowMs), edge('edgenode-1', '192.168.100.1'), edge('edgenode-2', '192.168.100.2')],
        pods: [
          edgePod(nowMs, { namespace: 'ns1', name: 'pod1', nodeName: 'edgenode-1' }),
          edgePod(nowMs, { namespace: 'ns2', name: 'pod2', nodeName: 'edgenode-2', phase: 'Succeeded' }),
        ],
      },
      apiServices: hidden ? [] : [service],
    }),
  );
  for (const name of ['ns1', 'ns2']) apiserver.store.of(namespaces).put({ metadata: { name } });
  return world.own(await startKsApiserver(world, master, { apiserver: apiserver.endpoint, ...options }));
}

async function results(ks: KsApiserver, path: string): Promise<Result[]> {
  const { status, text } = await ask(master, ks.url, ROOT + path);
  expect(status, text).toBe(200);
  const found = (JSON.parse(text) as { results: Result[] | null }).results ?? [];
  return found.toSorted((a, b) => (a.metric_name < b.metric_name ? -1 : 1));
}

/** Name of the metric, labels, value: what upstream's recorded answers say. */
const brief = (found: readonly Result[]) =>
  found.flatMap(({ metric_name: name, data }) =>
    (data.result ?? []).map(({ metric = {}, value, values }) => {
      const [at, number] = value ?? values?.[0] ?? [];
      return `${name} ${metric['node'] ?? `${metric['namespace']}/${metric['pod']}`} ${at} ${number}`;
    }),
  );

const logged = () =>
  world.trace.of('log').map(({ detail }) => `${detail.severity} ${detail.source} ${detail.message}`);

describe('edge nodes', () => {
  it('have the figures of metrics-server, as upstream computes them', () =>
    world.run(async () => {
      const ks = await start();
      const both = '/nodes?metrics_filter=node_cpu_usage%7Cnode_memory_usage_wo_cache%24';
      expect(brief(await results(ks, both))).toEqual([
        `node_cpu_usage edgenode-1 ${MEASURED_AT} 1`,
        `node_cpu_usage edgenode-2 ${MEASURED_AT} 2`,
        `node_memory_usage_wo_cache edgenode-1 ${MEASURED_AT} 1048576`,
        `node_memory_usage_wo_cache edgenode-2 ${MEASURED_AT} 2097152`,
      ]);
      const second = '/nodes?metrics_filter=node_cpu_u&resources_filter=edgenode-2%24';
      expect(brief(await results(ks, second))).toEqual([
        `node_cpu_usage edgenode-2 ${MEASURED_AT} 2`,
        `node_cpu_utilisation edgenode-2 ${MEASURED_AT} 0.25`,
      ]);
      const memory = '/nodes?metrics_filter=node_memory_ut&resources_filter=edgenode-1%7Cedgenode-2';
      expect(brief(await results(ks, memory))).toEqual([
        `node_memory_utilisation edgenode-1 ${MEASURED_AT} ${MEBIBYTE / 8 / 2 ** 30}`,
        `node_memory_utilisation edgenode-2 ${MEASURED_AT} ${(2 * MEBIBYTE) / 8 / 2 ** 30}`,
      ]);
    }));

  it('are answered in the form that the console reads', () =>
    world.run(async () => {
      const ks = await start();
      const path = '/nodes?resources_filter=edgenode-1%24&metrics_filter=node_cpu_total%24';
      const { headers, text } = await ask(master, ks.url, ROOT + path);
      expect(headers['content-type']).toBe('application/json');
      expect(text).toBe(
        [
          '{',
          ' "results": [',
          '  {',
          '   "metric_name": "node_cpu_total",',
          '   "data": {',
          '    "resultType": "vector",',
          '    "result": [',
          '     {',
          '      "metric": {',
          '       "host_ip": "192.168.100.1",',
          '       "node": "edgenode-1",',
          '       "role": "edge"',
          '      },',
          '      "value": [',
          `       ${MEASURED_AT},`,
          '       "8"',
          '      ],',
          '      "min_value": "",',
          '      "max_value": "",',
          '      "avg_value": "",',
          '      "sum_value": "",',
          '      "fee": "",',
          '      "resource_unit": "",',
          '      "currency_unit": ""',
          '     }',
          '    ]',
          '   }',
          '  }',
          ' ]',
          '}',
        ].join('\n'),
      );
    }));

  it('are all shown for one node, whose name is no filter', () =>
    world.run(async () => {
      const ks = await start();
      expect(brief(await results(ks, '/nodes/edgenode-1?metrics_filter=node_cpu_total'))).toHaveLength(2);
    }));

  it('have one point whatever range is asked for, and nothing that metrics-server does not measure', () =>
    world.run(async () => {
      const ks = await start();
      const path =
        '/nodes?metrics_filter=node_cpu_usage%7Cnode_load1%24&start=1600000000&end=1600003600&step=60s';
      expect(await results(ks, path)).toMatchObject([
        {
          metric_name: 'node_cpu_usage',
          data: {
            resultType: 'matrix',
            result: [{ values: [[MEASURED_AT, '1']] }, { values: [[MEASURED_AT, '2']] }],
          },
        },
        { metric_name: 'node_load1', data: { resultType: 'matrix' } },
      ]);
    }));

  it('can be sorted and cut into pages', () =>
    world.run(async () => {
      const ks = await start();
      const path = '/nodes?metrics_filter=node_cpu_usage%7Cnode_load1%24&sort_metric=node_cpu_usage&limit=1';
      const { text } = await ask(master, ks.url, ROOT + path);
      expect(JSON.parse(text)).toMatchObject({ page: 1, total_page: 2, total_item: 2 });
      const [usage, load] = await results(ks, path);
      expect(brief([usage as Result])).toEqual([`node_cpu_usage edgenode-2 ${MEASURED_AT} 2`]);
      // A resource without a value has an entry all the same.
      expect(load?.data.result).toEqual([
        {
          min_value: '',
          max_value: '',
          avg_value: '',
          sum_value: '',
          fee: '',
          resource_unit: '',
          currency_unit: '',
        },
      ]);
      const rising = await results(ks, `${path}&sort_type=asc&page=2`);
      expect(brief(rising)).toContain(`node_cpu_usage edgenode-2 ${MEASURED_AT} 2`);
    }));
});

describe('pods', () => {
  it('have their containers added up, memory in MiB', () =>
    world.run(async () => {
      const ks = await start();
      const of = async (query: string) =>
        brief(
          await results(ks, `/pods?metrics_filter=pod_cpu_usage%7Cpod_memory_usage_wo_cache%24&${query}`),
        );
      expect(await of('resources_filter=pod1%24')).toEqual([
        `pod_cpu_usage ns1/pod1 ${MEASURED_AT} 0.001`,
        `pod_memory_usage_wo_cache ns1/pod1 ${MEASURED_AT} 1`,
      ]);
      expect(await of('resources_filter=pod1%7Cpod2%24')).toHaveLength(4);
      expect(await of('namespaced_resources_filter=ns2/pod2%24')).toEqual([
        `pod_cpu_usage ns2/pod2 ${MEASURED_AT} 0.002`,
        `pod_memory_usage_wo_cache ns2/pod2 ${MEASURED_AT} 2`,
      ]);
      expect((await of('namespaced_resources_filter=ns1/pod1%7Cns2/pod2%24')).toSorted()).toEqual(
        (await of('resources_filter=pod1%7Cpod2%24')).toSorted(),
      );
      // Neither a pattern nor a node chooses pods.
      expect(await of('resources_filter=pod.*')).toEqual([]);
      expect(await of('')).toEqual([]);
    }));

  it('are asked of metrics-server once for all metrics, and again for each while it has none at all', () =>
    world.run(async () => {
      const ks = await start();
      await results(ks, '/pods?resources_filter=pod1%24');
      expect(metricsAsked).toHaveLength(1);
      await results(ks, '/pods?metrics_filter=pod_net&resources_filter=pod1%24');
      expect(metricsAsked).toHaveLength(3);
    }));

  it('are left out when metrics-server does not know them, which only the log says', () =>
    world.run(async () => {
      const ks = await start();
      const path = '/namespaces/ns1/pods/nope?metrics_filter=pod_cpu_usage';
      expect(await results(ks, path)).toEqual([
        { metric_name: 'pod_cpu_usage', data: { resultType: 'vector' } },
      ]);
      const error = 'podmetrics.metrics.k8s.io "ns1/nope" not found';
      expect(logged()).toContain(`E metricsserver.go:162 Get pod metrics on edge node error:${error}`);
      expect(logged()).toContain(`E metricsserver.go:457 Get pod metrics of edge nodes error ${error}\n`);
    }));

  it('are asked for by names that stay in their place of the path', () =>
    world.run(async () => {
      const ks = await start();
      for (const path of [
        '/namespaces/ns1/pods/a%2F..%2F..%2F..%2Fb?metrics_filter=pod_cpu_usage',
        '/pods?metrics_filter=pod_cpu_usage&namespaced_resources_filter=../pod1',
        '/pods?metrics_filter=pod_cpu_usage&namespaced_resources_filter=ns1/a%3Fwatch%3Dtrue%0Ab',
      ])
        expect(await results(ks, path)).toEqual([
          { metric_name: 'pod_cpu_usage', data: { resultType: 'vector' } },
        ]);
      expect(metricsAsked).toEqual([expect.stringMatching(/\/namespaces\/ns1\/pods\/a%3Fwatch%3Dtrue%0Ab$/)]);
      expect(logged().join()).toContain('invalid resource name "a/../../../b": [may not contain \'/\']');
      expect(logged().join()).toContain('invalid namespace "..": [may not be \'..\']');
    }));

  it('without a namespace make it hang up', () =>
    world.run(async () => {
      const ks = await start();
      const asked = ask(master, ks.url, `${ROOT}/pods?namespaced_resources_filter=pod1`);
      await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
    }));
});

describe('metrics-server', () => {
  it('is not asked before ks-apiserver starts anew when it was not there at the start', () =>
    world.run(async () => {
      hidden = true;
      const ks = await start();
      expect(logged()).toContain('W metricsserver.go:238 Metrics API not available.');
      expect(world.trace.of('ks-apiserver.metrics-api').map(({ detail }) => detail.available)).toEqual([
        false,
      ]);
      expect(brief(await results(ks, '/nodes'))).toEqual([]);
      expect(metricsAsked).toEqual([]);
    }));

  it('that fails is only spoken of in the log', () =>
    world.run(async () => {
      const ks = await start();
      measured = 503;
      expect(await results(ks, '/nodes?metrics_filter=node_cpu_usage')).toEqual([
        { metric_name: 'node_cpu_usage', data: { resultType: 'vector' } },
      ]);
      expect(logged()).toContain(
        'E metricsserver.go:353 Get edge node metrics error ' +
          'the server is currently unable to handle the request (get nodes.metrics.k8s.io)\n',
      );
    }));
});

describe('a real Prometheus', () => {
  const prometheusAt = (port: number) => ({ url: `http://${MASTER}:${port}`, from: master });

  it('is asked KubeSphere’s queries, and only what it has not comes from metrics-server', () =>
    world.run(async () => {
      const asked = await startPrometheusStandIn(world, master, 9999, (form) => ({
        resultType: 'vector',
        result: form.get('query')?.includes('utilisation:avg1m{')
          ? [{ metric: { node: 'master' }, value: [MEASURED_AT + 0.5, '1e-7'] }]
          : [],
      }));
      const ks = await start({ prometheus: prometheusAt(9999) });
      const path = '/nodes?metrics_filter=node_cpu_utilisation%7Cnode_cpu_total%24&time=1616675700';
      const found = await results(ks, path);
      expect(brief(found)).toEqual([
        `node_cpu_total edgenode-1 ${MEASURED_AT} 8`,
        `node_cpu_total edgenode-2 ${MEASURED_AT} 8`,
        `node_cpu_utilisation master ${MEASURED_AT + 0.5} 0.0000001`,
      ]);
      expect(
        asked
          .map(({ method, url, form }) => `${method} ${url} ${form['time']} ${form['query']}`)
          .toSorted((a, b) => a.localeCompare(b)),
      ).toEqual([
        'POST /api/v1/query 1616675700 node:node_cpu_utilisation:avg1m{node=~".*"}',
        'POST /api/v1/query 1616675700 node:node_num_cpu:sum{node=~".*"}',
      ]);
      // A ranking wants edge nodes beside all others.
      expect(brief(await results(ks, `${path}&type=rank`))).toHaveLength(5);
      expect(world.trace.of('ks-apiserver.merged').at(0)?.detail).toBeDefined();
    }));

  it('is asked for a range in seconds', () =>
    world.run(async () => {
      const asked = await startPrometheusStandIn(world, master, 9999, () => ({
        resultType: 'matrix',
        result: [],
      }));
      const ks = await start({ prometheus: prometheusAt(9999) });
      await results(ks, '/nodes/master/pods?metrics_filter=pod_memory_usage%24&start=100&end=200&step=1m30s');
      expect(asked).toMatchObject([
        {
          url: '/api/v1/query_range',
          form: {
            start: '100',
            end: '200',
            step: '90',
            query:
              'sum by (namespace, pod) (container_memory_usage_bytes{job="kubelet", pod!="", image!=""}) * on ' +
              '(namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{} * on (namespace, pod) ' +
              'group_left(node) kube_pod_info{node="master",pod=~".*"}',
          },
        },
      ]);
    }));

  it('that is down leaves its error beside what metrics-server has', () =>
    world.run(async () => {
      const ks = await start({ prometheus: prometheusAt(9998), version: 'v3.2.1' });
      const [usage] = await results(ks, '/nodes?metrics_filter=node_cpu_usage');
      expect(usage?.error).toBe(
        `Post "http://${MASTER}:9998/api/v1/query": dial tcp ${MASTER}:9998: connect: connection refused`,
      );
      expect(usage?.data.resultType).toBeUndefined();
      expect(usage?.data.result).toHaveLength(2);
    }));

  it.for([
    [{ status: 500, body: 'x' }, 'server_error: server error: 500'],
    [{ status: 404, body: 'x' }, 'client_error: client error: 404'],
    [
      { status: 400, body: '{"status":"error","errorType":"bad_data","error":"parse error"}' },
      'bad_data: parse error',
    ],
  ] as const)('that answers %j', async ([reply, error]) =>
    world.run(async () => {
      await startPrometheusStandIn(world, master, 9999, () => reply);
      const ks = await start({ prometheus: prometheusAt(9999) });
      expect((await results(ks, '/nodes?metrics_filter=node_load1%24'))[0]?.error).toBe(error);
    }),
  );
});

describe('a request', () => {
  const wrong = "'time' and the combination of 'start' and 'end' are mutually exclusive.";
  it.for([
    ['/nodes?start=1', 400, `${wrong}\n`],
    ['/nodes?start=5&end=1', 400, "'start' must be before 'end'.\n"],
    ['/nodes?start=a%26b&end=1', 400, 'strconv.ParseInt: parsing "a&amp;b": invalid syntax\n'],
    [
      '/nodes?time=99999999999999999999',
      400,
      'strconv.ParseInt: parsing "99999999999999999999": value out of range\n',
    ],
    ['/nodes?start=1&end=2&step=60', 400, 'time: missing unit in duration 60\n'],
    ['/nodes?start=1&end=2&step=1d', 400, 'time: unknown unit d in duration 1d\n'],
    ['/nodes?sort_metric=x&page=0', 400, "Invalid parameter 'page'.\n"],
    ['/nodes?sort_metric=x&limit=z', 400, "Invalid parameter 'limit'.\n"],
    ['/nodes?metrics_filter=%5B', 200, '{\n "results": null\n}'],
    ['/nodes?metrics_filter=nothing', 200, '{\n "results": null\n}'],
    ['/namespaces/nope/pods', 400, 'namespaces "nope" not found\n'],
    ['/nodes/a/b/c', 404, '404: Page Not Found'],
  ] as const)('%s is answered %i', async ([path, status, text]) =>
    world.run(async () => {
      const ks = await start();
      expect(await ask(master, ks.url, ROOT + path)).toMatchObject({ status, text });
    }),
  );

  it('is read as the Go of its release does', () =>
    world.run(async () => {
      const ks = await start({ version: 'v3.1.1' });
      const { text } = await ask(master, ks.url, `${ROOT}/nodes?start=1&end=2&step=1d`);
      expect(text).toBe('time: unknown unit "d" in duration "1d"\n');
    }));

  it('may name the cluster, and no other', () =>
    world.run(async () => {
      const ks = await start();
      const of = (cluster: string) =>
        ask(
          master,
          ks.url,
          `/kapis/clusters/${cluster}/monitoring.kubesphere.io/v1alpha3/nodes?metrics_filter=x`,
        );
      expect((await of('host')).status).toBe(200);
      expect(await of('member')).toMatchObject({ status: 404, text: 'cluster member not found\n' });
    }));

  it('with two slashes, as the console sends it, is sent to the path with one', () =>
    world.run(async () => {
      const ks = await start();
      expect(await ask(master, ks.url, `${ROOT}//pods?step=60s`)).toMatchObject({
        status: 301,
        text: `<a href="${ROOT}/pods?step=60s">Moved Permanently</a>.\n\n`,
        headers: { location: `${ROOT}/pods?step=60s`, 'content-type': 'text/html; charset=utf-8' },
      });
    }));

  it('is refused as go-restful and ServeMux do', () =>
    world.run(async () => {
      const ks = await start();
      const nodes = `${ROOT}/nodes`;
      expect(await ask(master, ks.url, nodes, { method: 'POST' })).toMatchObject({
        status: 405,
        text: '405: Method Not Allowed',
        headers: { allow: 'GET' },
      });
      expect((await ask(master, ks.url, nodes, { headers: { accept: 'text/html' } })).status).toBe(406);
      expect(await ask(master, ks.url, '/kapis/nope')).toMatchObject({
        status: 404,
        text: '404 page not found\n',
      });
    }));

  it('before its namespace was made finds names without data', () =>
    world.run(async () => {
      const ks = await start();
      const found = await results(ks, '/namespaces/ns1/pods?time=1');
      expect(found).toContainEqual({ metric_name: 'pod_cpu_usage', data: {} });
      expect(found).toContainEqual({ metric_name: 'meter_pod_pvc_bytes_total', data: {} });
    }));
});

it('has the names of its release', () =>
  world.run(async () => {
    const names = async (version: 'v3.2.1' | 'v3.3.0', port: number) => {
      const ks = world.own(
        await startKsApiserver(world, master, { apiserver: apiserver.endpoint, version, port }),
      );
      return (await results(ks, '/nodes')).map(({ metric_name: name }) => name);
    };
    await start();
    const old = await names('v3.2.1', 9091);
    expect(old).toHaveLength(32);
    const added = (await names('v3.3.0', 9092)).filter((name) => !old.includes(name));
    expect(added).toEqual(['node_device_size_usage', 'node_device_size_utilisation']);
  }));

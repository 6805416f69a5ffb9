// Test support only: not exported from index.ts.
import { createHttpServer, type Host, httpRequest, listenHttp, type World } from '@kubeedge-sim/sim-kit';
import type { ApiService } from '../kube-apiserver/aggregation.ts';
import type { NodeMetrics, PodMetrics } from '../metrics-server/metrics-api.ts';

const METRICS_API = '/apis/metrics.k8s.io/v1beta1';
const TIME = '2021-03-25T12:34:56Z';
/** That time in Unix seconds. */
export const MEASURED_AT = 1_616_675_696;

/** What a stand-in for metrics-server holds; quantities as text. */
export interface Measured {
  nodes?: Record<string, { cpu: string; memory: string }>;
  /** `namespace/name` to the usage of its containers. */
  pods?: Record<string, { cpu: string; memory: string }[]>;
}

/** A server of metrics.k8s.io/v1beta1, to be put behind the API face; what it is asked is collected. */
export async function startMetricsStandIn(
  world: World,
  host: Host,
  port: number,
  measured: () => Measured | number,
) {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const now = measured();
    const { status, body } = typeof now === 'number' ? { status: now, body: 'no' } : answer(url, now);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const authority = await world.net.authority({ commonName: 'metrics' });
  const certificate = await authority.issue({ commonName: 'metrics', ipAddresses: [host.address] });
  const tls = { certificate, clientAuth: 'request' } as const;
  world.own(await listenHttp(host, { port }, { tls, component: 'metrics-stand-in' }, server));
  const endpoint = { address: host.address, port };
  const service: ApiService = { group: 'metrics.k8s.io', version: 'v1beta1', endpoint };
  return { service, asked };
}

function answer(url: string, { nodes = {}, pods = {} }: Measured): { status: number; body: object } {
  const common = { selfLink: '', creationTimestamp: TIME };
  const nodeItems: NodeMetrics[] = Object.entries(nodes).map(([name, usage]) => ({
    metadata: { name, ...common },
    timestamp: TIME,
    window: '30s',
    usage,
  }));
  const podItems: PodMetrics[] = Object.entries(pods).map(([key, containers]) => {
    const [namespace = '', name = ''] = key.split('/');
    return {
      metadata: { name, namespace, ...common },
      timestamp: TIME,
      window: '30s',
      containers: containers.map((usage, at) => ({ name: `c${at}`, usage })),
    };
  });
  const [path = ''] = url.split('?', 1);
  if (path === `${METRICS_API}/nodes`) return { status: 200, body: { items: nodeItems } };
  const [, namespace, name] =
    /^(?:\/namespaces\/([^/]+))?\/pods(?:\/([^/]+))?$/.exec(path.replace(METRICS_API, '')) ?? [];
  const inNamespace = podItems.filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
  );
  if (name === undefined) return { status: 200, body: { items: inNamespace } };
  const pod = inNamespace.find(({ metadata }) => metadata.name === name);
  const message = `podmetrics.metrics.k8s.io "${namespace}/${name}" not found`;
  return pod === undefined ? { status: 404, body: { kind: 'Status', message } } : { status: 200, body: pod };
}

/** A stand-in for Prometheus: the answer to a query, or a status with a body. */
export async function startPrometheusStandIn(
  world: World,
  host: Host,
  port: number,
  reply: (query: URLSearchParams) => object | { status: number; body: string },
) {
  const asked: { method: string; url: string; form: Record<string, string> }[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.once('end', () => {
      const form = new URLSearchParams(body);
      asked.push({ method: request.method ?? '', url: request.url ?? '', form: Object.fromEntries(form) });
      const answered = reply(form);
      const failed = 'status' in answered && typeof answered.status === 'number' ? answered : undefined;
      response.writeHead(failed === undefined ? 200 : Number(failed.status));
      response.end(
        failed === undefined
          ? JSON.stringify({ status: 'success', data: answered })
          : (failed as { body: string }).body,
      );
    });
  });
  world.own(await listenHttp(host, { port }, { component: 'prometheus-stand-in' }, server));
  return asked;
}

/** A request to ks-apiserver. */
export async function ask(
  host: Host,
  url: string,
  path: string,
  init: { method?: string; headers?: Record<string, string> } = {},
) {
  const { hostname, port } = new URL(url);
  const target = { address: hostname, port: Number(port) };
  const response = await httpRequest(host, { target, path, component: 'test', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

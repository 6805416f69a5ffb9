import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiClient } from './api-client.ts';
import { metricsJson } from './metric.ts';
import { type MetricLevel, noHitNames } from './metric-names.data.ts';
import type { Monitoring } from './monitoring.ts';
import { PanicError } from './panic.ts';
import { BadRequestError, NoHitError, readQuery } from './query.ts';
import { sendEntity, sendGoError } from './send.ts';
import type { KubesphereVersion } from './versions.data.ts';

export const MONITORING_ROOT = '/kapis/monitoring.kubesphere.io/v1alpha3';

/**
 * The routes of named metrics (kubesphere/kubesphere v3.1.0 pkg/kapis/monitoring/v1alpha3/register.go; ingresses from
 * v3.2.0 on). What they are about is the last word but for pods of a node or a workload.
 */
const routes: readonly { path: string; level: MetricLevel; since?: '3.2' }[] = [
  { path: '/cluster', level: 'cluster' },
  { path: '/nodes', level: 'node' },
  { path: '/nodes/:node', level: 'node' },
  { path: '/workspaces', level: 'workspace' },
  { path: '/workspaces/:workspace', level: 'workspace' },
  { path: '/workspaces/:workspace/namespaces', level: 'namespace' },
  { path: '/namespaces', level: 'namespace' },
  { path: '/namespaces/:namespace', level: 'namespace' },
  { path: '/namespaces/:namespace/workloads', level: 'workload' },
  { path: '/namespaces/:namespace/workloads/:kind', level: 'workload' },
  { path: '/pods', level: 'pod' },
  { path: '/namespaces/:namespace/pods', level: 'pod' },
  { path: '/namespaces/:namespace/pods/:pod', level: 'pod' },
  { path: '/namespaces/:namespace/workloads/:kind/:workload/pods', level: 'pod' },
  { path: '/nodes/:node/pods', level: 'pod' },
  { path: '/nodes/:node/pods/:pod', level: 'pod' },
  { path: '/namespaces/:namespace/pods/:pod/containers', level: 'container' },
  { path: '/namespaces/:namespace/pods/:pod/containers/:container', level: 'container' },
  { path: '/storageclasses/:storageclass/persistentvolumeclaims', level: 'pvc' },
  { path: '/namespaces/:namespace/persistentvolumeclaims', level: 'pvc' },
  { path: '/namespaces/:namespace/persistentvolumeclaims/:pvc', level: 'pvc' },
  { path: '/namespaces/:namespace/ingresses', level: 'ingress', since: '3.2' },
  { path: '/namespaces/:namespace/ingresses/:ingress', level: 'ingress', since: '3.2' },
  { path: '/components/etcd', level: 'etcd' },
  { path: '/components/apiserver', level: 'apiserver' },
  { path: '/components/scheduler', level: 'scheduler' },
];

/** What a release serves, with `{name}` for what is variable. */
export const monitoringPaths = ({ minor }: KubesphereVersion): string[] => [
  ...routes
    .filter(({ since = '3.1' }) => since <= minor)
    .map(({ path }) => MONITORING_ROOT + path.replace(/:(\w+)/g, '{$1}')),
  `${MONITORING_ROOT}/components/{component}`,
];

export interface MonitoringRouteOptions {
  version: KubesphereVersion;
  now(): number;
  get: ApiClient;
  monitoring: Monitoring;
  eventOf(request: FastifyRequest): number;
}

/** Adds the monitoring routes: named metrics of Prometheus, and of metrics-server for edge nodes and pods. */
export function addMonitoringRoutes(app: FastifyInstance, options: MonitoringRouteOptions): void {
  const { version, get, monitoring } = options;
  for (const { path, level, since = '3.1' } of routes) {
    if (since > version.minor) continue;
    app.get(MONITORING_ROOT + path, (request, reply) => answer(request, reply, level));
  }
  // A component that nobody knows has no metrics.
  app.get(`${MONITORING_ROOT}/components/:component`, (_request, reply) =>
    sendEntity(reply, metricsJson({ results: null })),
  );

  async function answer(request: FastifyRequest, reply: FastifyReply, level: MetricLevel) {
    const parent = options.eventOf(request);
    const namespaceAge = async (name: string) => {
      const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
      type Created = { metadata: { creationTimestamp: string } };
      const { metadata } = await get<Created>({ path, resource: 'namespaces', name, parent });
      return Date.parse(metadata.creationTimestamp);
    };
    try {
      const query = await readQuery({
        level,
        path: request.params as Record<string, string>,
        params: new URLSearchParams(request.url.replace(/^[^?]*\??/, '')),
        version,
        nowMs: options.now(),
        namespaceAge,
      });
      return sendEntity(reply, metricsJson(await monitoring(query, parent)));
    } catch (error) {
      if (error instanceof NoHitError) return sendEntity(reply, noHit(level, version));
      if (error instanceof BadRequestError) return sendGoError(reply, error.message, 400);
      if (error instanceof PanicError) {
        request.raw.socket.destroy();
        return reply.hijack();
      }
      throw error;
    }
  }
}

/** An entry without data for each name. */
const noHit = (level: MetricLevel, { minor }: KubesphereVersion) => ({
  results: noHitNames(level, minor).map((name) => ({ metric_name: name, data: {} })),
});

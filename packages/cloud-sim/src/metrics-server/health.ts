import type { FastifyInstance } from 'fastify';
import { goDuration } from '../kube-apiserver/human-duration.ts';
import { sendText } from '../kube-apiserver/send.ts';
import type { Log } from './klog.ts';
import type { RoundState } from './scrape-loop.ts';
import type { MetricsStorage } from './storage.ts';
import type { Voice } from './voice.ts';

/** What health checks look at. */
export interface HealthView {
  nowMs: number;
  startedMs: number;
  resolutionMs: number;
  round: RoundState;
  ready: MetricsStorage['ready'];
}

/** Why the server is not well, with what else the log says of it; undefined when it is. */
export type HealthCheck = (view: HealthView) => { err: string; values?: Record<string, string> } | undefined;

/** Names of checks by endpoint, in their order, and what each of them looks at; others are always well. */
export interface HealthTraits {
  endpoints: Readonly<Record<string, readonly string[]>>;
  checks: Readonly<Record<string, HealthCheck>>;
  /** What the last round counts as before there is one. */
  lastOkAtFirst: boolean;
}

/**
 * kubernetes-sigs/metrics-server v0.3.7 pkg/manager/manager.go CheckHealth: a time that was never set is 292 years
 * ago, the most that Go can say.
 */
export const tickInTime: HealthCheck = ({ nowMs, resolutionMs, round: { lastStartMs } }) => {
  const maxMs = 1.1 * resolutionMs;
  if (lastStartMs !== undefined && nowMs - lastStartMs <= maxMs) return undefined;
  const wait = lastStartMs === undefined ? '2562047h47m16.854775807s' : goDuration(nowMs - lastStartMs);
  return {
    err: `time since last tick (${wait}) was greater than expected metrics resolution (${goDuration(maxMs)})`,
  };
};

export const lastTickOk: HealthCheck = ({ round }) =>
  round.lastOk
    ? undefined
    : { err: 'there was an error collecting or saving metrics in the last collection tick' };

/** kubernetes-sigs/metrics-server v0.4.2 pkg/server/server.go CheckLiveness, CheckReadiness. */
export const liveness: HealthCheck = (view) =>
  tickInTime({ ...view, round: { ...view.round, lastStartMs: view.round.lastStartMs ?? view.startedMs } });
export const readiness: HealthCheck = ({ round }) =>
  round.lastOk ? undefined : { err: "last tick wasn't healthy" };

/** kubernetes-sigs/metrics-server v0.5.0, v0.9.0 pkg/server/server.go RegisterProbes. */
export const collectionTimely: HealthCheck = ({ nowMs, resolutionMs, round: { lastStartMs } }) => {
  const maxMs = 1.5 * resolutionMs;
  if (lastStartMs === undefined || nowMs - lastStartMs <= maxMs) return undefined;
  const values = { duration: goDuration(nowMs - lastStartMs), maxDuration: goDuration(maxMs) };
  return { err: "metric collection didn't finish on time", values };
};
export const storageReady =
  (err: string, needs: 'nodes-or-pods' | 'nodes-and-pods'): HealthCheck =>
  ({ ready: { nodes, pods } }) =>
    (needs === 'nodes-or-pods' ? nodes || pods : nodes && pods) ? undefined : { err };
export const informersSynced: HealthCheck = ({ round }) =>
  round.synced ? undefined : { err: 'cache for node informer has not synced' };

export interface HealthRoutesOptions {
  traits: HealthTraits;
  voice: Voice;
  log: Log;
  view(): HealthView;
}

/**
 * Adds the health endpoints of the release.
 * kubernetes/apiserver v0.19.7, v0.36.2 pkg/server/healthz/healthz.go.
 */
export function addHealthRoutes(app: FastifyInstance, options: HealthRoutesOptions): void {
  const { traits, voice, log, view } = options;
  const fails = (check: string): boolean => {
    const problem = traits.checks[check]?.(view());
    if (problem === undefined) return false;
    const { err, values } = problem;
    const line = voice.failedProbe?.(check, { err, ...values });
    if (line !== undefined) log(line);
    return true;
  };
  for (const [name, checks] of Object.entries(traits.endpoints)) {
    app.get(`/${name}`, (request, reply) => {
      const failed = checks.filter(fails);
      const lines = checks.map((check) =>
        failed.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`,
      );
      if (failed.length > 0) return sendText(reply, [...lines, `${name} check failed`].join('\n'), 500);
      const verbose = 'verbose' in (request.query as object);
      const text = verbose ? `${[...lines, `${name} check passed`].join('\n')}\n` : 'ok';
      return reply.header('content-type', 'text/plain; charset=utf-8').send(text);
    });
  }
}

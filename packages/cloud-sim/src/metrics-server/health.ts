import type { FastifyInstance } from 'fastify';
import { sendText } from '../kube-apiserver/send.ts';

/** Why the server is not well, or undefined. */
export type HealthCheck = () => string | undefined;

/**
 * Adds /healthz, /livez and /readyz. Each runs every check: metrics-server registers both of its own with all
 * three.
 * kubernetes/apiserver v0.19.7 pkg/server/healthz/healthz.go; kubernetes-sigs/metrics-server v0.4.2
 * cmd/metrics-server/app/start.go.
 */
export function addHealthRoutes(app: FastifyInstance, checks: Readonly<Record<string, HealthCheck>>): void {
  const all: Record<string, HealthCheck> = { ping: () => undefined, log: () => undefined, ...checks };
  for (const name of ['healthz', 'livez', 'readyz']) {
    app.get(`/${name}`, (request, reply) => {
      const failed = Object.keys(all).filter((check) => all[check]?.() !== undefined);
      const lines = Object.keys(all).map((check) =>
        failed.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`,
      );
      if (failed.length > 0) return sendText(reply, [...lines, `${name} check failed`].join('\n'), 500);
      const verbose = 'verbose' in (request.query as object);
      const text = verbose ? `${[...lines, `${name} check passed`].join('\n')}\n` : 'ok';
      return reply.header('content-type', 'text/plain; charset=utf-8').send(text);
    });
  }
}

import {
  type Endpoint,
  type Host,
  httpRequest,
  type TlsClientOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import { goErrorText } from './go-errors.ts';

/** A readiness probe as a manifest has it. Durations in milliseconds. */
export interface ReadinessProbe {
  path: string;
  initialDelayMs: number;
  periodMs: number;
  failureThreshold: number;
}

export interface ServiceReadinessOptions {
  /** The Service, `namespace/name`. */
  service: string;
  /** The one pod behind it. */
  endpoint: Endpoint;
  /** Undefined: the pod is ready as long as it runs. */
  probe: ReadinessProbe | undefined;
}

export interface ServiceReadiness extends AsyncDisposable {
  /** Whether the Service has an address behind it. */
  isReady(): boolean;
  /** The pod has been started anew: it is not ready until it says so. */
  restarted(): void;
}

const TIMEOUT_MS = 1_000;
const insecure: TlsClientOptions = { verify: false };

/**
 * Looks after a Service with one pod: asks the pod's readiness probe as its kubelet does, and takes the pod out of the
 * Service's endpoints while it is not ready, which makes an APIService that names the Service unavailable at once.
 * kubernetes/kubernetes v1.19.8 pkg/kubelet/prober/worker.go; pkg/controller/endpoint; kubernetes/kube-aggregator
 * v0.19.8 pkg/controllers/status/available_controller.go.
 */
export function watchServiceReadiness(
  world: World,
  host: Host,
  { service, endpoint, probe }: ServiceReadinessOptions,
): ServiceReadiness {
  const stop = new AbortController();
  let generation = new AbortController();
  let ready = probe === undefined;
  const change = (to: boolean, reason: string, parent?: number) => {
    if (ready === to) return;
    ready = to;
    const detail = { service, ready, reason };
    world.trace.emit({ host: host.name, component: 'kubelet', kind: 'service.ready', detail, parent });
  };

  async function watch(of: ReadinessProbe, signal: AbortSignal): Promise<void> {
    await world.clock.sleep(of.initialDelayMs, { signal, label: `readiness probe of ${service}` });
    for (let failures = 0; ; ) {
      const answer = await ask(of, signal);
      failures = answer.ok ? 0 : failures + 1;
      if (answer.ok) change(true, answer.text, answer.event);
      else if (failures >= of.failureThreshold) change(false, answer.text, answer.event);
      await world.clock.sleep(of.periodMs, { signal, label: `readiness probe of ${service}` });
    }
  }

  async function ask({ path }: ReadinessProbe, signal: AbortSignal) {
    const { text, ok } = await httpRequest(host, {
      target: endpoint,
      path,
      headers: { 'user-agent': 'kube-probe/1.19', accept: '*/*' },
      tls: insecure,
      timeoutMs: TIMEOUT_MS,
      signal,
      component: 'kubelet',
    })
      .then(async (response) => ({
        ok: response.status >= 200 && response.status < 400,
        text: `HTTP probe failed with statuscode: ${response.status}`,
        body: await response.text(),
      }))
      .catch((error: unknown) => {
        if (signal.aborted) throw error;
        return {
          ok: false,
          text: `Get "https://${endpoint.address}:${endpoint.port}${path}": ${goErrorText(error)}`,
        };
      });
    const said = ok ? 'ok' : world.net.describe(text);
    const detail = { service, path, ok, ...(!ok && { error: said }) };
    const event = world.trace.emit({ host: host.name, component: 'kubelet', kind: 'service.probed', detail });
    return { ok, text: said, event };
  }

  const begin = () => {
    generation = new AbortController();
    if (probe === undefined) return Promise.resolve();
    const signal = AbortSignal.any([stop.signal, generation.signal]);
    return watch(probe, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
  let running = begin();
  // Failures surface at dispose.
  running.catch(() => {});
  return {
    isReady: () => ready,
    restarted() {
      if (probe === undefined) return;
      change(false, 'the container has been started anew');
      generation.abort(new Error(`${service} has been started anew`));
      const before = running;
      running = Promise.all([before, begin()]).then(() => {});
      running.catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error(`${service} is no longer looked after`));
      await running;
    },
  };
}

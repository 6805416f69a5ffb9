import {
  FlagError,
  type MetricsServerTag,
  metricsServerVersions,
  parseFlags,
  startMetricsServer,
  watchServiceReadiness,
} from '@kubeedge-sim/cloud-sim';
import type { Certificate, Endpoint, Host, World } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';
import { type MetricsServerDescription, podOfMetricsServer } from './description.ts';

export const METRICS_SERVER_PORT = 4_443;

/** What restarts it: other arguments, or another network. */
export type MetricsServerAction = Extract<Action, { do: 'metrics-server' | 'hostnetwork' }>;

/** metrics-server of a cluster, and the Service in front of it. */
export interface MetricsServerPart extends AsyncDisposable {
  /** Whether the Service has an endpoint; one outside is not watched and always has. */
  isReady(): boolean;
  /** @throws RangeError when it is a process outside, and with its own words for arguments that it refuses */
  act(action: MetricsServerAction): Promise<void>;
}

/** Starts it on `host`, unless the description leaves it to a process outside. */
export async function startMetricsServerOf(
  world: World,
  host: Host,
  description: MetricsServerDescription,
  { certificate, apiserver, root }: { certificate: Certificate; apiserver: Endpoint; root: Certificate },
): Promise<MetricsServerPart> {
  if (description.external === true) return outsidePart;
  const version = description.version as MetricsServerTag;
  const start = (metricsServer: MetricsServerDescription) => {
    const pod = podOfMetricsServer({ metricsServer });
    return startMetricsServer(world, host, {
      certificate,
      apiserver,
      args: metricsServer.args,
      version,
      // In a pod, client-go takes the cluster's own authority unless --kubelet-certificate-authority is given
      // (metrics-server v0.4.2 cmd/metrics-server/app/options/options.go).
      kubeletRoots: [root],
      ...(pod !== undefined && { pod }),
    });
  };
  let now = description;
  let process = await start(now);
  const readiness = watchServiceReadiness(world, host, {
    service: 'kube-system/metrics-server',
    endpoint: { address: host.address, port: METRICS_SERVER_PORT },
    probe: metricsServerVersions[version].readinessProbe,
  });
  return {
    isReady: () => readiness.isReady(),
    async act(action) {
      if (action.do === 'metrics-server') checkFlags(action.args, version);
      now =
        action.do === 'metrics-server' ? { ...now, args: action.args } : { ...now, hostNetwork: action.on };
      await process.close();
      process = await start(now);
      readiness.restarted();
    },
    async [Symbol.asyncDispose]() {
      await process.close();
      await readiness[Symbol.asyncDispose]();
    },
  };
}

const outsidePart: MetricsServerPart = {
  isReady: () => true,
  async act() {
    throw new RangeError(
      'Tried to restart metrics-server, found that it is a process outside. Restart it yourself.',
    );
  },
  async [Symbol.asyncDispose]() {},
};

/** @throws RangeError with the words of metrics-server for arguments that it refuses */
function checkFlags(args: readonly string[], version: MetricsServerTag): void {
  try {
    parseFlags(args, version);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new RangeError(`metrics-server refuses ${args.join(' ')}: ${error.message}. Nothing was changed.`);
  }
}

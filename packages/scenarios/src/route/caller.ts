import type { Host } from '@kubeedge-sim/sim-kit';
import { isAddress } from '../address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { podOfMetricsServer } from '../cluster/description.ts';
import { UsageError } from '../usage-error.ts';

/** Who dials: a process on a host's own network, or a pod behind it. */
export interface Caller {
  name: string;
  host: Host;
  /** Address of the pod. */
  pod?: string;
}

/** Of the pod network that KubeKey makes (10.233.64.0/18), for a pod that nobody has described. */
export const SOME_POD_ADDRESS = '10.233.64.250';

/**
 * Reads a caller: `master-1`, or `pod:namespace/name@master-1` (a pod that is not described gets an address of the pod
 * network; `kube-system/metrics-server` on the cloud node is where its description says).
 * @throws UsageError for a host that is not there and for words of another form; a pod on the host's network is its host
 */
export function readCaller(cluster: Pick<Cluster, 'description' | 'host'>, text: string): Caller {
  const match = /^(?:pod:([^@]*)@)?([^@:]+)$/.exec(text);
  if (match === null)
    throw new UsageError(
      `Tried to read the caller ${JSON.stringify(text)}; expected a host (master-1) or a pod on one ` +
        '(pod:monitoring/prometheus-0@master-1).',
    );
  const [, pod, hostName = ''] = match;
  const host = hostOf(cluster, hostName);
  if (pod === undefined) return { name: text, host };
  const { cloud, edges } = cluster.description;
  if (pod === 'kube-system/metrics-server' && hostName === cloud.name) {
    const own = podOfMetricsServer(cluster.description);
    return { name: text, host, ...(own !== undefined && { pod: own }) };
  }
  const node = [cloud, ...edges].find(({ name }) => name === hostName);
  const known = node?.machine.pods.find(({ namespace, name }) => `${namespace}/${name}` === pod);
  if (known?.hostNetwork === true) return { name: text, host };
  return { name: text, host, pod: known?.ip ?? SOME_POD_ADDRESS };
}

function hostOf(cluster: Pick<Cluster, 'host'>, name: string): Host {
  try {
    return cluster.host(name);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** `10.66.0.11:10350`. @throws UsageError */
export function readEndpoint(text: string): { address: string; port: number } {
  const [, address = '', digits] = /^([^:]*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!isAddress(address) || !(port >= 1 && port <= 65_535))
    throw new UsageError(
      `Tried to read ${JSON.stringify(text)} as an endpoint; expected address:port, e.g. 10.66.0.11:10350.`,
    );
  return { address, port };
}

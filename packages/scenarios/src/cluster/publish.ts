import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';
import { nodePortsOf } from './edge-watcher.ts';
import { KS_APISERVER_PORT } from './kubesphere.ts';

/** Ports of the cloud: kube-apiserver, metrics-server, CloudHub and its certificates, stream server, tunnel server. */
export const CLOUD_PORTS = [6_443, 4_443, 10_000, 10_002, 10_003, 10_004] as const;

/** {@link CLOUD_PORTS}, that of ks-apiserver where there is one, and cloudcore's NodePorts where it is behind some. */
export const cloudPorts = (
  description: Pick<ClusterDescription, 'kubesphere' | 'edgeWatcher'>,
): readonly number[] => [
  ...CLOUD_PORTS,
  ...(description.kubesphere === undefined ? [] : [KS_APISERVER_PORT]),
  ...nodePortsOf(description),
];

/**
 * Opens the cloud's ports on an address of the machine; before anything listens on them.
 * @throws SimError SIM_ERR_ADDRESS, SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function publishCloud(
  world: World,
  cloud: Host,
  address: string,
  ports: readonly number[],
): Promise<void> {
  for (const port of ports) await world.net.publish(cloud, port, { address, port });
}

import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { Edgehub, OutgoingMessage } from './edgehub.ts';

export interface RenewLeaseOptions {
  world: World;
  host: Host;
  nodeName: string;
  edgehub: Edgehub;
  signal: AbortSignal;
}

/** kubernetes v1.22.6 pkg/kubelet/apis/config/v1beta1/defaults.go NodeLeaseDurationSeconds. */
const LEASE_SECONDS = 40;
/** pkg/kubelet/kubelet.go nodeLeaseRenewIntervalFraction: a quarter of it. */
const RENEW_PERIOD_MS = 10_000;

/**
 * Renews the node's lease every ten seconds, as the embedded kubelet does from v1.12.0 on: an insert first, then updates.
 * kubeedge v1.12.1 edge/pkg/metamanager/client/lease.go; kubernetes v1.22.6
 * staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go
 */
export async function renewLease({
  world,
  host,
  nodeName,
  edgehub,
  signal,
}: RenewLeaseOptions): Promise<void> {
  let exists = false;
  for (;;) {
    // Not before the Node is there, of which the lease is to be a part.
    await world.clock.sleep(RENEW_PERIOD_MS, { signal, label: `lease of ${host.name}` });
    edgehub.send(leaseMessage(exists ? 'update' : 'insert', nodeName, world.clock.now()));
    exists = true;
  }
}

function leaseMessage(operation: 'insert' | 'update', nodeName: string, nowMs: number): OutgoingMessage {
  return {
    source: 'edged',
    group: 'meta',
    operation,
    resource: `kube-node-lease/lease/${nodeName}`,
    content: {
      metadata: { name: nodeName, namespace: 'kube-node-lease' },
      spec: {
        holderIdentity: nodeName,
        leaseDurationSeconds: LEASE_SECONDS,
        // metav1.MicroTime.
        renewTime: new Date(nowMs).toISOString().replace('Z', '000Z'),
      },
    },
  };
}

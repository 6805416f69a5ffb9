import type { World } from '@kubeedge-sim/sim-kit';
import type { SecretStore } from '../kube-apiserver/secret-store.ts';
import { secretBytes } from '../kube-apiserver/secret-store.ts';

/** A file that a pod has of a Secret. */
export interface MountedFile extends Disposable {
  /** Its text as it was at the pod's last sync; undefined when it was not there. */
  read(): string | undefined;
  /** Called when the file has become another. */
  subscribe(listener: () => void): Disposable;
}

export interface MountOptions {
  secrets: SecretStore;
  namespace: string;
  name: string;
  key: string;
  /** Whose it is, for timers and randomness. */
  label: string;
  /** `syncFrequency` of the kubelet, in milliseconds; default a minute. */
  syncMs?: number | undefined;
}

/** kubernetes v1.19.10 pkg/kubelet/apis/config/v1beta1/defaults.go SyncFrequency; pod_workers.go workerResyncIntervalJitterFactor */
const SYNC_MS = 60_000;
const JITTER = 0.5;

/**
 * Mounts a key of a Secret as a kubelet does: the file follows the Secret when the pod is synced next, every 60 to 90 s by default.
 * kubernetes v1.19.10 pkg/kubelet/pod_workers.go wrapUp; volume/util/atomic_writer.go
 */
export function mountSecret(world: World, options: MountOptions): MountedFile {
  const { secrets, namespace, name, key, label, syncMs = SYNC_MS } = options;
  const listeners = new Set<() => void>();
  const rng = world.rng.fork(`sync of ${label}`);
  const look = () => {
    const bytes = secretBytes(secrets.get(namespace, name), key);
    return bytes && Buffer.from(bytes).toString();
  };
  let text = look();
  const next = () =>
    world.clock.setTimeout(sync, Math.round(syncMs * (1 + JITTER * rng.next())), `sync of ${label}`);
  const sync = () => {
    timer = next();
    const present = look();
    // A Secret that has gone leaves the file as it was.
    if (present === undefined || present === text) return;
    text = present;
    for (const listener of listeners) listener();
  };
  let timer = next();
  return {
    read: () => text,
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]: () => timer.cancel(),
  };
}

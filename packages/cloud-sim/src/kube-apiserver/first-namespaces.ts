import type { ObjectStore } from './object-store.ts';
import { namespaces } from './resource-types.ts';

/** Those that an apiserver makes for itself (kubernetes v1.19.10 pkg/master/controller.go), and KubeEdge's. */
const names = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'kubeedge'];

/** Creates the namespaces that are not there yet: the first ones, and those of the pods that are described. */
export function createFirstNamespaces(store: ObjectStore): void {
  const objects = store.of(namespaces);
  const ofPods = store.pods().map(({ metadata }) => metadata.namespace);
  for (const name of new Set([...names, ...ofPods])) {
    if (objects.get(name) !== undefined) continue;
    objects.put({
      metadata: { name },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
}

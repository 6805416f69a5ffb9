import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { secretBytes } from '../kube-apiserver/secret-store.ts';
import { iptablesRulesType, iptablesType, RULES_KEY } from './resource-types.ts';

/**
 * Writes the rules of all IPTablesRules into the Secret of every IPTables, which its agents have mounted, and takes the
 * Secret away with its IPTables.
 * zhu733756/edge-watcher 8113f4d controllers/iptables_controller.go Reconcile, delete
 */
export function startIptablesController(
  world: World,
  host: Host,
  { store, component }: { store: ObjectStore; component: string },
): Disposable {
  const reconcile = () => {
    const rules = store
      .of(iptablesRulesType)
      .list()
      .flatMap(({ spec }) => spec.rules ?? []);
    const text = JSON.stringify({ iptables: rules });
    for (const { metadata } of store.of(iptablesType).list()) {
      const { name, namespace = '' } = metadata;
      const present = secretBytes(store.secrets.get(namespace, name), RULES_KEY);
      if (present !== undefined && Buffer.from(present).toString() === text) continue;
      store.secrets.put(namespace, name, () => ({ [RULES_KEY]: Buffer.from(text) }));
      world.trace.emit({
        host: host.name,
        component,
        kind: 'edge-watcher.secret',
        detail: { rules: rules.length },
      });
    }
  };
  reconcile();
  const rules = store.of(iptablesRulesType).subscribe(reconcile);
  const deployments = store.of(iptablesType).subscribe(({ type, object }) => {
    if (type !== 'DELETED') return reconcile();
    const { name, namespace = '' } = object.metadata;
    store.secrets.delete(namespace, name);
  });
  return {
    [Symbol.dispose]() {
      rules[Symbol.dispose]();
      deployments[Symbol.dispose]();
    },
  };
}

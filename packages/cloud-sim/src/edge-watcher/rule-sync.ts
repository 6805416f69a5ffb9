import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { watchEdgeNodes } from './edge-nodes.ts';
import type { GoLog } from './log.ts';
import { iptablesRulesType, NAMESPACE, RULES_NAME } from './resource-types.ts';
import { findProblems, type RuleDestination, rulesFor } from './rules.ts';

/** edgewatcher.go Run */
const PERIOD_MS = 15_000;

export interface RuleSyncOptions {
  store: ObjectStore;
  component: string;
  log: GoLog;
  destination: RuleDestination;
}

/**
 * Keeps IPTablesRules/edge-watcher like the addresses of the edges: looked at every 15 s, and only when a node or the object
 * has changed since.
 * zhu733756/edge-watcher 8113f4d pkg/edgewatcher/edgewatcher.go
 */
export function startRuleSync(world: World, host: Host, options: RuleSyncOptions): Disposable {
  const { store, component, log, destination } = options;
  const objects = store.of(iptablesRulesType);
  let isDirty = false;
  const mark = () => {
    isDirty = true;
  };
  const nodes = watchEdgeNodes(world, host, { store, component, log, onChange: mark });
  const subscription = objects.subscribe(mark);

  function sync(): void {
    const present = objects.get(RULES_NAME, NAMESPACE);
    const notFound = `iptablesrules.kubeedge.kubesphere.io "${RULES_NAME}" not found`;
    if (present === undefined) log(`Get IPTablesRules ${RULES_NAME} error ${notFound}`);
    const problems = findProblems(present?.spec.rules ?? [], nodes.addresses, destination);
    const addresses = [...nodes.addresses].map((address) => world.net.describe(address));
    const tell = (outcome: 'match' | 'updated' | 'created') =>
      world.trace.emit({
        host: host.name,
        component,
        kind: 'edge-watcher.sync',
        detail: { outcome, addresses },
      });
    for (const problem of problems) log(problem);
    if (problems.length === 0) {
      const event = tell('match');
      log('IPTablesRules match edge nodes, no need to sync', event);
      isDirty = false;
      return;
    }
    log('Syncing IPTablesRules');
    const spec = { rules: rulesFor(nodes.addresses, destination) };
    const event = tell(present === undefined ? 'created' : 'updated');
    if (present === undefined) {
      log(`Update IPTablesRules error ${notFound}`, event);
      log(`Update IPTablesRules failed ${notFound}`, event);
      objects.put({ metadata: { name: RULES_NAME, namespace: NAMESPACE }, spec });
      log('Create IPTablesRules success', event);
    } else {
      objects.put({ ...present, spec });
      log('Update IPTablesRules success', event);
    }
    // The change comes back through the watch and is looked at in the next round.
  }

  const timer = world.clock.setInterval(
    () => {
      if (isDirty) sync();
    },
    PERIOD_MS,
    'IPTablesRules sync',
  );
  return {
    [Symbol.dispose]() {
      timer.cancel();
      subscription[Symbol.dispose]();
      nodes[Symbol.dispose]();
    },
  };
}

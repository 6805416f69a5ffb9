import type { Host, World } from '@kubeedge-sim/sim-kit';
import { createGoLog } from '../edge-watcher/log.ts';
import { type IptablesRule, rulesShape } from '../edge-watcher/resource-types.ts';
import { isRecord } from '../kube-apiserver/json-object.ts';
import { decoded, struct } from '../kube-apiserver/shape.ts';
import type { MountedFile } from './mounted-secret.ts';
import { type NatRules, natRulesOf, wordsOf } from './nat-rules.ts';
import { COMPONENT } from './trace-kinds.ts';

/** How often a rule is deleted that stands there more than once. */
const DUPLICATES_MAX = 10;

/** An agent: the process of one pod of DaemonSet iptables. */
export interface EdgeWatcherAgent {
  /** SIGTERM: it takes its rules away and ends. */
  stop(): void;
  /** Ends it without asking, as with its world. */
  kill(): void;
}

/**
 * Keeps a host's nat table like a file: each rule once when it starts; when the file becomes another, the old ones out and
 * the new ones in; none when it is stopped. Between two changes of the file it does not look: rules that somebody else
 * flushes stay away.
 * zhu733756/edge-watcher 8113f4d cmd/edgewatcheragent/main.go
 */
export function startEdgeWatcherAgent(world: World, host: Host, file: MountedFile): EdgeWatcherAgent {
  const log = createGoLog(world, host, COMPONENT);
  const nat = natRulesOf(host);
  let rules: readonly IptablesRule[] = load([]);

  function load(present: readonly IptablesRule[]): readonly IptablesRule[] {
    try {
      return rulesOf(file.read() ?? '');
    } catch (error) {
      log(`Read iptables.conf error: ${(error as Error).message}`);
      return present;
    }
  }
  function tell(why: 'start' | 'file changed' | 'exit', removed: string[], added: string[]): void {
    const words = (list: string[]) => list.map((rule) => world.net.describe(rule));
    world.trace.emit({
      host: host.name,
      component: COMPONENT,
      kind: 'edge-watcher-agent.rules',
      detail: { why, removed: words(removed), added: words(added) },
    });
  }

  tell('start', [], ensure(nat, rules, log));
  const subscription = file.subscribe(() => {
    log('IPTables file changed');
    const removed = clear(nat, rules, log);
    rules = load(rules);
    tell('file changed', removed, ensure(nat, rules, log));
  });
  return {
    stop() {
      log('Exiting...');
      log('Received exit signal...');
      subscription[Symbol.dispose]();
      tell('exit', clear(nat, rules, log), []);
    },
    kill: () => subscription[Symbol.dispose](),
  };
}

const conf = struct('main.IPTablesConf', { iptables: rulesShape });

/** @throws Error for a text that is no JSON, or whose rules are none */
function rulesOf(text: string): IptablesRule[] {
  const read: unknown = JSON.parse(text) ?? {};
  if (!isRecord(read))
    throw new Error('json: cannot unmarshal what is no object into Go value of type main.IPTablesConf');
  const { iptables = [] } = decoded(conf, read) as { iptables?: Partial<IptablesRule>[] };
  return iptables.map((rule) => ({ ...emptyRule, ...rule }));
}

const emptyRule: IptablesRule = {
  table: '',
  chain: '',
  jump: '',
  protocol: '',
  source_ip: '',
  source_port: '',
  destination_ip: '',
  destination_port: '',
};

type Log = (line: string) => void;

/** Each rule once; those that were missing, as the agent asks for them. */
function ensure(nat: NatRules, rules: readonly IptablesRule[], log: Log): string[] {
  return rules.flatMap((rule) => {
    if (isThere(nat, rule, log)) return [];
    try {
      nat.append(rule);
      return [`-A ${wordsOf(rule).join(' ')}`];
    } catch (error) {
      log(`Append failed: ${(error as Error).message}`);
      return [];
    }
  });
}

/** Those that were there, a rule as often as it was. */
function clear(nat: NatRules, rules: readonly IptablesRule[], log: Log): string[] {
  const removed: string[] = [];
  for (const rule of rules) {
    for (let count = 0; count < DUPLICATES_MAX && isThere(nat, rule, log); count++) {
      nat.delete(rule);
      removed.push(`-D ${wordsOf(rule).join(' ')}`);
    }
  }
  return removed;
}

/** What iptables does not take counts as not there. */
function isThere(nat: NatRules, rule: IptablesRule, log: Log): boolean {
  try {
    return nat.has(rule);
  } catch (error) {
    log(`Exists failed: ${(error as Error).message}`);
    return false;
  }
}

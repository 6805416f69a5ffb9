import type { Endpoint } from '@kubeedge-sim/sim-kit';
import type { IptablesRule } from './resource-types.ts';

/** Where connections to edges are sent: ConfigMap edge-watcher, `iptablesrules.destination`. */
export type RuleDestination = Endpoint;

/** Ports of edges that are redirected: ConfigMap edge-watcher, `iptablesrules.source`; logs first, as the rules are made. */
export const SOURCE_PORTS = ['10350', '10250'] as const;

/** zhu733756/edge-watcher 8113f4d pkg/edgewatcher/edgewatcher.go generateIPTablesRules; Go gives the addresses in any order. */
export function rulesFor(addresses: Iterable<string>, to: RuleDestination): IptablesRule[] {
  return [...addresses].flatMap((address) =>
    SOURCE_PORTS.map((port) => ({
      table: 'nat',
      chain: 'OUTPUT',
      jump: 'DNAT',
      protocol: 'TCP',
      source_ip: address,
      source_port: port,
      destination_ip: to.address,
      destination_port: String(to.port),
    })),
  );
}

/**
 * What is wrong with rules that are there, a sentence each in EdgeWatcher's words; none when they are what is wanted.
 * edgewatcher.go syncIPTables
 */
export function findProblems(
  rules: readonly Partial<IptablesRule>[],
  addresses: ReadonlySet<string>,
  to: RuleDestination,
): string[] {
  const problems: string[] = [];
  const [log, metrics] = SOURCE_PORTS;
  const names: Readonly<Record<string, string>> = { [log]: 'log', [metrics]: 'metrics' };
  const routed = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const say = (what: string) => problems.push(`IPTablesRule ${index} ${what}`);
    const { source_ip = '', source_port = '' } = rule;
    const name = names[source_port];
    const key = `${source_ip} ${name}`;
    if (!isOurs(rule, to)) say('basic info invalid');
    else if (!addresses.has(source_ip)) say('source IP invalid');
    else if (name === undefined) say('wrong port');
    else if (routed.has(key)) say(`duplicate ${name} rule`);
    else routed.add(key);
  }
  for (const address of addresses) {
    for (const name of Object.values(names).sort()) {
      if (!routed.has(`${address} ${name}`)) problems.push(`Edge node ${address} ${name} not routed`);
    }
  }
  return problems;
}

function isOurs(rule: Partial<IptablesRule>, to: RuleDestination): boolean {
  return (
    rule.table === 'nat' &&
    rule.chain === 'OUTPUT' &&
    rule.jump === 'DNAT' &&
    rule.protocol === 'TCP' &&
    rule.destination_ip === to.address &&
    rule.destination_port === String(to.port)
  );
}

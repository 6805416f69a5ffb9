import { formatNatRule, type NatRule, type NatTable } from '@kubeedge-sim/sim-kit';
import type { IptablesRule } from '../edge-watcher/resource-types.ts';

/** The few things the agent asks of `iptables`. A rule is given as its file has it. */
export interface NatRules {
  /** `iptables -C` */
  has(rule: IptablesRule): boolean;
  /** `iptables -A`; the rule as iptables has it. @throws SimError SIM_ERR_ADDRESS, RangeError for a rule that is not modelled */
  append(rule: IptablesRule): string;
  /** `iptables -D`: the rule that went; undefined when there was none. */
  delete(rule: IptablesRule): string | undefined;
}

/** zhu733756/edge-watcher 8113f4d cmd/edgewatcheragent/main.go ensureIPTables, clearIPTables */
export function natRulesOf(table: NatTable): NatRules {
  return {
    has: (rule) => table.rules.some((other) => formatNatRule(other) === formatNatRule(natRuleOf(rule))),
    append(rule) {
      const own = natRuleOf(rule);
      table.append(own);
      return formatNatRule(own);
    },
    delete(rule) {
      const own = natRuleOf(rule);
      return table.delete(own) ? formatNatRule(own) : undefined;
    },
  };
}

/** `-p TCP --dport 10350 -d 10.66.0.11 -j DNAT --to-destination 192.168.0.139:30003` */
function natRuleOf(rule: IptablesRule): NatRule {
  const { chain } = rule;
  if (rule.table !== 'nat' || rule.jump !== 'DNAT' || rule.protocol.toLowerCase() !== 'tcp')
    throw new RangeError(`found ${rule.table} ${rule.protocol} ${rule.jump}, only nat TCP DNAT is modelled`);
  if (chain !== 'OUTPUT' && chain !== 'PREROUTING')
    throw new RangeError(`No chain/target/match by that name: ${chain}`);
  return {
    chain,
    destination: rule.source_ip,
    dport: Number(rule.source_port),
    to: { address: rule.destination_ip, port: Number(rule.destination_port) },
  };
}

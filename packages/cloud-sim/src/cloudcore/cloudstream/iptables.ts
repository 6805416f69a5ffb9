import { formatNatRule, type NatChain, type NatRule } from '@kubeedge-sim/sim-kit';
import type { CloudcoreProcess } from '../process.ts';
import type { TunnelPortStore } from '../tunnel-port.ts';

const RECONCILE_MS = 10_000;
/**
 * Upstream's own chain. A NatTable has none; its rules stand in the chains that jump there, with this
 * comment.
 */
const TUNNEL_PORT_CHAIN = 'TUNNEL-PORT';
const jumpingChains: readonly NatChain[] = ['OUTPUT', 'PREROUTING'];

/**
 * Sends each tunnel port on record to the cloudcore that has it, on this cloudcore's own host: at once, and
 * every ten seconds until disposed. The rules stay when the process ends, and are flushed by the next one.
 * kubeedge v1.8.0, v1.9.0 cloud/pkg/cloudstream/iptables/iptables.go Run, reconcile
 */
export function startIptablesManager(
  process: CloudcoreProcess,
  options: { streamPort: number; tunnelPorts: TunnelPortStore },
): Disposable {
  const { streamPort, tunnelPorts } = options;
  const { host, world, release } = process;
  let previous: Readonly<Record<string, number>> = {};

  const trace = (op: 'add' | 'delete', rule: NatRule) =>
    process.trace('cloudcore.nat', { op, rule: world.net.describe(formatNatRule(rule)) });
  const remove = (rule: NatRule) => {
    if (host.nat.delete(rule)) trace('delete', rule);
  };
  const ensure = (rule: NatRule) => {
    if (managedRules().some((other) => formatNatRule(other) === formatNatRule(rule))) return;
    host.nat.append(rule);
    trace('add', rule);
  };
  const managedRules = () => host.nat.rules.filter(({ comment }) => comment === TUNNEL_PORT_CHAIN);
  const rulesFor = (address: string, dport: number): NatRule[] =>
    jumpingChains.map((chain) => ({
      chain,
      dport,
      to: { address, port: streamPort },
      comment: TUNNEL_PORT_CHAIN,
    }));

  function reconcile(): void {
    const latest = tunnelPorts.read()?.ipTunnelPort ?? {};
    // getAddedAndDeletedCloudCoreIPPort
    const added = Object.entries(latest).filter(
      ([address]) => release.nat === 'managed-every-cycle' || previous[address] === undefined,
    );
    const deleted = Object.entries(previous).filter(([address]) => latest[address] === undefined);
    previous = latest;
    for (const [address, port] of added) for (const rule of rulesFor(address, port)) ensure(rule);
    for (const [address, port] of deleted) for (const rule of rulesFor(address, port)) remove(rule);
  }

  for (const rule of managedRules()) remove(rule);
  reconcile();
  const timer = world.clock.setInterval(reconcile, RECONCILE_MS, `iptables manager of ${host.name}`);
  return { [Symbol.dispose]: () => timer.cancel() };
}

import type { Host, NatRule } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';

export const STREAM_PORT = 10_003;

// The guide's rule, on every host that dials kubelets: iptables -t nat -A OUTPUT -p tcp --dport 10350 -j
// DNAT … (kubeedge/website release-1.6 docs/advanced/debug.md).
export const streamRule = (address: string, dport: number, chain: NatRule['chain'] = 'OUTPUT'): NatRule => ({
  chain,
  dport,
  to: { address, port: STREAM_PORT },
});

/** Sends what the host dials at port `dport` to its own cloudcore; with PREROUTING what its pods dial. */
export const addStreamRule = (host: Host, dport: number, chain?: NatRule['chain']): void =>
  host.nat.append(streamRule(host.address, dport, chain));

/** Adds such a rule, or deletes it: one made by hand, or else cloudcore's own. @throws RangeError when there is none */
export function actOnDnat(host: Host, { op, rule: { dport, chain } }: Action & { do: 'dnat' }): void {
  if (op === 'add') addStreamRule(host, dport, chain);
  else if (!host.nat.delete(streamRule(host.address, dport, chain)) && !deleteManaged(host, dport)) {
    throw new RangeError(
      `Tried to delete the DNAT rule of port ${dport} on ${host.name}, found none. Nothing was changed.`,
    );
  }
}

/** Deletes the first rule of cloudcore's own chain that redirects `dport`; false when there is none. */
function deleteManaged(host: Host, dport: number): boolean {
  const to = `-p tcp -m tcp --dport ${dport} -j DNAT`;
  const rule = host.nat.rules.find((one) => one.startsWith(`-A TUNNEL-PORT ${to}`));
  return (
    rule !== undefined && host.iptables.run(['-t', 'nat', '-D', ...rule.split(' ').slice(1)]).exitCode === 0
  );
}

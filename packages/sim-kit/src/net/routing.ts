import type { HostTable, TableHost } from './host-table.ts';
import type { NatRule } from './nat.ts';
import type { DialTarget, Endpoint } from './net.ts';

/**
 * Where a dial gets to, before anybody is known to listen there. `at` is in described addresses; `translated` is the
 * endpoint after DNAT and `rule` the first rule that hit.
 */
export type Route<H> = { translated?: Endpoint; rule?: NatRule } & (
  | { outcome: 'reached'; host: H; at: DialTarget }
  /** Over the uplink to the machine's own network; `at.address` may be a name. */
  | { outcome: 'outside'; at: Endpoint }
  | { outcome: 'no-route' | 'blackhole' }
);

const LOOPBACK = '127.0.0.1';

/** Follows a dial through the dialler's OUTPUT chain and the target's PREROUTING chain, as both nets do. */
export function routeDial<H extends TableHost>(hosts: HostTable<H>, from: H, target: DialTarget): Route<H> {
  if ('path' in target) return { outcome: 'reached', host: from, at: target };
  if (hosts.isLoopback(from, target.address)) return reached(from, LOOPBACK, target.port);
  const out = from.nat.translate('OUTPUT', target);
  const via = out.rule === undefined ? {} : { translated: out.endpoint, rule: out.rule };
  if (hosts.isLoopback(from, out.endpoint.address))
    return { ...reached(from, LOOPBACK, out.endpoint.port), ...via };
  return { ...via, ...arrive(hosts, from, out.endpoint), ...(out.rule && { rule: out.rule }) };
}

/** An arriving connection is redirected by the host's own rules first; what is left meets its firewall. */
function arrive<H extends TableHost>(hosts: HostTable<H>, from: H, endpoint: Endpoint): Route<H> {
  const host = hosts.at(endpoint.address);
  if (host === undefined)
    return hosts.uplink ? { outcome: 'outside', at: endpoint } : { outcome: 'no-route' };
  if (host === from) return reached(host, host.describedAddress, endpoint.port);
  const { endpoint: translated, rule } = host.nat.translate('PREROUTING', endpoint);
  if (rule === undefined) return pass(host, endpoint.port);
  // Linux drops what PREROUTING sends to the loopback, unless route_localnet is set.
  if (hosts.isLoopback(host, translated.address)) return { outcome: 'blackhole', translated, rule };
  const next = hosts.at(translated.address);
  if (next === undefined) return { outcome: 'no-route', translated, rule };
  if (next === host || next === from)
    return { ...reached(next, next.describedAddress, translated.port), translated, rule };
  return { ...pass(next, translated.port), translated, rule };
}

function pass<H extends TableHost>(host: H, port: number): Route<H> {
  if (host.inbound === 'drop') return { outcome: 'blackhole' };
  if (host.inbound === 'reject') return { outcome: 'no-route' };
  return reached(host, host.describedAddress, port);
}

function reached<H>(host: H, address: string, port: number): Route<H> {
  return { outcome: 'reached', host, at: { address, port } };
}

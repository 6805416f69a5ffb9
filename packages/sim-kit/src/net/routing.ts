import type { HostTable, TableHost } from './host-table.ts';
import { printRule } from './iptables/print-rule.ts';
import type { Table } from './iptables/tables.ts';
import { type Packet, type Passage, traverse } from './iptables/traverse.ts';
import type { DialTarget, Endpoint, Host } from './net.ts';

/** What one built-in chain of nat made of a dial. */
export interface ChainPassage {
  host: string;
  chain: string;
  passage: Passage;
}

/**
 * Where a dial gets to, before anybody is known to listen there. `at` is in described addresses; `translated` is the
 * endpoint after DNAT and `rule` the first rule that hit, as `iptables -S` prints it; `source` is the caller's address
 * as the other end sees it. `passages` are the chains gone through, in order.
 */
export type Route<H> = { translated?: Endpoint; rule?: string; source: string; passages: ChainPassage[] } & (
  | { outcome: 'reached'; host: H; at: DialTarget }
  /** Over the uplink to the machine's own network; `at.address` may be a name. */
  | { outcome: 'outside'; at: Endpoint }
  | { outcome: 'no-route' | 'blackhole' | 'refused' }
);

export interface RouteOptions {
  /** Count the rules that hit: the dial is a real one. Default false. */
  count?: boolean;
  /** Keep the rules that were missed, and why. Default false. */
  explain?: boolean;
  /** The nat table of a host, instead of the one it has: a rehearsal. */
  natOf?: (host: Host) => Table;
  /** Address of the pod of `from` that dials. */
  pod?: string | undefined;
}

const LOOPBACK = '127.0.0.1';

/** Follows a dial through the nat tables on its way, as both nets do. */
export function routeDial<H extends TableHost>(
  hosts: HostTable<H>,
  from: H,
  target: DialTarget,
  options: RouteOptions = {},
): Route<H> {
  if ('path' in target) return { outcome: 'reached', host: from, at: target, source: '', passages: [] };
  return new Way(hosts, from, target, options).follow();
}

/** A dial on its way. The packet has described addresses only, as rules have. */
class Way<H extends TableHost> {
  readonly #hosts: HostTable<H>;
  readonly #from: H;
  readonly #target: Endpoint;
  readonly #options: RouteOptions;
  readonly #packet: Packet;
  readonly #passages: ChainPassage[] = [];
  #rule: string | undefined;

  constructor(hosts: HostTable<H>, from: H, target: Endpoint, options: RouteOptions) {
    this.#hosts = hosts;
    this.#from = from;
    this.#target = target;
    this.#options = options;
    const destination = this.#described(from, target.address);
    const source = options.pod ?? (this.#isLoopback(destination) ? LOOPBACK : from.describedAddress);
    this.#packet = { source, destination, destinationPort: target.port, mark: 0 };
  }

  follow(): Route<H> {
    const from = this.#from;
    const packet = this.#packet;
    if (this.#options.pod !== undefined) {
      // A pod's own loopback: nothing listens in a pod here.
      if (this.#isLoopback(packet.destination)) return this.#end({ outcome: 'refused' });
      return this.#leave('PREROUTING');
    }
    if (this.#isOwn(from)) packet.outside = 'lo';
    const startsAtLoopback = this.#isLoopback(packet.destination);
    this.#pass(from, 'OUTPUT');
    delete packet.outside;
    if (this.#isLoopback(packet.destination))
      return this.#end(reached(from, LOOPBACK, packet.destinationPort));
    // The source stays 127.0.0.1, and Linux lets no packet from there leave the host.
    if (startsAtLoopback && !this.#isOwn(from)) return this.#end({ outcome: 'blackhole' });
    return this.#onward(from);
  }

  /** Through PREROUTING of the pod's node. */
  #leave(chain: 'PREROUTING'): Route<H> {
    const node = this.#from;
    this.#pass(node, chain);
    if (this.#isLoopback(this.#packet.destination)) return this.#end({ outcome: 'blackhole' });
    return this.#onward(node);
  }

  /** From a host whose rules have been asked for where to: to itself, or out of it. */
  #onward(host: H): Route<H> {
    const { destination, destinationPort: port } = this.#packet;
    if (this.#isOwn(host)) {
      this.#post(host, this.#options.pod === undefined ? 'POSTROUTING' : 'INPUT', 'lo');
      return this.#end(reached(host, host.describedAddress, port));
    }
    this.#post(host, 'POSTROUTING');
    const next = this.#hosts.at(destination);
    if (next !== undefined) return this.#arrive(next);
    const at = { address: destination, port };
    return this.#end(this.#hosts.uplink ? { outcome: 'outside', at } : { outcome: 'no-route' });
  }

  /** An arriving connection is redirected by the host's own rules first; what is left meets its firewall. */
  #arrive(host: H): Route<H> {
    const packet = this.#packet;
    const isTranslated = this.#pass(host, 'PREROUTING');
    // Linux drops what PREROUTING sends to the loopback, unless route_localnet is set.
    if (this.#isLoopback(packet.destination)) return this.#end({ outcome: 'blackhole' });
    const next = this.#hosts.at(packet.destination);
    if (next === undefined) return this.#end({ outcome: 'no-route' });
    this.#post(host, next === host ? 'INPUT' : 'POSTROUTING');
    const isPassed = isTranslated && (next === host || next === this.#from);
    if (!isPassed && next.inbound === 'drop') return this.#end({ outcome: 'blackhole' });
    if (!isPassed && next.inbound === 'reject') return this.#end({ outcome: 'no-route' });
    return this.#end(reached(next, next.describedAddress, packet.destinationPort));
  }

  /** @returns whether the chain gave the packet another destination */
  #pass(host: H, chain: 'OUTPUT' | 'PREROUTING'): boolean {
    const packet = this.#packet;
    const target = this.#traverse(host, chain);
    if (target?.name !== 'DNAT' && target?.name !== 'REDIRECT') return false;
    const ports = target.name === 'DNAT' ? target.to?.ports : target.ports;
    const own = chain === 'OUTPUT' ? LOOPBACK : host.describedAddress;
    packet.destination = target.name === 'REDIRECT' ? own : (target.to?.first ?? packet.destination);
    const port = packet.destinationPort;
    if (ports !== undefined && (port < ports.first || port > ports.last))
      packet.destinationPort = ports.first;
    return true;
  }

  /** POSTROUTING, and INPUT of what has arrived: here the source may change. */
  #post(host: H, chain: 'POSTROUTING' | 'INPUT', outside?: string): void {
    const packet = this.#packet;
    if (outside !== undefined) packet[chain === 'INPUT' ? 'inside' : 'outside'] = outside;
    const target = this.#traverse(host, chain);
    delete packet.outside;
    if (target?.name === 'MASQUERADE') packet.source = host.describedAddress;
    else if (target?.name === 'SNAT') packet.source = target.to?.first ?? packet.source;
  }

  #traverse(host: H, chain: string) {
    const { count, explain, natOf } = this.#options;
    const nat = natOf?.(host) ?? host.iptables.nat;
    const here = {
      isLocal: (address: string) => this.#isLoopback(address) || this.#hosts.at(address) === host,
    };
    const passage = traverse(nat, chain, this.#packet, here, { count, explain });
    this.#passages.push({ host: host.name, chain, passage });
    const { verdict } = passage;
    const redirects = verdict?.spec.target?.name === 'DNAT' || verdict?.spec.target?.name === 'REDIRECT';
    if (verdict !== undefined && redirects) this.#rule ??= printRule(verdict.chain, verdict.spec);
    return verdict?.spec.target;
  }

  /** With an uplink the rest of 127.0.0.0/8 belongs to other worlds. */
  #isLoopback(address: string): boolean {
    return this.#hosts.isLoopback(this.#from, address) || address === LOOPBACK;
  }

  #isOwn(host: H): boolean {
    return this.#isLoopback(this.#packet.destination) || this.#hosts.at(this.#packet.destination) === host;
  }

  #described(from: H, address: string): string {
    return this.#hosts.isLoopback(from, address)
      ? LOOPBACK
      : (this.#hosts.at(address)?.describedAddress ?? address);
  }

  #end<O extends { outcome: string }>(end: O) {
    const { destination, destinationPort, source } = this.#packet;
    const { address, port } = this.#target;
    const isSame = this.#described(this.#from, address) === destination && port === destinationPort;
    const translated = { address: this.#addressOf(destination), port: destinationPort };
    return {
      ...end,
      source,
      passages: this.#passages,
      ...(this.#rule !== undefined && { rule: this.#rule }),
      ...(!(isSame && this.#rule === undefined) && { translated }),
    };
  }

  /** The address under which it is dialled in this net. */
  #addressOf(described: string): string {
    return this.#isLoopback(described)
      ? this.#from.loopbackAddress
      : (this.#hosts.at(described)?.address ?? described);
  }
}

function reached<H>(host: H, address: string, port: number): { outcome: 'reached'; host: H; at: Endpoint } {
  return { outcome: 'reached', host, at: { address, port } };
}

/** What a trace says of a pod's dial, and of no other. */
export const detailOfPod = (
  pod: string | undefined,
  { passages }: Pick<Route<unknown>, 'passages'>,
): { pod?: string; chains?: string[] } =>
  pod === undefined ? {} : { pod, chains: passages.map(({ host, chain }) => `${host} ${chain}`) };

/** Where a dial would end, without making it. */
export interface RouteView {
  outcome: 'listener' | 'nobody' | 'no-route' | 'blackhole' | 'outside';
  /** The component that listens there. */
  listener?: string;
  /** The host it gets to, by name. */
  host?: string;
  /** The endpoint it gets to, or is sent to and never reaches, in described addresses. */
  at: Endpoint;
  source: string;
  rule?: string;
  passages: ChainPassage[];
}

/** Follows a dial that nobody makes; `listenerAt` says who listens where on a host. */
export function viewRoute<H extends TableHost>(
  hosts: HostTable<H>,
  from: H,
  target: Endpoint,
  options: Omit<RouteOptions, 'count' | 'explain'>,
  listenerAt: (host: H, at: Endpoint) => string | undefined,
): RouteView {
  const route = routeDial(hosts, from, target, { ...options, explain: true });
  const { source, passages, rule } = route;
  const sent = route.translated ?? target;
  const described = hosts.at(sent.address)?.describedAddress ?? sent.address;
  const common = {
    source,
    passages,
    ...(rule !== undefined && { rule }),
    at: { ...sent, address: described },
  };
  if (route.outcome !== 'reached')
    return { ...common, outcome: route.outcome === 'refused' ? 'nobody' : route.outcome };
  const at = 'path' in route.at ? common.at : route.at;
  const listener = listenerAt(route.host, at);
  const end = { ...common, at, host: route.host.name };
  return listener === undefined ? { ...end, outcome: 'nobody' } : { ...end, outcome: 'listener', listener };
}

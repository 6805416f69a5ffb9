import { isIPv4 } from 'node:net';
import { SimError } from '../errors.ts';
import type { Host, HostOptions, Inbound } from './net.ts';

/** A host as the nets see it: with what it does to connections from others. */
export interface TableHost extends Host {
  readonly inbound: Inbound;
}

/** The hosts of a net, found by either of their addresses. */
export class HostTable<H extends TableHost> {
  readonly all: H[] = [];
  /** Whether what is no host here is to be looked for on the machine's own network. */
  readonly uplink: boolean;
  readonly #byName = new Map<string, H>();
  readonly #byAddress = new Map<string, H>();
  readonly #loopbacks = new Set<string>();

  constructor(uplink = false) {
    this.uplink = uplink;
  }

  /** @throws SimError SIM_ERR_HOST_EXISTS, SIM_ERR_ADDRESS */
  check(options: HostOptions): void {
    const { name, address } = options;
    if (!isIPv4(address) || address.startsWith('127.')) {
      const expected = 'an IPv4 literal outside 127.0.0.0/8';
      throw new SimError('SIM_ERR_ADDRESS', { value: address, what: `the address of ${name}`, expected });
    }
    const sameName = this.#byName.get(name);
    const host = sameName ?? this.#byAddress.get(address);
    if (host === undefined) return;
    const existing = `${host.name} at ${host.describedAddress}`;
    throw new SimError('SIM_ERR_HOST_EXISTS', {
      name,
      address,
      existing,
      what: sameName ? 'name' : 'address',
    });
  }

  add(host: H): void {
    this.all.push(host);
    this.#byName.set(host.name, host);
    this.#byAddress.set(host.describedAddress, host);
    this.#byAddress.set(host.address, host);
    this.#loopbacks.add(host.loopbackAddress);
  }

  named(name: string): H | undefined {
    return this.#byName.get(name);
  }

  /** The host that a {@link Host} of this net is. @throws SimError SIM_ERR_ADDRESS for a host of another net */
  own(host: Host): H {
    const own = this.#byName.get(host.name);
    if (own !== undefined) return own;
    throw new SimError('SIM_ERR_ADDRESS', { value: host.name, what: 'a host', expected: 'one of this net' });
  }

  /** The host with this described or leased address; loopback addresses belong to nobody else. */
  at(address: string): H | undefined {
    return this.#byAddress.get(address);
  }

  /** True when `address` is the loopback of `from`, by any of its names. */
  isLoopback(from: H, address: string): boolean {
    if (address === from.loopbackAddress) return true;
    // With an uplink the rest of 127.0.0.0/8 is the machine's, other worlds among it.
    if (this.uplink) return address === '127.0.0.1';
    return address.startsWith('127.') && !this.#byAddress.has(address) && !this.#loopbacks.has(address);
  }

  /**
   * The address a component may listen on, in its described form; undefined stands for all of them.
   * @throws SimError SIM_ERR_LISTEN_DENIED for an address of another host
   */
  listenAddress(host: H, address: string | undefined, who: string): string | undefined {
    if (address === undefined || address === '0.0.0.0') return undefined;
    if (this.isLoopback(host, address)) return '127.0.0.1';
    if (this.at(address) === host) return host.describedAddress;
    throw new SimError('SIM_ERR_LISTEN_DENIED', {
      endpoint: `${host.name} ${address}`,
      who,
      cause: 'EADDRNOTAVAIL',
      remedy: `The host has ${host.describedAddress} and 127.0.0.1; use one of them.`,
    });
  }
}

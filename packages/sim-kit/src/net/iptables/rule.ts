/** An IPv4 network; both are unsigned 32-bit numbers. */
export interface Network {
  readonly address: number;
  readonly mask: number;
}

/** Ports from `first` to `last`, both included. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** A condition that `!` may turn round. */
export interface Condition<T> {
  readonly not: boolean;
  readonly is: T;
}

/** What the nat table can ask of an address besides its network. */
export const addressTypes = ['UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST'] as const;
export type AddressType = (typeof addressTypes)[number];

/** One `-m`. */
export type Match =
  | { readonly module: 'comment'; readonly comment: string }
  | {
      readonly module: 'tcp' | 'udp';
      readonly sport?: Condition<Ports>;
      readonly dport?: Condition<Ports>;
    }
  | {
      readonly module: 'multiport';
      readonly side: 'sports' | 'dports' | 'ports';
      readonly ports: Condition<readonly Ports[]>;
    }
  | {
      readonly module: 'addrtype';
      readonly src?: Condition<readonly AddressType[]>;
      readonly dst?: Condition<readonly AddressType[]>;
    }
  | { readonly module: 'mark'; readonly mark: Condition<{ value: number; mask: number }> }
  /** Every so many packets that come to it one matches, the `packet`th of them, counted from 0. */
  | { readonly module: 'statistic'; readonly every: number; readonly packet: number }
  /** Of somebody's file, where it is read all the same: what it decides is not known. */
  | { readonly module: 'other'; readonly name: string; readonly words: readonly string[] };

/** Where DNAT and SNAT send to; no address or no ports leaves the packet's. */
export interface Translation {
  readonly first?: string;
  readonly last?: string;
  readonly ports?: Ports;
}

/** What `-j` or `-g` names. Of a user chain only `name` and `goto` are used. */
export interface Target {
  readonly name: string;
  readonly goto?: true;
  readonly to?: Translation;
  /** Of REDIRECT and MASQUERADE. */
  readonly ports?: Ports;
  /** Of MARK: `--set-xmark value/mask`. */
  readonly mark?: { readonly value: number; readonly mask: number };
  /** `random`, `random-fully`, `persistent`: taken, and without effect here. */
  readonly flags?: readonly string[];
  /** Of a target that is not modelled, read from somebody's file. */
  readonly words?: readonly string[];
}

/** One rule, without its place. */
export interface RuleSpec {
  readonly source?: Condition<Network>;
  readonly destination?: Condition<Network>;
  /** Interface names; one that ends in `+` stands for all that begin so. */
  readonly inside?: Condition<string>;
  readonly outside?: Condition<string>;
  /** Number of the protocol; 6 is TCP. Nothing stands for all. */
  readonly protocol?: Condition<number>;
  readonly matches: readonly Match[];
  readonly target?: Target;
}

/** A rule in its chain, with what it has counted. */
export interface Rule {
  readonly spec: RuleSpec;
  packets: number;
  bytes: number;
  /** Of a rule with `-m statistic`: how many packets have come to it. */
  seen?: number;
}

/** Targets that end the way of a packet through the table, or leave the chain. */
export const standardTargets = ['ACCEPT', 'DROP', 'RETURN'] as const;

export const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  esp: 50,
  ah: 51,
  sctp: 132,
};

export const protocolName = (number: number): string | undefined =>
  Object.keys(protocolNumbers).find((name) => protocolNumbers[name] === number);

/** @returns undefined for what is no dotted IPv4 address */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

export const prefixMask = (length: number): number =>
  length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;

/** The length of a mask's prefix; undefined when its ones are not all in front. */
export function prefixLength(mask: number): number | undefined {
  const length = Math.clz32(~mask >>> 0);
  return prefixMask(length) === mask ? length : undefined;
}

export const isIn = (address: number, network: Network): boolean =>
  (address & network.mask) >>> 0 === (network.address & network.mask) >>> 0;

import {
  type AddressType,
  type Condition,
  isIn,
  type Match,
  type Ports,
  parseAddress,
  type Rule,
  type RuleSpec,
} from './rule.ts';
import type { Chain, Table } from './tables.ts';

/** The first packet of a TCP connection, as the nat table sees it. */
export interface Packet {
  source: string;
  /** Unknown before a connection is made. */
  sourcePort?: number;
  destination: string;
  destinationPort: number;
  /** Interfaces, as far as they are known: `lo`, or one that is not. */
  inside?: string;
  outside?: string;
  /** Set by -j MARK. */
  mark: number;
}

/** What a table asks of the host it is on. */
export interface Locality {
  /** Whether the address is one of the host's own, loopback included. */
  isLocal(address: string): boolean;
}

/** A rule that a packet matched. */
export interface Step {
  chain: string;
  /** From 1 on, as `--line-numbers` has it. */
  number: number;
  spec: RuleSpec;
}

/** What a chain made of a packet. */
export interface Passage {
  /** The rules it matched, in order: jumps, marks, and the last one, if it decided. */
  steps: Step[];
  /** The rule that decided; without it the chain's policy did. */
  verdict?: Step;
  /** Rules that nobody can say of whether they match, since the model lacks what they ask; taken not to. */
  undecided: Step[];
  /** Rules it met and did not match, and what of each it lacks; only where that was asked for. */
  missed: (Step & { lacks: string })[];
}

export interface TraverseOptions {
  /** The packet is a real one, and rules and policy count it. */
  count?: boolean | undefined;
  /** Keep the rules that were missed. */
  explain?: boolean | undefined;
}

/** Bytes of a SYN with the options that Linux sends. */
const SYN_BYTES = 60;

/** Leads a packet through a built-in chain. */
export function traverse(
  table: Table,
  chain: string,
  packet: Packet,
  here: Locality,
  options: TraverseOptions,
): Passage {
  const passage: Passage = { steps: [], undecided: [], missed: [] };
  const top = table.chain(chain);
  if (top === undefined) return passage;
  const decided = walk(table, top, packet, here, { passage, ...options });
  if (decided !== true && options.count === true) add(top);
  return passage;
}

function add(counters: { packets: number; bytes: number }): void {
  counters.packets += 1;
  counters.bytes += SYN_BYTES;
}

/** @returns true when a rule has decided, 'return' when the way goes on in the chain that jumped here */
function walk(
  table: Table,
  chain: Chain,
  packet: Packet,
  here: Locality,
  run: TraverseOptions & { passage: Passage },
): true | 'return' {
  for (const [at, rule] of chain.rules.entries()) {
    const step: Step = { chain: chain.name, number: at + 1, spec: rule.spec };
    const fits = matches(rule.spec, packet, here) && isTurn(rule, run.count === true);
    if (fits === undefined) run.passage.undecided.push(step);
    if (fits === false && run.explain === true)
      run.passage.missed.push({ ...step, lacks: lackOf(rule.spec, packet, here) });
    if (fits !== true) continue;
    if (run.count === true) add(rule);
    run.passage.steps.push(step);
    const { target } = rule.spec;
    if (target === undefined) continue;
    if (target.mark !== undefined) {
      const { value, mask } = target.mark;
      packet.mark = (((packet.mark & ~mask) >>> 0) ^ value) >>> 0;
      continue;
    }
    if (target.name === 'RETURN') return 'return';
    const next = table.chain(target.name);
    if (next !== undefined) {
      if (walk(table, next, packet, here, run) === true) return true;
      if (target.goto === true) return 'return';
      continue;
    }
    // LOG and the like let it pass.
    if (target.words !== undefined) continue;
    run.passage.verdict = step;
    return true;
  }
  return 'return';
}

/** Whether a rule with -m statistic lets this packet match, which has passed all its other conditions. */
function isTurn(rule: Rule, count: boolean): boolean {
  const nth = rule.spec.matches.find((match) => match.module === 'statistic');
  if (nth === undefined) return true;
  const seen = rule.seen ?? 0;
  if (count) rule.seen = seen + 1;
  return seen % nth.every === nth.packet;
}

/** undefined: all that can be decided fits, and something cannot. */
function matches(spec: RuleSpec, packet: Packet, here: Locality): boolean | undefined {
  const decided = [
    ...ownConditions(spec, packet),
    ...spec.matches.map((match) => isMatched(match, packet, here)),
  ];
  if (decided.includes(false)) return false;
  return decided.includes(undefined) ? undefined : true;
}

/** Whether each condition of the rule itself holds, in the order of {@link ownNames}. */
function ownConditions(spec: RuleSpec, packet: Packet): (boolean | undefined)[] {
  return [
    fits(spec.protocol, (number) => number === 6),
    fits(spec.source, (network) => isIn(parseAddress(packet.source) ?? 0, network)),
    fits(spec.destination, (network) => isIn(parseAddress(packet.destination) ?? 0, network)),
    fits(spec.inside, (name) => isInterface(name, packet.inside)),
    fits(spec.outside, (name) => isInterface(name, packet.outside)),
  ];
}

const ownNames = ['protocol', 'source', 'destination', 'in-interface', 'out-interface'];

/** The first thing a packet lacks for a rule, by its name: `destination port`. */
function lackOf(spec: RuleSpec, packet: Packet, here: Locality): string {
  const at = ownConditions(spec, packet).indexOf(false);
  if (at >= 0) return ownNames[at] ?? '';
  const match = spec.matches.find((candidate) => isMatched(candidate, packet, here) === false);
  if (match?.module !== 'tcp' && match?.module !== 'udp') return match?.module ?? '';
  const port = packet.destinationPort;
  const isPort = fits(match.dport, ({ first, last }) => first <= port && port <= last);
  return isPort === false ? 'destination port' : 'source port';
}

/** Whether a condition holds; one that is not there does. */
function fits<T>(
  condition: Condition<T> | undefined,
  test: (is: T) => boolean | undefined,
): boolean | undefined {
  if (condition === undefined) return true;
  const is = test(condition.is);
  return is === undefined ? undefined : is !== condition.not;
}

/** Of interfaces it is known which is lo; of the others not even their names. */
function isInterface(name: string, actual: string | undefined): boolean | undefined {
  if (actual === undefined) return name === 'lo' ? false : undefined;
  if (actual === 'lo') return name === 'lo' || name === '+' || name === 'l+' || name === 'lo+';
  return name.endsWith('+') ? actual.startsWith(name.slice(0, -1)) : actual === name;
}

function isMatched(match: Match, packet: Packet, here: Locality): boolean | undefined {
  const { sourcePort: sport, destinationPort: dport } = packet;
  const within = (port: number | undefined, all: readonly Ports[]) =>
    port === undefined ? undefined : all.some(({ first, last }) => first <= port && port <= last);
  switch (match.module) {
    case 'comment':
      return true;
    case 'tcp':
    case 'udp':
      return both(
        fits(match.sport, (ports) => within(sport, [ports])),
        fits(match.dport, (ports) => within(dport, [ports])),
      );
    case 'multiport':
      return fits(match.ports, (ports) => {
        if (match.side === 'dports') return within(dport, ports);
        if (match.side === 'sports') return within(sport, ports);
        return within(dport, ports) === true ? true : within(sport, ports);
      });
    case 'addrtype':
      return both(
        fits(match.src, (types) => isType(packet.source, types, here)),
        fits(match.dst, (types) => isType(packet.destination, types, here)),
      );
    case 'mark':
      return fits(match.mark, ({ value, mask }) => (packet.mark & mask) >>> 0 === value);
    case 'statistic':
      // Asked last, of the rule.
      return true;
    case 'other':
      return undefined;
  }
}

const both = (one: boolean | undefined, other: boolean | undefined) =>
  one === false || other === false ? false : one && other;

function isType(address: string, types: readonly AddressType[], here: Locality): boolean {
  const first = (parseAddress(address) ?? 0) >>> 24;
  const type: AddressType = here.isLocal(address)
    ? 'LOCAL'
    : address === '255.255.255.255'
      ? 'BROADCAST'
      : first >= 224 && first < 240
        ? 'MULTICAST'
        : 'UNICAST';
  return types.includes(type);
}

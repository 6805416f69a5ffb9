import {
  badRule,
  IPTABLES_VERSION,
  IptablesError,
  kernelRefused,
  noSuchName,
  refused,
  wrongUsage,
} from './iptables-error.ts';
import { printRule } from './print-rule.ts';
import type { Rule, RuleSpec } from './rule.ts';
import { entryOf } from './words.ts';

export type Policy = 'ACCEPT' | 'DROP';

export interface Chain {
  readonly name: string;
  /** Of built-in chains only. */
  policy?: Policy;
  packets: number;
  bytes: number;
  readonly rules: Rule[];
}

/** The built-in chains of the tables that are there. */
export const builtIn: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
};

/** In which built-in chains of nat a target may stand; a user chain is not looked into. */
const placesOf: Readonly<Record<string, readonly string[]>> = {
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
  SNAT: ['POSTROUTING', 'INPUT'],
  MASQUERADE: ['POSTROUTING'],
};

/** One table: its chains, and what iptables does with them. All methods throw IptablesError. */
export class Table {
  readonly name: string;
  readonly #chains = new Map<string, Chain>();

  constructor(name: string) {
    this.name = name;
    for (const chain of entryOf(builtIn, name) ?? []) this.#add(chain, 'ACCEPT');
  }

  /** The built-in chains first, then the others by name. */
  chains(): Chain[] {
    const own = [...this.#chains.values()];
    const users = own.filter(({ policy }) => policy === undefined);
    users.sort((a, b) => (a.name < b.name ? -1 : 1));
    return [...own.filter(({ policy }) => policy !== undefined), ...users];
  }

  chain(name: string): Chain | undefined {
    return this.#chains.get(name);
  }

  append(name: string, spec: RuleSpec, counters = { packets: 0, bytes: 0 }): void {
    const chain = this.#find(name);
    this.#check(chain, spec, 'RULE_APPEND');
    chain.rules.push({ spec, ...counters });
  }

  /** `number`: the place it gets, from 1 on. */
  insert(name: string, number: number, spec: RuleSpec): void {
    const chain = this.#find(name);
    if (number > chain.rules.length + 1) throw refused('Index of insertion too big');
    this.#check(chain, spec, 'RULE_INSERT');
    chain.rules.splice(number - 1, 0, { spec, packets: 0, bytes: 0 });
  }

  replace(name: string, number: number, spec: RuleSpec): void {
    const chain = this.#find(name);
    if (number > chain.rules.length) throw refused('Index of replacement too big');
    this.#check(chain, spec, 'RULE_REPLACE');
    chain.rules[number - 1] = { spec, packets: 0, bytes: 0 };
  }

  /** Removes the first rule that prints alike. */
  delete(name: string, spec: RuleSpec): void {
    const at = this.indexOf(name, spec);
    if (at < 0) throw badRule();
    this.#chains.get(name)?.rules.splice(at, 1);
  }

  deleteNumber(name: string, number: number): void {
    const chain = this.#find(name);
    if (number > chain.rules.length) throw noSuchName();
    chain.rules.splice(number - 1, 1);
  }

  /** Place of the first rule that prints alike, from 0 on; -1 without one. */
  indexOf(name: string, spec: RuleSpec): number {
    const text = printRule(name, spec);
    return (this.#chains.get(name)?.rules ?? []).findIndex((rule) => printRule(name, rule.spec) === text);
  }

  flush(name?: string): void {
    for (const chain of this.#these(name)) chain.rules.length = 0;
  }

  zero(name?: string, number?: number): void {
    for (const chain of this.#these(name)) {
      const rules = number === undefined ? chain.rules : chain.rules.slice(number - 1, number);
      for (const counted of [...rules, ...(number === undefined ? [chain] : [])]) {
        counted.packets = 0;
        counted.bytes = 0;
      }
    }
  }

  newChain(name: string): void {
    if (/^[-!]/.test(name)) throw wrongUsage(`chain name not allowed to start with \`${name[0]}'`);
    if (
      [
        'ACCEPT',
        'DROP',
        'RETURN',
        'DNAT',
        'SNAT',
        'REDIRECT',
        'MASQUERADE',
        'MARK',
        'LOG',
        'REJECT',
      ].includes(name)
    )
      throw wrongUsage('chain name may not clash with target name');
    if (this.#chains.has(name)) throw refused('Chain already exists');
    this.#add(name);
  }

  /** Without a name: every chain of a user's. */
  deleteChain(name?: string): void {
    const chain = name === undefined ? undefined : this.#chains.get(name);
    if (name !== undefined && (chain === undefined || chain.policy !== undefined)) throw noSuchName();
    const doomed = chain === undefined ? this.chains().filter(({ policy }) => policy === undefined) : [chain];
    const left = this.chains().filter((one) => !doomed.includes(one));
    for (const one of doomed) {
      const isUsed = left.some(({ rules }) => rules.some(({ spec }) => spec.target?.name === one.name));
      if (isUsed || (chain !== undefined && one.rules.length > 0))
        throw kernelRefused('CHAIN_DEL', 'Device or resource busy', `chain ${one.name}`);
    }
    for (const one of doomed) this.#chains.delete(one.name);
  }

  renameChain(name: string, next: string): void {
    const chain = this.#chains.get(name);
    if (chain === undefined || chain.policy !== undefined || this.#chains.has(next))
      throw refused('File exists');
    this.newChain(next);
    Object.assign(this.#chains.get(next) as Chain, { ...chain, name: next });
    this.#chains.delete(name);
    for (const { rules } of this.#chains.values()) {
      for (const [at, rule] of rules.entries()) {
        const { target } = rule.spec;
        if (target?.name === name)
          rules[at] = { ...rule, spec: { ...rule.spec, target: { ...target, name: next } } };
      }
    }
  }

  setPolicy(name: string, policy: string, counters?: { packets: number; bytes: number }): void {
    const chain = this.#chains.get(name);
    if (policy === 'DROP' && this.name === 'nat') throw notForFiltering();
    if (chain?.policy === undefined) throw refused('Bad built-in chain name');
    if (policy !== 'ACCEPT' && policy !== 'DROP')
      throw new IptablesError("iptables: Bad policy name. Run `dmesg' for more information.\n", 1);
    chain.policy = policy;
    if (counters !== undefined) Object.assign(chain, counters);
  }

  /** How many rules name a chain. */
  references(name: string): number {
    return [...this.#chains.values()]
      .flatMap(({ rules }) => rules)
      .filter(({ spec }) => spec.target?.name === name).length;
  }

  /** Whether anything in it was changed by anybody. */
  get isEmpty(): boolean {
    return this.chains().every(
      ({ policy, rules, packets }) => policy === 'ACCEPT' && rules.length + packets === 0,
    );
  }

  /** A table of its own with the same in it. */
  copy(): Table {
    const copied = new Table(this.name);
    for (const { name, policy, packets, bytes, rules } of this.chains()) {
      const chain = copied.#chains.get(name) ?? copied.#add(name);
      Object.assign(chain, { ...(policy && { policy }), packets, bytes });
      chain.rules.push(...rules.map((rule) => ({ ...rule })));
    }
    return copied;
  }

  #add(name: string, policy?: Policy): Chain {
    const chain: Chain = { name, ...(policy && { policy }), packets: 0, bytes: 0, rules: [] };
    this.#chains.set(name, chain);
    return chain;
  }

  #find(name: string): Chain {
    const chain = this.#chains.get(name);
    if (chain === undefined) throw noSuchName();
    return chain;
  }

  #these(name: string | undefined): Iterable<Chain> {
    return name === undefined ? this.#chains.values() : [this.#find(name)];
  }

  #check(chain: Chain, { target }: RuleSpec, what: string): void {
    if (target === undefined) return;
    if (target.name === 'DROP' && this.name === 'nat') throw notForFiltering();
    const places = entryOf(placesOf, target.name);
    const where = `rule in chain ${chain.name}`;
    if (chain.policy !== undefined && places !== undefined && !places.includes(chain.name))
      throw kernelRefused(what, 'Invalid argument', where);
    if (this.#chains.has(target.name) && this.#leadsTo(target.name, chain.name))
      throw kernelRefused(what, 'Too many links', where);
  }

  /** Whether a packet in chain `from` can come to chain `to`. */
  #leadsTo(from: string, to: string, seen = new Set<string>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    const next = (this.#chains.get(from)?.rules ?? []).flatMap(({ spec }) => spec.target?.name ?? []);
    return next.some((name) => this.#chains.has(name) && this.#leadsTo(name, to, seen));
  }
}

const notForFiltering = () =>
  new IptablesError(
    `iptables ${IPTABLES_VERSION}: \nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n\n` +
      "Try `iptables -h' or 'iptables --help' for more information.\n",
    2,
  );

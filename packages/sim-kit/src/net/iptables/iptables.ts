import { badRule, IPTABLES_VERSION, IptablesError, notModelled } from './iptables-error.ts';
import { type IptablesCommand, parseIptables } from './parse-command.ts';
import { printChain, printListed } from './print-listing.ts';
import { printRule } from './print-rule.ts';
import { formatAddress, parseAddress, type RuleSpec } from './rule.ts';
import { type RestoreOptions, restore, saveTable } from './save.ts';
import { type Chain, Table } from './tables.ts';

/** What a call printed, and its exit code. */
export interface IptablesResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * The tables of one host, as the commands iptables, iptables-save and iptables-restore have them. Only nat redirects;
 * filter and mangle are there, and stay empty.
 */
export class Iptables {
  readonly #listeners = new Set<() => void>();
  readonly #same: (address: string) => string;
  #tables: Map<string, Table>;

  /** `same` brings the names of one address to one form, in which rules keep it. */
  constructor(same: (address: string) => string = (address) => address) {
    this.#same = same;
    this.#tables = new Map(['filter', 'nat', 'mangle'].map((name) => [name, new Table(name)]));
  }

  get nat(): Table {
    return this.#tables.get('nat') as Table;
  }

  /** The tables, for those who print them all. */
  tables(): Table[] {
    return [...this.#tables.values()];
  }

  /** Runs `iptables` with these words. Nothing is changed when it fails. */
  run(words: readonly string[]): IptablesResult {
    return this.#attempt(() => {
      const hasChain = (table: string, name: string) => this.#tables.get(table)?.chain(name) !== undefined;
      return this.#execute(parseIptables(words, { hasChain }));
    });
  }

  /** What `iptables-save` prints; `-t` for one table, `-c` with counters. `nowMs` stands in its comments. */
  save(words: readonly string[], nowMs: number): IptablesResult {
    return this.#attempt(() => {
      const wanted = words.includes('-t') ? words[words.indexOf('-t') + 1] : undefined;
      const unknown = words.find((word, at) => word !== '-c' && word !== '-t' && words[at - 1] !== '-t');
      if (unknown !== undefined)
        throw new IptablesError(
          `iptables-save: unrecognized option '${unknown}'\nTry \`iptables-save -h' for more information.\n`,
          1,
        );
      const tables =
        wanted === undefined ? this.tables().filter((table) => !table.isEmpty) : [this.#table(wanted)];
      return tables.map((table) => saveTable(table, { counters: words.includes('-c'), nowMs })).join('');
    });
  }

  /** Takes what `iptables-save` printed; a table named in it is replaced, unless `noFlush`. */
  restore(text: string, options: RestoreOptions): IptablesResult {
    return this.#attempt(() => {
      this.#tables = restore(this.#tables, text, { ...options, same: (spec) => this.#described(spec) });
      return '';
    });
  }

  /** The same tables once more, for a rehearsal; nobody is told of its changes. */
  copy(): Iptables {
    const copied = new Iptables(this.#same);
    copied.#tables = new Map([...this.#tables].map(([name, table]) => [name, table.copy()]));
    return copied;
  }

  /** Calls `listener` after every change. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #attempt(work: () => string): IptablesResult {
    const before = this.#tables;
    this.#tables = new Map([...before].map(([name, table]) => [name, table.copy()]));
    try {
      const stdout = work();
      if (contentOf(this.#tables) !== contentOf(before)) for (const listener of this.#listeners) listener();
      return { stdout, stderr: '', exitCode: 0 };
    } catch (error) {
      this.#tables = before;
      if (!(error instanceof IptablesError)) throw error;
      return { stdout: '', stderr: error.message, exitCode: error.exitCode };
    }
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    if (name === 'raw' || name === 'security')
      throw notModelled(
        `table ${name}`,
        'there are filter, nat and mangle',
        'Connections are redirected in nat.',
      );
    throw new IptablesError(
      `iptables ${IPTABLES_VERSION}: table '${name}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`,
      3,
    );
  }

  #execute(command: IptablesCommand): string {
    const { verb, chain = '', number, name = '' } = command;
    if (verb === 'version') return `iptables ${IPTABLES_VERSION}\n`;
    const rules = command.rules.map((spec) => this.#described(spec));
    const table = this.#table(command.table);
    const onlyEmpty = ['append', 'insert', 'replace', 'new-chain', 'policy'].includes(verb);
    if (onlyEmpty && table.name !== 'nat') throw emptyOnly(table.name, chain);
    switch (verb) {
      case 'append':
        for (const spec of rules) table.append(chain, spec, command.counters);
        break;
      case 'insert':
        for (const spec of rules.toReversed()) table.insert(chain, number ?? 1, spec);
        break;
      case 'replace':
        for (const spec of rules.slice(0, 1)) table.replace(chain, number ?? 1, spec);
        break;
      case 'delete':
        if (number === undefined) for (const spec of rules) table.delete(chain, spec);
        else table.deleteNumber(chain, number);
        break;
      case 'check':
        if (rules.some((spec) => table.indexOf(chain, spec) < 0)) throw badRule();
        break;
      case 'flush':
        table.flush(command.chain);
        break;
      case 'zero':
        table.zero(command.chain, number);
        break;
      case 'new-chain':
        table.newChain(chain);
        break;
      case 'delete-chain':
        table.deleteChain(command.chain);
        break;
      case 'rename-chain':
        table.renameChain(chain, name);
        break;
      case 'policy':
        table.setPolicy(chain, name);
        break;
      case 'list':
      case 'list-rules': {
        const text = verb === 'list' ? list(table, command) : listRules(table, command);
        if (command.alsoZero) table.zero(command.chain);
        return text;
      }
    }
    return '';
  }

  /** A rule with its addresses in the one form. */
  #described(spec: RuleSpec): RuleSpec {
    const network = (condition: RuleSpec['source']) => {
      if (condition === undefined || condition.is.mask !== 0xffff_ffff) return condition;
      const { address, mask } = condition.is;
      const same = parseAddress(this.#same(formatAddress(address)));
      return { ...condition, is: { address: same ?? address, mask } };
    };
    const { source, destination, target } = spec;
    const to = target?.to;
    const moved = to?.first === undefined ? to : { ...to, first: this.#same(to.first) };
    return {
      ...spec,
      ...(source && { source: network(source) as typeof source }),
      ...(destination && { destination: network(destination) as typeof destination }),
      ...(target && { target: { ...target, ...(moved && { to: moved }) } }),
    };
  }
}

const contentOf = (tables: ReadonlyMap<string, Table>) =>
  JSON.stringify([...tables.values()].map((table) => table.chains()));

const emptyOnly = (table: string, chain: string) =>
  notModelled(
    `chain ${chain} of table ${table}`,
    `${table} can be listed and flushed, and is always empty`,
    'What a host does with connections that arrive is described with the host (inbound); `act cut` loses packets.',
  );

function these(table: Table, { chain }: IptablesCommand): Chain[] {
  if (chain === undefined) return table.chains();
  const found = table.chain(chain);
  if (found !== undefined) return [found];
  throw new IptablesError(
    `iptables ${IPTABLES_VERSION}: chain \`${chain}' in table \`${table.name}' is incompatible, use 'nft' tool.\n`,
    1,
  );
}

function list(table: Table, command: IptablesCommand): string {
  const { number, listing } = command;
  const chains = these(table, command);
  if (number === undefined)
    return chains.map((chain) => printChain(chain, table.references(chain.name), listing)).join('\n');
  const rule = chains[0]?.rules[number - 1];
  return rule === undefined ? '' : `${printListed(rule, number, listing)}\n`;
}

function listRules(table: Table, command: IptablesCommand): string {
  const { number, listing } = command;
  const chains = these(table, command);
  const rules = chains.flatMap(({ name, rules: own }) =>
    own
      .filter((_, at) => number === undefined || at + 1 === number)
      .map((rule) => printRule(name, rule.spec, listing.verbose ? rule : undefined)),
  );
  const heads = chains.map(({ name, policy, packets, bytes }) =>
    policy === undefined
      ? `-N ${name}`
      : `-P ${name} ${policy}${listing.verbose ? ` -c ${packets} ${bytes}` : ''}`,
  );
  return [...(number === undefined ? heads : []), ...rules].map((line) => `${line}\n`).join('');
}

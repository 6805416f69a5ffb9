import { plainRefusal, wrongUsage } from './iptables-error.ts';
import { readNetworks, readProtocol } from './parse-values.ts';
import type { ListingOptions } from './print-listing.ts';
import type { Condition, Network, RuleSpec } from './rule.ts';
import { RuleDraft } from './rule-draft.ts';
import { entryOf } from './words.ts';

export type Verb =
  | 'append'
  | 'insert'
  | 'delete'
  | 'replace'
  | 'check'
  | 'list'
  | 'list-rules'
  | 'flush'
  | 'zero'
  | 'new-chain'
  | 'delete-chain'
  | 'rename-chain'
  | 'policy'
  | 'version';

/** One call of iptables. */
export interface IptablesCommand {
  verb: Verb;
  table: string;
  chain?: string;
  /** A rule's number, from 1 on. */
  number?: number;
  /** The new name of `-E`, the policy of `-P`. */
  name?: string;
  /** Of `-L … -Z`. */
  alsoZero: boolean;
  /** One for each pair of addresses given with commas. */
  rules: RuleSpec[];
  /** Of `-c`. */
  counters?: { packets: number; bytes: number };
  listing: ListingOptions;
}

export interface ParseOptions {
  /** Whether a table has a chain, for `-j`. */
  hasChain: (table: string, name: string) => boolean;
  /** Keeps matches and targets that are not modelled, instead of refusing them. */
  anyModule?: boolean;
}

interface VerbForm {
  letter: string;
  verb: Verb;
  /** What has to follow, and what may. */
  takes: 'chain' | 'chain?' | 'chain number?' | 'chain number' | 'two' | 'nothing';
  rule?: true;
}

const verbForms: readonly VerbForm[] = [
  { letter: 'A', verb: 'append', takes: 'chain', rule: true },
  { letter: 'I', verb: 'insert', takes: 'chain number?', rule: true },
  { letter: 'D', verb: 'delete', takes: 'chain number?', rule: true },
  { letter: 'R', verb: 'replace', takes: 'chain number', rule: true },
  { letter: 'C', verb: 'check', takes: 'chain', rule: true },
  { letter: 'L', verb: 'list', takes: 'chain?' },
  { letter: 'S', verb: 'list-rules', takes: 'chain?' },
  { letter: 'F', verb: 'flush', takes: 'chain?' },
  { letter: 'Z', verb: 'zero', takes: 'chain?' },
  { letter: 'N', verb: 'new-chain', takes: 'chain' },
  { letter: 'X', verb: 'delete-chain', takes: 'chain?' },
  { letter: 'E', verb: 'rename-chain', takes: 'two' },
  { letter: 'P', verb: 'policy', takes: 'two' },
  { letter: 'V', verb: 'version', takes: 'nothing' },
];

/** Options with a letter of their own; `=` for those that take an argument. */
const longNames: Readonly<Record<string, string>> = {
  append: 'A',
  insert: 'I',
  delete: 'D',
  replace: 'R',
  check: 'C',
  list: 'L',
  'list-rules': 'S',
  flush: 'F',
  zero: 'Z',
  'new-chain': 'N',
  'delete-chain': 'X',
  'rename-chain': 'E',
  policy: 'P',
  version: 'V',
  table: 't',
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  'in-interface': 'i',
  'out-interface': 'o',
  protocol: 'p',
  proto: 'p',
  match: 'm',
  jump: 'j',
  goto: 'g',
  numeric: 'n',
  verbose: 'v',
  exact: 'x',
  'line-numbers': '0',
  wait: 'w',
  'set-counters': 'c',
  ipv4: '4',
};
const withoutArgument = new Set(['n', 'v', 'x', 'V', '4', '0']);

/**
 * Reads the words behind `iptables`.
 * @throws IptablesError as iptables 1.8 refuses them, or in our words for what is not modelled
 */
export function parseIptables(words: readonly string[], options: ParseOptions): IptablesCommand {
  return new Parser(splitLetters(words), options).parse();
}

/** `-nvL` is `-n -v -L`, `-tnat` is `-t nat`. */
function splitLetters(words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const isArgument = words[at - 1] === '--comment';
    if (isArgument || !/^-[A-Za-z0-9]{2,}$/.test(word)) return [word];
    const split: string[] = [];
    for (let place = 1; place < word.length; place++) {
      const letter = word[place] as string;
      split.push(`-${letter}`);
      const takesMore = !withoutArgument.has(letter) && !/[A-Z]/.test(letter);
      if (!takesMore) continue;
      if (place + 1 < word.length) split.push(word.slice(place + 1));
      break;
    }
    return split;
  });
}

class Parser {
  readonly #words: readonly string[];
  readonly #options: ParseOptions;
  readonly #draft: RuleDraft;
  #at = 0;
  #form: VerbForm | undefined;
  #sources: Condition<Network>[] = [];
  #destinations: Condition<Network>[] = [];
  readonly #command: Omit<IptablesCommand, 'verb' | 'rules'> & { rules: RuleSpec[] } = {
    table: 'filter',
    alsoZero: false,
    rules: [],
    listing: { numeric: false, verbose: false, exact: false, lineNumbers: false },
  };

  constructor(words: readonly string[], options: ParseOptions) {
    this.#words = words;
    this.#options = options;
    this.#draft = new RuleDraft(options.anyModule === true);
    // A target may name a chain of the table, wherever -t stands.
    const table = words.findIndex((word) => word === '-t' || word === '--table');
    if (table >= 0) this.#command.table = words[table + 1] ?? 'filter';
  }

  parse(): IptablesCommand {
    let not = false;
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at++] as string;
      if (word === '!') {
        not = true;
        continue;
      }
      if (this.#takeOther(word, not)) {
        not = false;
        continue;
      }
      if (!word.startsWith('-') || word === '-') {
        if (this.#command.number === undefined && this.#takesNumber(word)) continue;
        throw plainRefusal(word);
      }
      this.#option(word, not);
      not = false;
    }
    return this.#finish();
  }

  #option(word: string, not: boolean): void {
    const name = word.replace(/^--?/, '');
    const isLong = word.startsWith('--');
    const letter = isLong ? longLetter(name) : word.length === 2 ? name : undefined;
    // A whole name of iptables' own comes before the beginning of a module's.
    const own = isLong && entryOf(longNames, name) === undefined ? this.#draft.option(name) : undefined;
    if (own !== undefined) {
      own.take(own.argument ? this.#argument(word) : '', not);
      return;
    }
    const form = verbForms.find((candidate) => candidate.letter === letter);
    if (form !== undefined) this.#verb(form, word);
    else if (letter === undefined || !this.#common(letter, word, not))
      throw wrongUsage(`unknown option "${word}"`);
  }

  /** Whether `word` belongs to a module that takes any. */
  #takeOther(word: string, not: boolean): boolean {
    const other = this.#draft.other();
    if (other === undefined) return false;
    const ends = /^-(m|j|g|s|d|i|o|p|c)$|^--(match|jump|goto)$/.test(word);
    if (!ends) other.push(...(not ? ['!'] : []), word);
    else this.#draft.closeOther();
    return !ends;
  }

  #verb(form: VerbForm, word: string): void {
    if (form.verb === 'zero' && this.#form?.verb === 'list') {
      this.#command.alsoZero = true;
      return;
    }
    if (this.#form !== undefined) throw wrongUsage(`Cannot use -${form.letter} with -${this.#form.letter}`);
    this.#form = form;
    if (form.takes === 'nothing') return;
    if (form.takes === 'chain?') {
      const next = this.#peek();
      if (next !== undefined) this.#command.chain = this.#chain(next);
    } else this.#command.chain = this.#chain(this.#argument(word));
    if (form.takes === 'two') {
      const name = this.#peek();
      if (name === undefined)
        throw wrongUsage(
          `-${form.letter} requires a chain and a ${form.letter === 'P' ? 'policy' : 'new chain name'}`,
        );
      this.#command.name = name;
      this.#at++;
    }
    if (form.takes === 'chain?' && this.#command.chain !== undefined) this.#at++;
  }

  /** A rule's number may stand behind the chain, `-S` and `-L` take one, too. */
  #takesNumber(word: string): boolean {
    const form = this.#form;
    if (form === undefined || this.#command.chain === undefined) return false;
    const before = this.#words[this.#at - 2];
    if (before !== this.#command.chain || !/^(chain number|chain\?)/.test(form.takes)) return false;
    if (!/^[1-9]\d*$/.test(word)) {
      if (form.takes === 'chain number' || /^\d/.test(word) || form.takes === 'chain?')
        throw wrongUsage(`Invalid rule number \`${word}'`);
      return false;
    }
    this.#command.number = Number(word);
    return true;
  }

  /** @returns whether it is an option of iptables itself */
  #common(letter: string, word: string, not: boolean): boolean {
    const { listing } = this.#command;
    switch (letter) {
      case 't':
        this.#command.table = this.#argument(word);
        return true;
      case 'n':
        listing.numeric = true;
        return true;
      case 'v':
        listing.verbose = true;
        return true;
      case 'x':
        listing.exact = true;
        return true;
      case '0':
        listing.lineNumbers = true;
        return true;
      case '4':
        return true;
      case 'w':
        // A lock that nobody else holds.
        if (/^\d+$/.test(this.#peek() ?? '')) this.#at++;
        return true;
      case 'c': {
        const [packets, bytes] = [this.#argument(word), this.#argument(word)].map(Number);
        this.#command.counters = { packets: packets ?? 0, bytes: bytes ?? 0 };
        return true;
      }
      case 's':
        this.#sources = readNetworks(this.#argument(word)).map((is) => ({ not, is }));
        return true;
      case 'd':
        this.#destinations = readNetworks(this.#argument(word)).map((is) => ({ not, is }));
        return true;
      case 'i':
        this.#draft.conditions.inside = { not, is: this.#argument(word) };
        return true;
      case 'o':
        this.#draft.conditions.outside = { not, is: this.#argument(word) };
        return true;
      case 'p': {
        const is = readProtocol(this.#argument(word));
        if (is !== 0) this.#draft.conditions.protocol = { not, is };
        return true;
      }
      case 'm':
        this.#draft.loadMatch(this.#argument(word));
        return true;
      case 'j':
      case 'g': {
        const name = this.#argument(word);
        this.#draft.loadTarget(name, letter === 'g', this.#options.hasChain(this.#command.table, name));
        return true;
      }
      default:
        return false;
    }
  }

  #finish(): IptablesCommand {
    const form = this.#form;
    if (form === undefined) throw wrongUsage('no command specified');
    if (form.takes === 'chain number' && this.#command.number === undefined)
      throw wrongUsage(`-${form.letter} requires a rule number`);
    const spec = this.#draft.finish();
    this.#checkInterfaces(spec);
    const isByNumber = form.verb === 'delete' && this.#command.number !== undefined;
    const rules = form.rule === true && !isByNumber ? this.#rulesOf(spec) : [];
    return { ...this.#command, verb: form.verb, rules };
  }

  #checkInterfaces({ inside, outside }: RuleSpec): void {
    const { chain = '' } = this.#command;
    if (inside !== undefined && (chain === 'OUTPUT' || chain === 'POSTROUTING'))
      throw wrongUsage(`Can't use -i with ${chain}\n`);
    if (outside !== undefined && (chain === 'PREROUTING' || chain === 'INPUT'))
      throw wrongUsage(`Can't use -o with ${chain}\n`);
  }

  /** Several addresses make several rules; `/0` is no condition. */
  #rulesOf(spec: RuleSpec): RuleSpec[] {
    const conditions = (all: Condition<Network>[]) => {
      const kept = all.map((one) => (one.is.mask === 0 && !one.not ? undefined : one));
      return kept.length === 0 ? [undefined] : kept;
    };
    return conditions(this.#sources).flatMap((source) =>
      conditions(this.#destinations).map((destination) => ({
        ...(source && { source }),
        ...(destination && { destination }),
        ...spec,
      })),
    );
  }

  #chain(name: string): string {
    if (name.length > 28) throw wrongUsage(`chain name \`${name}' too long (must be under 29 chars)`);
    return name;
  }

  #peek(): string | undefined {
    const next = this.#words[this.#at];
    return next === undefined || next === '!' || (next.startsWith('-') && next.length > 1) ? undefined : next;
  }

  #argument(option: string): string {
    const next = this.#words[this.#at];
    if (next === undefined) throw wrongUsage(`option "${option}" requires an argument`);
    this.#at++;
    return next;
  }
}

/** A long name, or as much of it as is unmistakable. */
function longLetter(name: string): string | undefined {
  const exact = entryOf(longNames, name);
  if (exact !== undefined) return exact;
  const begun = new Set(
    Object.keys(longNames)
      .filter((known) => known.startsWith(name))
      .map((known) => longNames[known]),
  );
  return begun.size === 1 ? [...begun][0] : undefined;
}

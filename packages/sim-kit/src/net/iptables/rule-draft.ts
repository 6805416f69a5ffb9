import { notModelled, wrongUsage } from './iptables-error.ts';
import {
  readAddressTypes,
  readMark,
  readPortList,
  readPortRange,
  readTargetPorts,
  readTranslation,
} from './parse-values.ts';
import {
  type Condition,
  type Match,
  protocolName,
  type RuleSpec,
  standardTargets,
  type Target,
} from './rule.ts';
import { entryOf } from './words.ts';

/** An option that a module adds while a rule is read. `take` gets its argument, and whether `!` stood before it. */
interface ModuleOption {
  names: readonly string[];
  argument: boolean;
  take(argument: string, not: boolean): void;
}

/** One `-m` or `-j` under way: what it takes, and what comes of it. */
interface Module<T> {
  name: string;
  options: readonly ModuleOption[];
  finish(): T;
}

const condition = <T>(is: T, not: boolean): Condition<T> => ({ not, is });

type ConditionName = 'source' | 'destination' | 'inside' | 'outside' | 'protocol';

/** A rule that is being read: modules are loaded as iptables loads them, in the order of the words. */
export class RuleDraft {
  /** Without those of several addresses, which become several rules. */
  readonly conditions: { -readonly [name in ConditionName]?: RuleSpec[name] } = {};
  readonly #anyModule: boolean;
  readonly #matches: Module<Match>[] = [];
  #target: Module<Target> | undefined;

  /** `anyModule`: keep what is not modelled as it is, for somebody's file. */
  constructor(anyModule: boolean) {
    this.#anyModule = anyModule;
  }

  loadMatch(name: string): void {
    this.#matches.push(this.#match(name));
  }

  loadTarget(name: string, goto: boolean, isChain: boolean): void {
    if (this.#target !== undefined) throw wrongUsage(`multiple -${goto ? 'g' : 'j'} flags not allowed`);
    this.#target = goto || isChain ? chainTarget(name, goto) : this.#known(name);
  }

  /** Where the words of a module that is not modelled go, if that is what was loaded last. */
  other(): string[] | undefined {
    return [this.#target, this.#matches.at(-1)].map((module) => module && others.get(module)).find(Boolean);
  }

  /** Closes a module that takes any word. */
  closeOther(): void {
    for (const module of [this.#target, ...this.#matches]) if (module !== undefined) others.delete(module);
  }

  /** The option of a loaded module by its name, or by as much of it as is unmistakable; `-p tcp` loads its own. */
  option(name: string): ModuleOption | undefined {
    const modules = [this.#target, ...this.#matches.toReversed()];
    for (const module of modules) {
      const found = module && findOption(module.options, name);
      if (found !== undefined) return found;
    }
    const { protocol } = this.conditions;
    const own = protocol?.not === false ? protocolName(protocol.is) : undefined;
    if ((own !== 'tcp' && own !== 'udp') || this.#matches.some((match) => match.name === own))
      return undefined;
    const module = this.#match(own);
    const found = findOption(module.options, name);
    if (found !== undefined) this.#matches.push(module);
    return found;
  }

  /** @throws IptablesError when something is missing */
  finish(): RuleSpec {
    const target = this.#target?.finish();
    const matches = this.#matches.map((match) => match.finish());
    const { protocol } = this.conditions;
    const isPorted = protocol?.not === false && [6, 17, 132].includes(protocol.is);
    for (const { module } of matches) {
      if ((module === 'tcp' || module === 'udp') && (!isPorted || protocolName(protocol.is) !== module))
        throw wrongUsage(`${module.toUpperCase()} match requires '-p ${module}'`);
      if (module === 'multiport' && !isPorted)
        throw wrongUsage("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
    }
    if (!isPorted && (target?.ports ?? target?.to?.ports) !== undefined)
      throw wrongUsage('Need TCP, UDP, SCTP or DCCP with port specification');
    return { ...this.conditions, matches, ...(target && { target }) };
  }

  #match(name: string): Module<Match> {
    const make = entryOf(matchModules, name);
    if (make !== undefined) return make(this.#anyModule);
    if (!this.#anyModule) {
      if (!matchesElsewhere.has(name))
        throw wrongUsage(`Couldn't load match \`${name}':No such file or directory\n`);
      throw notModelled(
        `-m ${name}`,
        `the nat table here knows -m ${Object.keys(matchModules).join(', ')}`,
        'Leave it out, or say the same with these.',
      );
    }
    const words: string[] = [];
    const module: Module<Match> = { name, options: [], finish: () => ({ module: 'other', name, words }) };
    others.set(module, words);
    return module;
  }

  #known(name: string): Module<Target> {
    if ((standardTargets as readonly string[]).includes(name))
      return { name, options: [], finish: () => ({ name }) };
    const make = entryOf(targetModules, name);
    if (make !== undefined) return make(name);
    if (!this.#anyModule) {
      if (/^[A-Z]+$/.test(name) && targetsElsewhere.has(name)) {
        throw notModelled(
          `-j ${name}`,
          `the nat table here knows ${['ACCEPT', 'RETURN', ...Object.keys(targetModules)].join(', ')}`,
          'Leave it out.',
        );
      }
      throw wrongUsage(`Chain '${name}' does not exist`);
    }
    const words: string[] = [];
    const module: Module<Target> = { name, options: [], finish: () => ({ name, words }) };
    others.set(module, words);
    return module;
  }
}

/** The words of the modules that are not modelled, while such a module is being read. */
const others = new WeakMap<object, string[]>();

/** Matches and targets of a real iptables that somebody might try. */
const matchesElsewhere = new Set(
  'conntrack state set limit hashlimit iprange owner physdev mac recent string time u32 socket sctp icmp cgroup bpf length tcpmss rpfilter connmark helper policy pkttype'.split(
    ' ',
  ),
);
const targetsElsewhere = new Set([
  'LOG',
  'REJECT',
  'NFLOG',
  'NETMAP',
  'TPROXY',
  'QUEUE',
  'NFQUEUE',
  'CONNMARK',
  'NOTRACK',
]);

function findOption(options: readonly ModuleOption[], name: string): ModuleOption | undefined {
  const exact = options.find(({ names }) => names.includes(name));
  if (exact !== undefined) return exact;
  const begun = options.filter(({ names }) => names.some((known) => known.startsWith(name)));
  return begun.length === 1 ? begun[0] : undefined;
}

const matchModules: Readonly<Record<string, (anyModule: boolean) => Module<Match>>> = {
  comment() {
    let comment: string | undefined;
    return {
      name: 'comment',
      options: [
        {
          names: ['comment'],
          argument: true,
          take(text) {
            comment = text;
          },
        },
      ],
      finish() {
        if (comment === undefined) throw wrongUsage('comment: option "--comment" must be specified\n');
        return { module: 'comment', comment };
      },
    };
  },
  statistic,
  tcp: () => portMatch('tcp'),
  udp: () => portMatch('udp'),
  multiport() {
    let found: Match | undefined;
    const side = (is: 'sports' | 'dports' | 'ports', long: string): ModuleOption => ({
      names: [is, long],
      argument: true,
      take(text, not) {
        if (found !== undefined) throw wrongUsage('multiport: only one of --sports, --dports, --ports\n');
        found = { module: 'multiport', side: is, ports: condition(readPortList(text), not) };
      },
    });
    return {
      name: 'multiport',
      options: [side('sports', 'source-ports'), side('dports', 'destination-ports'), side('ports', 'ports')],
      finish() {
        if (found === undefined) throw wrongUsage('multiport expection an option');
        return found;
      },
    };
  },
  addrtype() {
    const sides: { src?: Condition<ReturnType<typeof readAddressTypes>>; dst?: typeof sides.src } = {};
    const side = (name: 'src' | 'dst'): ModuleOption => ({
      names: [`${name}-type`],
      argument: true,
      take(text, not) {
        sides[name] = condition(readAddressTypes(text), not);
      },
    });
    return {
      name: 'addrtype',
      options: [side('src'), side('dst')],
      finish() {
        const { src, dst } = sides;
        if (!src && !dst) throw wrongUsage('addrtype: you must specify --src-type or --dst-type');
        return { module: 'addrtype', ...(src && { src }), ...(dst && { dst }) };
      },
    };
  },
  mark() {
    let mark: Condition<{ value: number; mask: number }> | undefined;
    return {
      name: 'mark',
      options: [
        {
          names: ['mark'],
          argument: true,
          take(text, not) {
            mark = condition(readMark(text), not);
          },
        },
      ],
      finish() {
        if (mark === undefined) throw wrongUsage('mark: option "--mark" must be specified\n');
        return { module: 'mark', mark };
      },
    };
  },
};

function statistic(anyModule: boolean): Module<Match> {
  const given: Partial<Record<'mode' | 'every' | 'packet' | 'probability', string>> = {};
  const option = (name: keyof typeof given): ModuleOption => ({
    names: [name],
    argument: true,
    take(text) {
      given[name] = text;
    },
  });
  return {
    name: 'statistic',
    options: [option('mode'), option('every'), option('packet'), option('probability')],
    finish() {
      const { mode, probability } = given;
      const [every, packet] = [Number(given.every), Number(given.packet ?? 0)];
      if (mode !== undefined && mode !== 'nth' && mode !== 'random') throw wrongUsage(`Bad mode "${mode}"`);
      if (mode !== 'nth') {
        if (probability === undefined)
          throw wrongUsage('--probability must be specified when using random mode');
        const words = ['--mode', 'random', '--probability', probability];
        if (anyModule) return { module: 'other', name: 'statistic', words };
        throw notModelled('-m statistic --mode random', 'here nothing is left to chance', 'Use --mode nth.');
      }
      if (given.every === undefined)
        throw wrongUsage('--every and --packet must be specified when using nth mode');
      if (given.packet === undefined)
        throw wrongUsage('statistic: option "--every" also requires "--packet".\n');
      if (!Number.isInteger(every) || every < 1)
        throw wrongUsage('statistic: bad value for option "--every", or out of range (1-4294967295).\n');
      if (!Number.isInteger(packet) || packet < 0 || packet >= every)
        throw wrongUsage('the --packet p must be 0 <= p <= n-1');
      return { module: 'statistic', every, packet };
    },
  };
}

function portMatch(module: 'tcp' | 'udp'): Module<Match> {
  const sides: Partial<Record<'sport' | 'dport', Condition<ReturnType<typeof readPortRange>>>> = {};
  const side = (name: 'sport' | 'dport', long: string): ModuleOption => ({
    names: [name, long],
    argument: true,
    take(text, not) {
      if (sides[name] !== undefined) throw wrongUsage(`Only one \`--${long}' allowed`);
      sides[name] = condition(readPortRange(text), not);
    },
  });
  return {
    name: module,
    options: [side('sport', 'source-port'), side('dport', 'destination-port')],
    finish: () => ({ module, ...sides }),
  };
}

const chainTarget = (name: string, goto: boolean): Module<Target> => ({
  name,
  options: [],
  finish: () => ({ name, ...(goto && { goto }) }),
});

type TargetModule = (name: string) => Module<Target>;

const targetModules: Readonly<Record<string, TargetModule>> = {
  DNAT: (name) => translating(name, 'to-destination'),
  SNAT: (name) => translating(name, 'to-source'),
  REDIRECT: (name) => porting(name),
  MASQUERADE: (name) => porting(name),
  MARK(name) {
    let mark: Target['mark'];
    const taking = (option: string, make: (given: { value: number; mask: number }) => Target['mark']) => ({
      names: [option],
      argument: true,
      take(text: string) {
        mark = make(readMark(text));
      },
    });
    return {
      name,
      options: [
        taking('set-xmark', (given) => given),
        taking('set-mark', ({ value, mask }) => ({ value, mask: (value | mask) >>> 0 })),
        taking('or-mark', ({ value }) => ({ value, mask: value })),
        taking('and-mark', ({ value }) => ({ value: 0, mask: ~value >>> 0 })),
        taking('xor-mark', ({ value }) => ({ value, mask: 0 })),
      ],
      finish() {
        if (mark === undefined) throw wrongUsage('MARK: one of the MARK options must be specified\n');
        return { name, mark };
      },
    };
  },
};

/** Options without effect on where a connection goes here. */
const flagOptions = (flags: Set<string>): ModuleOption[] =>
  ['random', 'random-fully', 'persistent'].map((flag) => ({
    names: [flag],
    argument: false,
    take: () => void flags.add(flag),
  }));

function translating(name: string, option: string): Module<Target> {
  let to: Target['to'];
  const flags = new Set<string>();
  return {
    name,
    options: [
      {
        names: [option],
        argument: true,
        take(text) {
          if (to !== undefined) throw wrongUsage(`${name}: option "--${option}" can only be used once.\n`);
          to = readTranslation(text);
        },
      },
      ...flagOptions(flags),
    ],
    finish() {
      if (to === undefined) throw wrongUsage(`${name}: option "--${option}" must be specified\n`);
      return { name, to, ...(flags.size > 0 && { flags: [...flags] }) };
    },
  };
}

function porting(name: string): Module<Target> {
  let ports: Target['ports'];
  const flags = new Set<string>();
  return {
    name,
    options: [
      {
        names: ['to-ports'],
        argument: true,
        take(text) {
          ports = readTargetPorts(text);
        },
      },
      ...flagOptions(flags),
    ],
    finish: () => ({ name, ...(ports && { ports }), ...(flags.size > 0 && { flags: [...flags] }) }),
  };
}

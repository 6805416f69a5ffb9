import {
  type Condition,
  formatAddress,
  type Match,
  type Network,
  type Ports,
  prefixLength,
  protocolName,
  type RuleSpec,
  type Target,
  type Translation,
} from './rule.ts';
import { quoteWord } from './words.ts';

/** What is counted by a rule or a policy. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** The rule as `iptables -S` prints it, e.g. `-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination …`. */
export function printRule(chain: string, spec: RuleSpec, counters?: Counters): string {
  const { source, destination, inside, outside, protocol, matches, target } = spec;
  return [
    `-A ${chain}`,
    ...option('-s', source, networkOf),
    ...option('-d', destination, networkOf),
    ...option('-i', inside, String),
    ...option('-o', outside, String),
    ...option('-p', protocol, (number) => protocolName(number) ?? String(number)),
    ...matches.flatMap(matchWords),
    ...(counters === undefined ? [] : [`-c ${counters.packets} ${counters.bytes}`]),
    ...(target === undefined ? [] : targetWords(target)),
  ].join(' ');
}

function option<T>(name: string, condition: Condition<T> | undefined, print: (is: T) => string): string[] {
  if (condition === undefined) return [];
  return [...(condition.not ? ['!'] : []), name, print(condition.is)];
}

/** As iptables writes it: `/32` too. */
function networkOf({ address, mask }: Network): string {
  return `${formatAddress(address)}/${prefixLength(mask) ?? formatAddress(mask)}`;
}

export const portsOf = ({ first, last }: Ports, between = ':'): string =>
  first === last ? String(first) : `${first}${between}${last}`;

const hex = (value: number) => `0x${value.toString(16)}`;

export const markOf = ({ value, mask }: { value: number; mask: number }): string =>
  mask === 0xffff_ffff ? hex(value) : `${hex(value)}/${hex(mask)}`;

function matchWords(match: Match): string[] {
  switch (match.module) {
    case 'comment':
      return ['-m comment --comment', quoteWord(match.comment)];
    case 'tcp':
    case 'udp':
      return [
        `-m ${match.module}`,
        ...option('--sport', match.sport, portsOf),
        ...option('--dport', match.dport, portsOf),
      ];
    case 'multiport':
      return [
        '-m multiport',
        ...option(`--${match.side}`, match.ports, (all) => all.map((one) => portsOf(one)).join()),
      ];
    case 'addrtype':
      return [
        '-m addrtype',
        ...option('--src-type', match.src, (types) => types.join()),
        ...option('--dst-type', match.dst, (types) => types.join()),
      ];
    case 'mark':
      return ['-m mark', ...option('--mark', match.mark, markOf)];
    case 'statistic':
      return [`-m statistic --mode nth --every ${match.every} --packet ${match.packet}`];
    case 'other':
      return [`-m ${match.name}`, ...match.words.map(otherWord)];
  }
}

function targetWords({ name, goto, to, ports, mark, flags = [], words = [] }: Target): string[] {
  return [
    `${goto === true ? '-g' : '-j'} ${name}`,
    ...(to === undefined ? [] : [name === 'SNAT' ? '--to-source' : '--to-destination', translationOf(to)]),
    ...(ports === undefined ? [] : [`--to-ports ${portsOf(ports, '-')}`]),
    ...(mark === undefined ? [] : [`--set-xmark ${hex(mark.value)}/${hex(mark.mask)}`]),
    ...flags.map((flag) => `--${flag}`),
    ...words.map(otherWord),
  ];
}

/** Words of what is not modelled: options as they are, values quoted where they have to be. */
const otherWord = (word: string) => (/^[\w!:./,=-]+$/.test(word) ? word : quoteWord(word));

export const translationOf = ({ first = '', last, ports }: Translation): string =>
  `${first}${last === undefined ? '' : `-${last}`}${ports === undefined ? '' : `:${portsOf(ports, '-')}`}`;

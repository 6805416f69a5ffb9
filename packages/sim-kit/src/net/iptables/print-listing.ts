import { type Counters, markOf, portsOf, translationOf } from './print-rule.ts';
import {
  type Condition,
  formatAddress,
  type Match,
  type Network,
  prefixLength,
  protocolName,
  type Rule,
  type RuleSpec,
  type Target,
} from './rule.ts';
import type { Chain } from './tables.ts';

/** How `-L` prints: `-n`, `-v`, `-x` and `--line-numbers`. */
export interface ListingOptions {
  numeric: boolean;
  verbose: boolean;
  exact: boolean;
  lineNumbers: boolean;
}

/** A chain as `iptables -L` prints it, without a blank line behind it. `references`: of a user chain. */
export function printChain(chain: Chain, references: number, options: ListingOptions): string {
  const { verbose, exact, lineNumbers } = options;
  const counted = verbose ? ` ${number(chain.packets)} packets, ${number(chain.bytes)} bytes` : '';
  const about = chain.policy === undefined ? `${references} references` : `policy ${chain.policy}${counted}`;
  const columns = [
    lineNumbers ? 'num  ' : '',
    verbose ? (exact ? '    pkts      bytes ' : ' pkts bytes ') : '',
    'target     prot opt ',
    verbose ? 'in     out     ' : '',
    'source               destination         ',
  ].join('');
  return [
    `Chain ${chain.name} (${about})`,
    columns,
    ...chain.rules.map((rule, at) => printListed(rule, at + 1, options)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** One rule as `iptables -L` prints it; `number` is its place, from 1 on. */
export function printListed(rule: Rule, place: number, options: ListingOptions): string {
  const { spec } = rule;
  const { target, matches } = spec;
  return [
    options.lineNumbers ? String(place).padEnd(5) : '',
    options.verbose ? countersOf(rule, options.exact) : '',
    `${(target?.name ?? '').padEnd(9)} `,
    protocolOf(spec, options.numeric),
    '-- ',
    options.verbose ? ` ${interfaceOf(spec.inside)} ${interfaceOf(spec.outside)} ` : '',
    `${networkOf(spec.source, options.numeric)} `,
    `${networkOf(spec.destination, options.numeric)} `,
    target?.goto === true ? '[goto] ' : '',
    ...matches.map((match) => ` ${matchOf(match)}`),
    target === undefined ? '' : targetOf(target),
  ].join('');
}

const number = (value: number) => short(value).trim();

function countersOf({ packets, bytes }: Counters, exact: boolean): string {
  if (exact) return `${String(packets).padStart(8)} ${String(bytes).padStart(8)} `;
  return `${short(packets)} ${short(bytes)} `;
}

/** At most five places: from 100,000 on in thousands, and so on, rounded. */
function short(value: number): string {
  if (value <= 99_999) return String(value).padStart(5);
  let rest = value;
  for (const unit of ['K', 'M', 'G', 'T']) {
    rest = Math.floor((rest + 500) / 1_000);
    if (rest <= 9_999 || unit === 'T') return `${rest}${unit}`.padStart(5);
  }
  return String(value);
}

function protocolOf({ protocol }: RuleSpec, numeric: boolean): string {
  const sign = protocol?.not === true ? '!' : ' ';
  const is = protocol?.is ?? 0;
  const name = numeric ? String(is) : is === 0 ? 'all' : (protocolName(is) ?? String(is));
  return `${sign}${name.padEnd(4)} `;
}

const interfaceOf = (condition: Condition<string> | undefined) =>
  (condition === undefined ? '*' : `${condition.not ? '!' : ''}${condition.is}`).padEnd(6);

function networkOf(condition: Condition<Network> | undefined, numeric: boolean): string {
  const { address, mask } = condition?.is ?? { address: 0, mask: 0 };
  const length = prefixLength(mask);
  const suffix = length === 32 ? '' : `/${length ?? formatAddress(mask)}`;
  const text = mask === 0 && !numeric ? 'anywhere' : `${formatAddress(address)}${suffix}`;
  return `${condition?.not === true ? '!' : ' '}${text.padEnd(19)}`;
}

const sign = (condition: Condition<unknown>) => (condition.not ? '!' : '');

function matchOf(match: Match): string {
  switch (match.module) {
    case 'comment':
      return `/* ${match.comment} */`;
    case 'tcp':
    case 'udp':
      return [
        match.module,
        ...(['spt', 'dpt'] as const).flatMap((name) => {
          const condition = name === 'spt' ? match.sport : match.dport;
          if (condition === undefined) return [];
          const { first, last } = condition.is;
          return `${name}${first === last ? '' : 's'}:${sign(condition)}${portsOf(condition.is)}`;
        }),
      ].join(' ');
    case 'multiport':
      return `multiport ${match.side} ${match.ports.not ? ' !' : ''}${match.ports.is.map((one) => portsOf(one)).join()}`;
    case 'addrtype':
      return [
        'ADDRTYPE match',
        ...(['src', 'dst'] as const).flatMap((side) => {
          const condition = match[side];
          return condition === undefined ? [] : `${side}-type ${sign(condition)}${condition.is.join()}`;
        }),
      ].join(' ');
    case 'mark':
      return `mark match ${match.mark.not ? '! ' : ''}${markOf(match.mark.is)}`;
    case 'statistic':
      return `statistic mode nth every ${match.every}${match.packet === 0 ? '' : ` packet ${match.packet}`}`;
    case 'other':
      return [match.name, ...match.words].join(' ');
  }
}

function targetOf({ name, to, ports, mark, flags = [], words = [] }: Target): string {
  const parts = [
    ...(to === undefined ? [] : [`to:${translationOf(to)}`]),
    ...(ports === undefined
      ? []
      : [
          `${name === 'REDIRECT' ? 'redir' : 'masq'} ports${name === 'REDIRECT' ? '' : ':'} ${portsOf(ports, '-')}`,
        ]),
    ...(mark === undefined ? [] : [`MARK ${markingOf(mark)}`]),
    ...flags,
    ...words,
  ];
  return parts.map((part) => ` ${part}`).join('');
}

/** `--set-xmark` by what it comes to, as iptables words it. */
function markingOf({ value, mask }: { value: number; mask: number }): string {
  const hex = (bits: number) => `0x${(bits >>> 0).toString(16)}`;
  if (mask === 0) return `xor ${hex(value)}`;
  if (mask === 0xffff_ffff) return `set ${hex(value)}`;
  if (value === 0) return `and ${hex(~mask)}`;
  if (value === mask) return `or ${hex(value)}`;
  return `xset ${hex(value)}/${hex(mask)}`;
}

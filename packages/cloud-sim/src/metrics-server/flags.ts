import { goDuration } from '../kube-apiserver/human-duration.ts';
import { flagTraits } from './flags.data.ts';
import { durationFlag, FlagError, type KnownFlags } from './known-flags.ts';
import type { MetricsServerTag } from './tags.ts';

/** What a release makes of its command line. */
export interface FlagTraits {
  known: KnownFlags;
  /** What two flags that exclude each other are answered with; undefined where nobody looks. */
  conflicts?: 'Cannot' | 'cannot';
  /** The least --metric-resolution, and how the refusal begins. */
  resolution?: { minMs: number; word: 'Metric-resolution' | 'metric-resolution' };
  /** A shorthand beside klog's -v. */
  shorthands?: Readonly<Record<string, string>>;
  /** Go before 1.15 names a wrong duration without quotes. */
  quotesDurations: boolean;
}

/** The settings that have an effect here. Durations in milliseconds. */
export interface MetricsServerFlags {
  kubeletPort: number;
  kubeletUseNodeStatusPort: boolean;
  kubeletPreferredAddressTypes: string[];
  kubeletInsecureTls: boolean;
  deprecatedKubeletCompletelyInsecure: boolean;
  /** A path; the simulator takes the roots from its own options when it is set. */
  kubeletCertificateAuthority: string;
  metricResolutionMs: number;
  /** How long one node may take; 10 s where there is no such flag. */
  kubeletRequestTimeoutMs: number;
  /** Label selector of the nodes that count; empty for all. */
  nodeSelector: string;
  securePort: number;
  /** klog's -v. */
  verbosity: number;
}

/**
 * The arguments of the metrics-server that KubeSphere 3.1.0 installs
 * (kubesphere/ks-installer v3.1.0 roles/metrics-server/files/metrics-server/metrics-server.yaml).
 */
export const kubesphereArguments: readonly string[] = [
  '--cert-dir=/tmp',
  '--secure-port=4443',
  '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  '--kubelet-use-node-status-port',
  '--kubelet-insecure-tls',
];

/**
 * Arguments as far as a release knows them: before 0.4 the port in the Node's status cannot be used, so the tunnel's
 * own stands there, for all nodes, the cloud's, too.
 */
export function argumentsFor(
  tag: MetricsServerTag,
  args: readonly string[] = kubesphereArguments,
  tunnelPort = 10_350,
): readonly string[] {
  const statusPort = 'kubelet-use-node-status-port';
  if (Object.hasOwn(flagTraits[tag].known, statusPort)) return args;
  return args.map((argument) => (argument === `--${statusPort}` ? `--kubelet-port=${tunnelPort}` : argument));
}

/**
 * Reads the command line of a release. Flags of the generic API server are known and have no effect.
 * @throws FlagError with the words of spf13/pflag, or of the real server's own check
 */
export function parseFlags(
  commandLine: readonly string[],
  tag: MetricsServerTag = 'v0.4.2',
): MetricsServerFlags {
  const traits = flagTraits[tag];
  const values = new Map<string, string>();
  const rest = [...commandLine];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') break;
    if (argument.startsWith('--')) readLong(argument.slice(2), rest, { values, traits });
    else if (argument.startsWith('-') && argument !== '-') {
      readShort(argument.slice(1), rest, { values, traits });
    }
  }
  const flags = effective(values);
  check(values, flags, traits);
  return flags;
}

interface Into {
  values: Map<string, string>;
  traits: FlagTraits;
}

function readLong(argument: string, rest: string[], into: Into): void {
  if (argument === '' || argument.startsWith('-') || argument.startsWith('=')) {
    throw new FlagError(`bad flag syntax: --${argument}`);
  }
  const at = argument.indexOf('=');
  const name = at < 0 ? argument : argument.slice(0, at);
  const kind = Object.hasOwn(into.traits.known, name) ? into.traits.known[name] : undefined;
  if (kind === undefined) throw new FlagError(`unknown flag: --${name}`);
  let value = at < 0 ? undefined : argument.slice(at + 1);
  if (value === undefined && kind === 'bool') value = 'true';
  value ??= rest.shift();
  if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
  validate(`--${name}`, { kind, value }, into.traits);
  // A repeated slice flag adds to the earlier one; every other flag replaces it.
  const earlier = name === 'kubelet-preferred-address-types' ? into.values.get(name) : undefined;
  into.values.set(name, earlier === undefined ? value : `${earlier},${value}`);
}

function readShort(argument: string, rest: string[], { values, traits }: Into): void {
  const letter = argument.charAt(0);
  const name = { v: 'v', ...traits.shorthands }[letter];
  const kind = name === undefined ? undefined : traits.known[name];
  if (name === undefined || kind === undefined) {
    throw new FlagError(`unknown shorthand flag: '${letter}' in -${argument}`);
  }
  const value = argument.slice(1).replace(/^=/, '') || rest.shift();
  if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${argument}`);
  validate(`-${letter}, --${name}`, { kind, value }, traits);
  values.set(name, value);
}

function validate(
  name: string,
  { kind, value }: { kind: string; value: string },
  { quotesDurations }: FlagTraits,
): void {
  const fail = (problem: string) => {
    throw new FlagError(`invalid argument "${value}" for "${name}" flag: ${problem}`);
  };
  if (kind === 'int' && !/^[+-]?\d+$/.test(value)) {
    fail(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  }
  if (kind === 'bool' && !/^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)) {
    fail(`strconv.ParseBool: parsing "${value}": invalid syntax`);
  }
  if (kind === 'duration' && durationFlag(value) === undefined) {
    fail(`time: invalid duration ${quotesDurations ? `"${value}"` : value}`);
  }
}

function effective(values: ReadonlyMap<string, string>): MetricsServerFlags {
  const bool = (name: string) => /^(1|t|true)$/i.test(values.get(name) ?? 'false');
  const int = (name: string, otherwise: number) => Number(values.get(name) ?? otherwise);
  const types = values.get('kubelet-preferred-address-types');
  return {
    kubeletPort: int('kubelet-port', 10250),
    kubeletUseNodeStatusPort: bool('kubelet-use-node-status-port'),
    // kubernetes-sigs/metrics-server v0.4.2 pkg/utils/address_resolver.go DefaultAddressTypePriority.
    kubeletPreferredAddressTypes: types?.split(',') ?? [
      'Hostname',
      'InternalDNS',
      'InternalIP',
      'ExternalDNS',
      'ExternalIP',
    ],
    kubeletInsecureTls: bool('kubelet-insecure-tls'),
    deprecatedKubeletCompletelyInsecure: bool('deprecated-kubelet-completely-insecure'),
    kubeletCertificateAuthority: values.get('kubelet-certificate-authority') ?? '',
    metricResolutionMs: durationFlag(values.get('metric-resolution') ?? '1m0s') ?? 60_000,
    kubeletRequestTimeoutMs: durationFlag(values.get('kubelet-request-timeout') ?? '10s') ?? 10_000,
    nodeSelector: (values.get('node-selector') ?? '').trim(),
    securePort: int('secure-port', 443),
    verbosity: int('v', 0),
  };
}

/**
 * kubernetes-sigs/metrics-server v0.4.2, v0.5.2, v0.9.0 cmd/metrics-server/app/options/{options,kubelet_client}.go
 * Validate; the first error counts.
 */
function check(values: ReadonlyMap<string, string>, flags: MetricsServerFlags, traits: FlagTraits): void {
  const { conflicts, resolution } = traits;
  if (conflicts === undefined) return;
  const insecure = flags.kubeletInsecureTls;
  const plain = flags.deprecatedKubeletCompletelyInsecure;
  const given = (name: string) => (values.get(name) ?? '') !== '';
  const both = (a: string, b: string) => `${conflicts} use both --${a} and --${b}`;
  const authority = 'kubelet-certificate-authority';
  const key = 'kubelet-client-key';
  const certificate = 'kubelet-client-certificate';
  const deprecated = 'deprecated-kubelet-completely-insecure';
  const need = conflicts === 'Cannot' ? 'Need' : 'need';
  const rules: [boolean, string][] = [
    [given(authority) && insecure, both(authority, 'kubelet-insecure-tls')],
    [given(key) !== given(certificate), `${need} both --${key} and --${certificate}`],
    [given(key) && plain, both(key, deprecated)],
    [given(certificate) && plain, both(certificate, deprecated)],
    [insecure && plain, both('kubelet-insecure-tls', deprecated)],
    [given(authority) && plain, both(authority, deprecated)],
    ...resolutionRules(flags, resolution),
  ];
  for (const [broken, message] of rules) if (broken) throw new FlagError(message);
  const timeout = flags.kubeletRequestTimeoutMs;
  if (!Object.hasOwn(traits.known, 'kubelet-request-timeout')) return;
  if (timeout <= 0) throw new FlagError('kubelet-request-timeout should be positive');
  if (flags.metricResolutionMs * 0.9 >= timeout) return;
  const [resolutionText, timeoutText] = [goDuration(flags.metricResolutionMs), goDuration(timeout)];
  throw new FlagError(
    'metric-resolution should be larger than kubelet-request-timeout, but ' +
      `metric-resolution value ${resolutionText} kubelet-request-timeout value ${timeoutText} provided`,
  );
}

function resolutionRules(
  { metricResolutionMs: ms }: MetricsServerFlags,
  resolution: FlagTraits['resolution'],
): [boolean, string][] {
  if (resolution === undefined) return [];
  const { minMs, word } = resolution;
  const least = goDuration(minMs);
  return [
    [ms < minMs, `${word} should be a time duration at least ${least}, but value ${goDuration(ms)} provided`],
  ];
}

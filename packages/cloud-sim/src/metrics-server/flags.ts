import { durationFlag, FlagError, knownFlags } from './known-flags.ts';

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
 * Reads the command line of metrics-server v0.4.2. Flags of the generic API server are known and have no
 * effect.
 * @throws FlagError with the words of spf13/pflag, or of the real server's own check
 */
export function parseFlags(commandLine: readonly string[]): MetricsServerFlags {
  const values = new Map<string, string>();
  const rest = [...commandLine];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') break;
    if (argument.startsWith('--')) readLong(argument.slice(2), rest, values);
    else if (argument.startsWith('-') && argument !== '-') readShort(argument.slice(1), rest, values);
  }
  const flags = effective(values);
  check(values, flags);
  return flags;
}

function readLong(argument: string, rest: string[], values: Map<string, string>): void {
  if (argument === '' || argument.startsWith('-') || argument.startsWith('=')) {
    throw new FlagError(`bad flag syntax: --${argument}`);
  }
  const at = argument.indexOf('=');
  const name = at < 0 ? argument : argument.slice(0, at);
  const kind = knownFlags[name];
  if (kind === undefined) throw new FlagError(`unknown flag: --${name}`);
  let value = at < 0 ? undefined : argument.slice(at + 1);
  if (value === undefined && kind === 'bool') value = 'true';
  value ??= rest.shift();
  if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
  validate(`--${name}`, kind, value);
  // A repeated slice flag adds to the earlier one; every other flag replaces it.
  const earlier = name === 'kubelet-preferred-address-types' ? values.get(name) : undefined;
  values.set(name, earlier === undefined ? value : `${earlier},${value}`);
}

/** klog's -v is the only shorthand. */
function readShort(argument: string, rest: string[], values: Map<string, string>): void {
  const letter = argument.charAt(0);
  if (letter !== 'v') throw new FlagError(`unknown shorthand flag: '${letter}' in -${argument}`);
  const value = argument.slice(1).replace(/^=/, '') || rest.shift();
  if (value === undefined) throw new FlagError(`flag needs an argument: 'v' in -${argument}`);
  validate('-v, --v', 'int', value);
  values.set('v', value);
}

function validate(name: string, kind: string, value: string): void {
  const fail = (problem: string) => {
    throw new FlagError(`invalid argument "${value}" for "${name}" flag: ${problem}`);
  };
  if (kind === 'int' && !/^[+-]?\d+$/.test(value)) {
    fail(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  }
  if (kind === 'bool' && !/^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)) {
    fail(`strconv.ParseBool: parsing "${value}": invalid syntax`);
  }
  if (kind === 'duration' && durationFlag(value) === undefined) fail(`time: invalid duration ${value}`);
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
    securePort: int('secure-port', 443),
    verbosity: int('v', 0),
  };
}

/**
 * kubernetes-sigs/metrics-server v0.4.2 cmd/metrics-server/app/options/options.go Validate; the first error
 * counts.
 */
function check(values: ReadonlyMap<string, string>, flags: MetricsServerFlags): void {
  const insecure = flags.kubeletInsecureTls;
  const plain = flags.deprecatedKubeletCompletelyInsecure;
  const given = (name: string) => (values.get(name) ?? '') !== '';
  const both = (a: string, b: string) => `Cannot use both --${a} and --${b}`;
  const authority = 'kubelet-certificate-authority';
  const key = 'kubelet-client-key';
  const certificate = 'kubelet-client-certificate';
  const deprecated = 'deprecated-kubelet-completely-insecure';
  const rules: [boolean, string][] = [
    [given(authority) && insecure, both(authority, 'kubelet-insecure-tls')],
    [given(key) !== given(certificate), `Need both --${key} and --${certificate}`],
    [given(key) && plain, both(key, deprecated)],
    [given(certificate) && plain, both(certificate, deprecated)],
    [insecure && plain, both('kubelet-insecure-tls', deprecated)],
    [given(authority) && plain, both(authority, deprecated)],
  ];
  for (const [broken, message] of rules) if (broken) throw new FlagError(message);
}

import { expect, it } from 'vitest';
import { argumentsFor, kubesphereArguments, parseFlags } from './flags.ts';

it("reads KubeSphere 3.1.0's arguments", () => {
  expect(parseFlags(kubesphereArguments)).toEqual({
    kubeletPort: 10250,
    kubeletUseNodeStatusPort: true,
    kubeletPreferredAddressTypes: ['InternalIP', 'ExternalIP', 'Hostname'],
    kubeletInsecureTls: true,
    deprecatedKubeletCompletelyInsecure: false,
    kubeletCertificateAuthority: '',
    metricResolutionMs: 60_000,
    kubeletRequestTimeoutMs: 10_000,
    nodeSelector: '',
    securePort: 4443,
    verbosity: 0,
  });
});

it('has the defaults of the real one', () => {
  expect(parseFlags([])).toMatchObject({
    kubeletUseNodeStatusPort: false,
    kubeletPreferredAddressTypes: ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'],
    securePort: 443,
  });
});

it('takes values with and without an equals sign', () => {
  const flags = parseFlags([
    '--metric-resolution',
    '1m30s',
    '--kubelet-insecure-tls=false',
    '-v=2',
    '--secure-port=1',
  ]);
  expect(flags).toMatchObject({
    metricResolutionMs: 90_000,
    kubeletInsecureTls: false,
    verbosity: 2,
    securePort: 1,
  });
});

it.each([
  [['--kubelet-request-timeout=5s'], 'unknown flag: --kubelet-request-timeout'],
  [['-x'], "unknown shorthand flag: 'x' in -x"],
  [['--metric-resolution'], 'flag needs an argument: --metric-resolution'],
  [
    ['--metric-resolution=soon'],
    'invalid argument "soon" for "--metric-resolution" flag: time: invalid duration soon',
  ],
  [
    ['--kubelet-port=x'],
    'invalid argument "x" for "--kubelet-port" flag: strconv.ParseInt: parsing "x": invalid syntax',
  ],
  [
    ['--kubelet-insecure-tls=maybe'],
    'invalid argument "maybe" for "--kubelet-insecure-tls" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    ['--kubelet-insecure-tls', '--kubelet-certificate-authority=/ca.crt'],
    'Cannot use both --kubelet-certificate-authority and --kubelet-insecure-tls',
  ],
  [['--kubelet-client-key=/k'], 'Need both --kubelet-client-key and --kubelet-client-certificate'],
])('refuses %s', (args, message) => {
  expect(() => parseFlags(args)).toThrow(message);
});

it.each([
  ['v0.3.7', ['--kubelet-use-node-status-port'], 'unknown flag: --kubelet-use-node-status-port'],
  ['v0.3.1', ['--kubelet-certificate-authority=/ca'], 'unknown flag: --kubelet-certificate-authority'],
  ['v0.4.5', ['--one_output'], 'unknown flag: --one_output'],
  [
    'v0.5.2',
    ['--metric-resolution=5s'],
    'Metric-resolution should be a time duration at least 10s, but value 5s provided',
  ],
  ['v0.6.4', ['--kubelet-request-timeout=5s'], 'unknown flag: --kubelet-request-timeout'],
  ['v0.6.4', ['--kubelet-client-key=/k'], 'need both --kubelet-client-key and --kubelet-client-certificate'],
  ['v0.9.0', ['--logtostderr'], 'unknown flag: --logtostderr'],
  // What the real v0.9.0 says.
  [
    'v0.9.0',
    ['--metric-resolution=5s'],
    'metric-resolution should be a time duration at least 10s, but value 5s provided',
  ],
  [
    'v0.9.0',
    ['--metric-resolution=11s'],
    'metric-resolution should be larger than kubelet-request-timeout, but metric-resolution value 11s kubelet-request-timeout value 10s provided',
  ],
  [
    'v0.9.0',
    ['--metric-resolution=soon'],
    'invalid argument "soon" for "--metric-resolution" flag: time: invalid duration "soon"',
  ],
] as const)('%s refuses %s', (tag, args, message) => {
  expect(() => parseFlags(args, tag)).toThrow(message);
});

it('has what releases know: conflicts go unseen in 0.3, a node selector has a letter from 0.7', () => {
  const both = ['--kubelet-insecure-tls', '--deprecated-kubelet-completely-insecure'];
  expect(parseFlags(both, 'v0.3.7').kubeletInsecureTls).toBe(true);
  expect(parseFlags(['-l', 'node-role.kubernetes.io/edge='], 'v0.7.0').nodeSelector).toBe(
    'node-role.kubernetes.io/edge=',
  );
  expect(argumentsFor('v0.3.7', kubesphereArguments, 10_351)).toContain('--kubelet-port=10351');
  expect(argumentsFor('v0.4.0', kubesphereArguments)).toBe(kubesphereArguments);
});

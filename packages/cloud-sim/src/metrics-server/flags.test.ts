import { expect, it } from 'vitest';
import { kubesphereArguments, parseFlags } from './flags.ts';

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

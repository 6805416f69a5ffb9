/** The command line is not one that metrics-server takes; the message is the real one. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export type FlagKind = 'bool' | 'int' | 'string' | 'duration';

/**
 * Every flag of metrics-server v0.4.2 and what it takes: its own (cmd/metrics-server/app/options/options.go),
 * those of
 * kubernetes/apiserver v0.19.7 pkg/server/options/{serving,authentication,authorization,feature}.go, and klog
 * v2.3.0's.
 */
export const knownFlags: Readonly<Record<string, FlagKind>> = {
  ...kinds('bool', [
    'alsologtostderr',
    'add_dir_header',
    'authentication-skip-lookup',
    'authentication-tolerate-lookup-failure',
    'contention-profiling',
    'deprecated-kubelet-completely-insecure',
    'help',
    'kubelet-insecure-tls',
    'kubelet-use-node-status-port',
    'logtostderr',
    'permit-port-sharing',
    'profiling',
    'skip_headers',
    'skip_log_headers',
    'version',
  ]),
  ...kinds('int', [
    'http2-max-streams-per-connection',
    'kubelet-port',
    'log_file_max_size',
    'secure-port',
    'v',
  ]),
  ...kinds('duration', [
    'authentication-token-webhook-cache-ttl',
    'authorization-webhook-cache-authorized-ttl',
    'authorization-webhook-cache-unauthorized-ttl',
    'log-flush-frequency',
    'metric-resolution',
  ]),
  ...kinds('string', [
    'authentication-kubeconfig',
    'authorization-always-allow-paths',
    'authorization-kubeconfig',
    'bind-address',
    'cert-dir',
    'client-ca-file',
    'kubeconfig',
    'kubelet-certificate-authority',
    'kubelet-client-certificate',
    'kubelet-client-key',
    'kubelet-preferred-address-types',
    'log_backtrace_at',
    'log_dir',
    'log_file',
    'requestheader-allowed-names',
    'requestheader-client-ca-file',
    'requestheader-extra-headers-prefix',
    'requestheader-group-headers',
    'requestheader-username-headers',
    'stderrthreshold',
    'tls-cert-file',
    'tls-cipher-suites',
    'tls-min-version',
    'tls-private-key-file',
    'tls-sni-cert-key',
    'vmodule',
  ]),
};

function kinds(kind: FlagKind, names: readonly string[]): Record<string, FlagKind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's time.ParseDuration in milliseconds, e.g. `1m30s`; undefined when it is none. */
export function durationFlag(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount = '0', , unit = 'ms'] of text.matchAll(/(\d+(\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (unitsMs[unit] ?? 0);
  }
  return text.startsWith('-') ? -ms : ms;
}

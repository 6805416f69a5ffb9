import type { FlagTraits } from './flags.ts';
import type { FlagKind } from './known-flags.ts';
import type { MetricsServerTag } from './tags.ts';

// Of metrics-server itself: cmd/metrics-server/app/{start,options/options,options/kubelet_client}.go at each tag. Of the
// generic API server: kubernetes/apiserver pkg/server/options/{serving,authentication,authorization,feature,audit,
// server_run_options}.go at the version that the tag's go.mod (or Gopkg.lock) names. Of logging: glog, k8s.io/klog,
// k8s.io/component-base logs. v0.4.2 and v0.9.0 compared with what the real ones print for --help.

const own03 = {
  ...kinds('bool', ['deprecated-kubelet-completely-insecure', 'help', 'kubelet-insecure-tls']),
  ...kinds('int', ['kubelet-port']),
  ...kinds('duration', ['metric-resolution']),
  ...kinds('string', ['kubeconfig', 'kubelet-preferred-address-types']),
};
const own032 = { ...own03, ...kinds('string', ['kubelet-certificate-authority']) };
const own04 = {
  ...own032,
  ...kinds('bool', ['kubelet-use-node-status-port', 'version']),
  ...kinds('string', ['kubelet-client-certificate', 'kubelet-client-key']),
};
const own07 = {
  ...own04,
  ...kinds('duration', ['kubelet-request-timeout']),
  ...kinds('string', ['node-selector']),
};

const apiserver111 = {
  ...kinds('bool', ['authentication-skip-lookup', 'contention-profiling', 'enable-swagger-ui', 'profiling']),
  ...kinds('int', ['http2-max-streams-per-connection', 'secure-port']),
  ...kinds('duration', [
    'authentication-token-webhook-cache-ttl',
    'authorization-webhook-cache-authorized-ttl',
    'authorization-webhook-cache-unauthorized-ttl',
  ]),
  ...kinds('string', [
    'authentication-kubeconfig',
    'authorization-kubeconfig',
    'bind-address',
    'cert-dir',
    'client-ca-file',
    'requestheader-allowed-names',
    'requestheader-client-ca-file',
    'requestheader-extra-headers-prefix',
    'requestheader-group-headers',
    'requestheader-username-headers',
    'tls-cert-file',
    'tls-cipher-suites',
    'tls-min-version',
    'tls-private-key-file',
    'tls-sni-cert-key',
  ]),
};
const apiserver114 = {
  ...apiserver111,
  ...kinds('bool', ['authentication-tolerate-lookup-failure']),
  ...kinds('string', ['authorization-always-allow-paths']),
};
const apiserver119 = { ...apiserver114, ...kinds('bool', ['permit-port-sharing']) };
const apiserver121 = { ...apiserver119, ...kinds('bool', ['permit-address-sharing']) };
const audit = {
  ...kinds('bool', [
    'audit-log-batch-throttle-enable',
    'audit-log-compress',
    'audit-log-truncate-enabled',
    'audit-webhook-batch-throttle-enable',
    'audit-webhook-truncate-enabled',
  ]),
  ...kinds('int', [
    'audit-log-batch-buffer-size',
    'audit-log-batch-max-size',
    'audit-log-batch-throttle-burst',
    'audit-log-maxage',
    'audit-log-maxbackup',
    'audit-log-maxsize',
    'audit-log-truncate-max-batch-size',
    'audit-log-truncate-max-event-size',
    'audit-webhook-batch-buffer-size',
    'audit-webhook-batch-max-size',
    'audit-webhook-batch-throttle-burst',
    'audit-webhook-truncate-max-batch-size',
    'audit-webhook-truncate-max-event-size',
  ]),
  ...kinds('duration', [
    'audit-log-batch-max-wait',
    'audit-webhook-batch-max-wait',
    'audit-webhook-initial-backoff',
  ]),
  ...kinds('string', [
    'audit-log-batch-throttle-qps',
    'audit-log-format',
    'audit-log-mode',
    'audit-log-path',
    'audit-log-version',
    'audit-policy-file',
    'audit-webhook-batch-throttle-qps',
    'audit-webhook-config-file',
    'audit-webhook-mode',
    'audit-webhook-version',
  ]),
};
const apiserver123 = { ...apiserver121, ...audit };
const { 'enable-swagger-ui': _swagger, ...apiserver129 } = {
  ...apiserver123,
  ...kinds('bool', ['enable-priority-and-fairness']),
  ...kinds('string', ['debug-socket-path']),
};
const apiserver133 = {
  ...apiserver129,
  ...kinds('bool', [
    'disable-http2-serving',
    'emulation-forward-compatible',
    'runtime-config-emulation-forward-compatible',
    'shutdown-send-retry-after',
  ]),
  ...kinds('int', ['max-mutating-requests-inflight', 'max-requests-inflight', 'min-request-timeout']),
  ...kinds('duration', [
    'livez-grace-period',
    'request-timeout',
    'shutdown-delay-duration',
    'shutdown-watch-termination-grace-period',
    'storage-initialization-timeout',
  ]),
  ...kinds('string', [
    'advertise-address',
    'cors-allowed-origins',
    'emulated-version',
    'external-hostname',
    'feature-gates',
    'goaway-chance',
    'requestheader-uid-headers',
    'strict-transport-security-directives',
  ]),
};
const apiserver136 = {
  ...apiserver133,
  ...kinds('string', ['min-compatibility-version', 'tls-curve-preferences']),
};

const glog = {
  ...kinds('bool', ['alsologtostderr', 'logtostderr']),
  ...kinds('int', ['v']),
  ...kinds('duration', ['log-flush-frequency']),
  ...kinds('string', ['log_backtrace_at', 'log_dir', 'stderrthreshold', 'vmodule']),
};
const klog = {
  ...glog,
  ...kinds('bool', ['add_dir_header', 'skip_headers', 'skip_log_headers']),
  ...kinds('int', ['log_file_max_size']),
  ...kinds('string', ['log_file']),
};
const klog28 = { ...klog, ...kinds('bool', ['one_output']) };
const logsApi = {
  ...kinds('bool', ['log-json-split-stream']),
  ...kinds('int', ['v']),
  ...kinds('duration', ['log-flush-frequency']),
  ...kinds('string', ['log-json-info-buffer-size', 'logging-format', 'vmodule']),
};
const logsApi133 = {
  ...logsApi,
  ...kinds('bool', ['log-text-split-stream']),
  ...kinds('string', ['log-text-info-buffer-size']),
};

const v030: FlagTraits = { known: { ...own03, ...apiserver111, ...glog }, quotesDurations: false };
const v032: FlagTraits = { ...v030, known: { ...own032, ...apiserver111, ...glog } };
const v033: FlagTraits = { ...v030, known: { ...own032, ...apiserver114, ...klog } };
const v04: FlagTraits = {
  known: { ...own04, ...apiserver119, ...klog },
  conflicts: 'Cannot',
  quotesDurations: false,
};
const v05: FlagTraits = {
  known: { ...own04, ...apiserver121, ...klog28 },
  conflicts: 'Cannot',
  resolution: { minMs: 10_000, word: 'Metric-resolution' },
  quotesDurations: true,
};
const v06: FlagTraits = {
  known: { ...own04, ...apiserver123, ...klog28 },
  conflicts: 'cannot',
  resolution: { minMs: 10_000, word: 'metric-resolution' },
  quotesDurations: true,
};
const v07: FlagTraits = {
  ...v06,
  known: { ...own07, ...apiserver129, ...logsApi },
  shorthands: { l: 'node-selector' },
};
const v08: FlagTraits = { ...v07, known: { ...own07, ...apiserver133, ...logsApi133 } };
const v09: FlagTraits = { ...v08, known: { ...own07, ...apiserver136, ...logsApi133 } };

export const flagTraits: Readonly<Record<MetricsServerTag, FlagTraits>> = {
  'v0.3.0': v030,
  'v0.3.1': v030,
  'v0.3.2': v032,
  'v0.3.3': v033,
  'v0.3.4': v033,
  'v0.3.5': v033,
  'v0.3.6': v033,
  'v0.3.7': v033,
  'v0.4.0': v04,
  'v0.4.1': v04,
  'v0.4.2': v04,
  'v0.4.3': v04,
  'v0.4.4': v04,
  'v0.4.5': v04,
  'v0.5.0': v05,
  'v0.5.1': v05,
  'v0.5.2': v05,
  'v0.6.0': v06,
  'v0.6.1': v06,
  'v0.6.2': v06,
  'v0.6.3': v06,
  'v0.6.4': v06,
  'v0.7.0': v07,
  'v0.7.1': v07,
  'v0.7.2': v07,
  'v0.8.0': v08,
  'v0.8.1': v08,
  'v0.9.0': v09,
};

function kinds(kind: FlagKind, names: readonly string[]): Record<string, FlagKind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A tool outside of the repository: either where and which it is, or why it cannot be used. */
export type Need =
  | { readonly ok: true; readonly path: string; readonly version: string }
  | { readonly ok: false; readonly why: string };

export type Tool =
  | 'docker'
  | 'kubectl'
  | 'kubectl-1.20'
  | 'kubectl-1.31'
  | 'curl'
  | 'openssl'
  | 'script'
  | 'go'
  | 'python3'
  | 'java'
  | 'node-22'
  | 'iptables'
  | 'chromium'
  | 'metrics-server'
  | 'kube-apiserver'
  | 'prometheus';
export type Needs = Readonly<Record<Tool, Need>>;

/**
 * Languages of the examples, what only Go can build, and an iptables with a network namespace: what needs them runs
 * where they are, and is skipped visibly elsewhere, in CI, too.
 */
export const notEverywhere: ReadonlySet<Tool> = new Set([
  'go',
  'python3',
  'java',
  'kubectl-1.31',
  'iptables',
  'metrics-server',
  'kube-apiserver',
]);

/** Where scripts/install-kubectl.sh unpacks Debian's kubernetes-client. */
const KUBECTL_CACHED = fileURLToPath(
  new URL('../node_modules/.cache/kubernetes-client/usr/bin/kubectl', import.meta.url),
);
/** Where scripts/build-kubectl.sh puts the one it builds. */
const KUBECTL_BUILT = fileURLToPath(
  new URL('../node_modules/.cache/kubectl-v1.32.4/kubectl', import.meta.url),
);
/** Where scripts/build-metrics-server.sh puts the two it builds. */
const METRICS_SERVERS = ['v0.4.2', 'v0.9.0'].map((version) =>
  fileURLToPath(new URL(`../node_modules/.cache/metrics-server-${version}/metrics-server`, import.meta.url)),
);
/** Where scripts/install-prometheus.sh unpacks Debian's. */
const PROMETHEUS_CACHED = fileURLToPath(
  new URL('../node_modules/.cache/prometheus/usr/bin/prometheus', import.meta.url),
);
/** Where scripts/build-kube-apiserver.sh puts the one it builds, with an etcd beside it. */
const KUBE_APISERVER_BUILT = fileURLToPath(
  new URL('../node_modules/.cache/kube-apiserver-v1.32.10/kube-apiserver', import.meta.url),
);
/** The oldest Node that the packages support; the install brings it for Linux. */
const NODE_22 = fileURLToPath(new URL('./node22/node_modules/.bin/node', import.meta.url));
const PROBE_TIMEOUT_MS = 10_000;

const run = promisify(execFile);

export async function probeNeeds(): Promise<Needs> {
  const [docker, kubectl, kubectl120, curl, openssl, go, python3, java, node22, chromium] = await Promise.all(
    [
      probeDocker(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'),
      probeKubectl([process.env.KUBECTL, process.env.KUBECTL_1_20, KUBECTL_CACHED, 'kubectl'], /v(\d\S*)/),
      probeKubectl(
        [process.env.KUBECTL_1_20, KUBECTL_CACHED, process.env.KUBECTL, 'kubectl'],
        /v(1\.20\.\S*)/,
      ),
      probeCommand('curl', ['--version'], /curl (\S+)/),
      probeCommand('openssl', ['version'], /OpenSSL (\S+)/),
      probeCommand('go', ['version'], /go(\d\S*)/),
      probeCommand('python3', ['--version'], /Python (\d\S*)/),
      probeCommand('java', ['--version'], /(\d\S*)/),
      probeCommand(NODE_22, ['--version'], /v(22\.\S*)/),
      probeChromium(process.env.CHROMIUM ?? '/usr/bin/chromium'),
    ],
  );
  const [kubectl131, script, iptables, prometheus, kubeApiserver] = await Promise.all([
    // 1.31 is the first that asks for a WebSocket by default.
    probeKubectl(
      [process.env.KUBECTL_1_31, KUBECTL_BUILT, process.env.KUBECTL, 'kubectl'],
      /v(1\.(?:3[1-9]|[4-9]\d)\.\S*)/,
    ),
    probeCommand('script', ['--version'], /util-linux (\S+)/),
    // Of a network namespace of its own, so that nobody's rules are touched.
    probeCommand('unshare', ['-rn', 'iptables', '--version'], /iptables v(\S+)/),
    probeCommand(
      existsSync(PROMETHEUS_CACHED) ? PROMETHEUS_CACHED : (process.env.PROMETHEUS ?? 'prometheus'),
      ['--version'],
      /version (2\.\S*)/,
    ),
    probeKubeApiserver(process.env.KUBE_APISERVER ?? KUBE_APISERVER_BUILT),
  ]);
  return {
    docker,
    kubectl,
    'kubectl-1.20': kubectl120,
    'kubectl-1.31': kubectl131,
    script,
    iptables,
    curl,
    openssl,
    go,
    python3,
    java,
    'node-22': node22,
    chromium,
    'metrics-server': probeMetricsServers(),
    prometheus,
    'kube-apiserver': kubeApiserver,
  };
}

function probeMetricsServers(): Need {
  const missing = METRICS_SERVERS.filter((program) => !existsSync(program));
  const [path = ''] = METRICS_SERVERS;
  if (missing.length === 0) return { ok: true, path, version: '0.4.2, 0.9.0' };
  return { ok: false, why: 'not built; run scripts/build-metrics-server.sh, which needs Go' };
}

function probeDocker(host: string): Promise<Need> {
  const socketPath = host.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
  if (socketPath === undefined) {
    return Promise.resolve({
      ok: false,
      why: `DOCKER_HOST is ${host}, and only a unix:// socket is supported`,
    });
  }
  return new Promise((resolve) => {
    const missing = (found: string) =>
      resolve({ ok: false, why: `GET /_ping on ${socketPath}: ${found}; start dockerd` });
    const ping = request({ socketPath, path: '/_ping', timeout: PROBE_TIMEOUT_MS }, (answer) => {
      answer.resume();
      if (answer.statusCode !== 200) return missing(`HTTP ${answer.statusCode}`);
      resolve({ ok: true, path: socketPath, version: String(answer.headers['api-version'] ?? 'unknown') });
    });
    ping.on('timeout', () => ping.destroy(new Error('no answer')));
    ping.on('error', (error: NodeJS.ErrnoException) => missing(error.code ?? error.message));
    ping.end();
  });
}

async function probeKubectl(places: readonly (string | undefined)[], wanted: RegExp): Promise<Need> {
  const found: string[] = [];
  for (const place of places) {
    if (place === undefined || (place.includes('/') && !existsSync(place))) continue;
    // `--client` alone prints the version in a Go struct up to 1.27 and in plain words after it: both hold 'v1.20.2'.
    const need = await probeCommand(place, ['version', '--client'], wanted);
    if (need.ok) return need;
    found.push(need.why);
  }
  const seen = found.length === 0 ? 'not found' : found.join('; ');
  return {
    ok: false,
    why: `${seen}; run scripts/install-kubectl.sh or scripts/build-kubectl.sh, or set KUBECTL`,
  };
}

/** Its place, not its name: a test tool starts it by that. */
function probeChromium(place: string): Promise<Need> {
  if (existsSync(place)) return probeCommand(place, ['--version'], /Chromium (\S+)/);
  const why = `looked for ${place}, found nothing; install Debian's chromium, or set CHROMIUM`;
  return Promise.resolve({ ok: false, why });
}

/** Its etcd is in the same folder. */
function probeKubeApiserver(place: string): Promise<Need> {
  if (existsSync(place) && existsSync(join(dirname(place), 'etcd')))
    return probeCommand(place, ['--version'], /Kubernetes v(\S+)/);
  const why = `looked for ${place} and etcd beside it; run scripts/build-kube-apiserver.sh, or set KUBE_APISERVER`;
  return Promise.resolve({ ok: false, why });
}

async function probeCommand(command: string, args: readonly string[], wanted: RegExp): Promise<Need> {
  try {
    const { stdout } = await run(command, args, { timeout: PROBE_TIMEOUT_MS });
    const version = wanted.exec(stdout)?.[1];
    if (version === undefined) return { ok: false, why: `${command} answered ${firstLine(stdout)}` };
    return { ok: true, path: command, version: version.replace(/[",].*$/, '') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, why: code === 'ENOENT' ? `${command} is not on PATH` : firstLine(message) };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

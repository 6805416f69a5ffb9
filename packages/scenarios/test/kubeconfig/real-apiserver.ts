import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLoopbackWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { stringify } from 'yaml';

/** A kube-apiserver with its etcd, for the while of a test; nothing else of a control plane. */
export interface RealApiserver extends AsyncDisposable {
  readonly folder: string;
  /**
   * Of a user who may do everything, of two who may nothing until they are given it, of nobody known, of a certificate that
   * has expired, and with an authority that is not the server's.
   */
  readonly kubeconfigs: Readonly<
    Record<'admin' | 'powerless' | 'kubeedge-sim' | 'unknown' | 'expired' | 'stranger', string>
  >;
  readonly kubectl: (...args: string[]) => Promise<Ran>;
  /** Ends kube-apiserver, and starts it again on what etcd has. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Throws away the history of etcd, so that watches of before are answered with 410 Gone. */
  compact(): Promise<void>;
  etcdPort: number;
}

export interface Ran {
  stdout: string;
  stderr: string;
  exitCode: number;
}

export function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(file, [...args], { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ stdout, stderr, exitCode: code });
    });
  });
}

const DAY_MS = 86_400_000;

/** `wrap` goes before each command, e.g. to start it in a network namespace. */
export async function startRealApiserver(
  kubeApiserver: string,
  kubectlPath: string,
  wrap: readonly string[] = [],
): Promise<RealApiserver> {
  const folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-apiserver-'));
  const at = (name: string) => join(folder, name);
  const [port, etcdPort, peerPort] = await Promise.all([freePort(), freePort(), freePort()]);
  await makeCertificates(at);
  await makeServiceAccountKey(at);
  const tokens = [
    'admin-token,admin,1,"system:masters"',
    'powerless-token,powerless,2',
    'kubeedge-sim-token,kubeedge-sim,3',
  ];
  await writeFile(at('tokens.csv'), `${tokens.join('\n')}\n`);
  const server = `https://127.0.0.1:${port}`;
  const kubeconfigs = {
    admin: await writeKubeconfig(at('admin.yaml'), server, { token: 'admin-token' }),
    powerless: await writeKubeconfig(at('powerless.yaml'), server, { token: 'powerless-token' }),
    'kubeedge-sim': await writeKubeconfig(at('kubeedge-sim.yaml'), server, { token: 'kubeedge-sim-token' }),
    stranger: await writeKubeconfig(
      at('stranger.yaml'),
      server,
      { token: 'admin-token' },
      'front-proxy-ca.crt',
    ),
    unknown: await writeKubeconfig(at('unknown.yaml'), server, { token: 'no-such-token' }),
    expired: await writeKubeconfig(at('expired.yaml'), server, {
      'client-certificate': 'expired.crt',
      'client-key': 'expired.key',
    }),
  };
  const etcd = start('etcd', dirname(kubeApiserver), wrap, at, [
    `--data-dir=${at('etcd-data')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync',
  ]);
  const args = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--tls-cert-file=${at('server.crt')}`,
    `--tls-private-key-file=${at('server.key')}`,
    `--client-ca-file=${at('ca.crt')}`,
    // The aggregation layer, as kubeadm sets it up: a metrics-server believes who the caller is by this certificate.
    `--requestheader-client-ca-file=${at('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${at('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${at('front-proxy-client.key')}`,
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('sa.pub')}`,
    `--service-account-signing-key-file=${at('sa.key')}`,
    '--service-cluster-ip-range=10.233.0.0/18',
    // No controller makes the default service account.
    '--disable-admission-plugins=ServiceAccount',
    // As kubeadm and KubeKey have it.
    '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  ];
  let apiserver: ChildProcess | undefined;
  const kubectl = (...words: string[]) =>
    run(
      wrap[0] ?? kubectlPath,
      [
        ...wrap.slice(1),
        ...(wrap.length > 0 ? [kubectlPath] : []),
        '--kubeconfig',
        kubeconfigs.admin,
        ...words,
      ],
      {
        ...process.env,
        HOME: folder,
      },
    );
  const real: RealApiserver = {
    folder,
    kubeconfigs,
    kubectl,
    etcdPort,
    async start() {
      apiserver = start('kube-apiserver', dirname(kubeApiserver), wrap, at, args);
      for (;;) {
        if ((await kubectl('get', '--raw', '/readyz')).stdout === 'ok') return;
        if (apiserver.exitCode !== null)
          throw new Error(
            `kube-apiserver has ended: ${(await readFile(at('kube-apiserver.log'), 'utf8')).slice(-2_000)}`,
          );
      }
    },
    async stop() {
      await end(apiserver);
    },
    async compact() {
      const base = `http://127.0.0.1:${etcdPort}/v3/kv`;
      const { header } = (await post(`${base}/range`, { key: 'AA==' })) as { header: { revision: string } };
      await post(`${base}/compaction`, { revision: header.revision, physical: true });
    },
    async [Symbol.asyncDispose]() {
      await end(apiserver);
      await end(etcd);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await real.start();
  } catch (error) {
    await real[Symbol.asyncDispose]();
    throw error;
  }
  return real;
}

async function post(url: string, body: object): Promise<unknown> {
  await using world = await createLoopbackWorld();
  const { hostname, port, pathname } = new URL(url);
  const dial = world.net.outside(url, {});
  const response = await httpRequest(
    { connect: (_target, options) => dial(options) },
    {
      target: { address: hostname, port: Number(port) },
      method: 'POST',
      path: pathname,
      headers: { host: hostname },
      body: JSON.stringify(body),
      component: 'test',
    },
  );
  return JSON.parse(await response.text()) as unknown;
}

function start(
  name: string,
  folder: string,
  wrap: readonly string[],
  at: (name: string) => string,
  args: readonly string[],
): ChildProcess {
  const [file = '', ...words] = [...wrap, join(folder, name), ...args];
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(at(`${name}.log`), { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** One that the system has just had; nobody else is likely to take it at once. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function makeCertificates(at: (name: string) => string): Promise<void> {
  await using world = await createLoopbackWorld();
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  const now = Date.now();
  const server = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: ['127.0.0.1'] });
  const expired = await authority.issue({
    commonName: 'admin',
    organization: 'system:masters',
    notBeforeMs: now - 2 * DAY_MS,
    notAfterMs: now - DAY_MS,
  });
  const frontProxy = await world.net.authority({ commonName: 'front-proxy-ca' });
  await writeFile(at('ca.crt'), authority.certificate.pem ?? '');
  await writeFile(at('front-proxy-ca.crt'), frontProxy.certificate.pem ?? '');
  const issued = {
    server,
    expired,
    'front-proxy-client': await frontProxy.issue({ commonName: 'front-proxy-client' }),
  };
  for (const [name, { pem = '', keyPem = '' }] of Object.entries(issued)) {
    await writeFile(at(`${name}.crt`), pem);
    await writeFile(at(`${name}.key`), keyPem, { mode: 0o600 });
  }
}

async function makeServiceAccountKey(at: (name: string) => string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  await writeFile(at('sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(at('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
}

async function writeKubeconfig(
  file: string,
  server: string,
  user: object,
  authorityFile = 'ca.crt',
): Promise<string> {
  const authority = await readFile(join(dirname(file), authorityFile));
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server, 'certificate-authority-data': authority.toString('base64') } },
    ],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

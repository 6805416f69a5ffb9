import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';

const CLI = join(import.meta.dirname, '../src/bin.ts');
/** Every wait ends as soon as its condition holds; a machine that does much else may take long. */
const POLL = { timeout: 60_000, interval: 200 };
/** It takes a third of a second on a machine that has nothing else to do. */
const STOP_MS_MAX = 5_000;
/** Below the blocks that worlds lease, and another one in each process that runs tests. */
const HERE = `127.55.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;

let folder: string;
const running = new Set<ReturnType<typeof start>>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-standalone-'));
});
afterEach(async () => {
  for (const process of running) await process.stop('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command as a process of its own, with what it has printed. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', error: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.error += chunk;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const started = {
    printed,
    says: (words: string) => expect.poll(() => printed.out, POLL).toContain(words),
    find: (pattern: RegExp) => pattern.exec(printed.out)?.[1] ?? '',
    /** Its exit code, when it ends by itself. */
    async ends() {
      const [code] = await closed;
      running.delete(started);
      return code;
    },
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      running.delete(started);
      const before = performance.now();
      child.kill(signal);
      const [code] = await closed;
      return { code, tookMs: performance.now() - before };
    },
  };
  running.add(started);
  return started;
}

/** The command in this process, as if interrupted at once: what it wrote, and its exit code. */
const run = (...args: string[]) => runCli(args);

/** What an HTTP server says to GET; undefined when it cannot be reached. */
async function get(
  url: string,
  { ca, servername = 'localhost' }: { ca?: string; servername?: string } = {},
): Promise<string | undefined> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca, servername };
  const asked = url.startsWith('http:') ? requestHttp(url) : request(url, { ...trust, agent: false });
  asked.end();
  try {
    const [response] = await once(asked, 'response');
    return await text(response);
  } catch {
    return undefined;
  }
}

/** Pods that have metrics, by the aggregated API. */
async function podsWithMetrics(server: string): Promise<string[]> {
  const answer = (await get(`${server}/apis/metrics.k8s.io/v1beta1/pods`)) ?? '';
  if (!answer.startsWith('{')) return [];
  const { items = [] } = JSON.parse(answer) as { items?: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name).toSorted();
}

describe('a cloud and edges as processes of their own', () => {
  it('meet over the machine’s network; a cloud that comes back is dialled again', async () => {
    const certificates = join(folder, 'meet');
    const shared = ['--certificates', certificates];
    const startCloud = () =>
      start(
        'cloud',
        '--anonymous',
        '--metrics-server-arg=--metric-resolution=2s',
        ...shared,
        '--listen',
        HERE,
      );
    const first = startCloud();
    await first.says('ready: ');
    const edge = start('edge', '--cloudcore', HERE, ...shared, '--name', 'shop', '--nodes', '2');
    await edge.says('ready: ');
    const server = `https://${HERE}:6443`;
    const ofEdges = async () => (await podsWithMetrics(server)).filter((name) => name.includes('shop'));
    const all = ['edge-proxy', 'nginx', 'sensor-agent'].flatMap((app) => [`${app}-shop-1`, `${app}-shop-2`]);
    await expect.poll(ofEdges, POLL).toEqual(all);
    const health = edge.find(/^health +(\S+)/m);
    expect(await get(health)).toBe('ok\n');

    expect((await first.stop()).code).toBe(0);
    await expect
      .poll(() => get(health), POLL)
      .toBe('shop-1 has no tunnel to the cloud\nshop-2 has no tunnel to the cloud\n');
    const second = startCloud();
    await second.says('ready: ');
    await expect.poll(ofEdges, POLL).toEqual(all);
    expect(await get(health)).toBe('ok\n');

    for (const process of [edge, second]) {
      const { code, tookMs } = await process.stop();
      expect(process.printed.error).toBe('');
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(STOP_MS_MAX);
    }
  }, 180_000);

  it('show the founding report: a node with metrics, its pods without', async () => {
    const cloud = start('cloud', '--anonymous', '--metrics-server-arg=--metric-resolution=2s');
    await cloud.says('ready: ');
    const certificates = cloud.find(/^certificates +(\S+)/m);
    const address = cloud.find(/^kube-apiserver +https:\/\/([\d.]+)/m);
    const where = ['--cloudcore', address, '--certificates', certificates];
    const edge = start('edge', ...where, '--docker', '18.09.1', '--name', 'shop', '--pods', '1');
    await edge.says('ready: ');
    const server = `https://${address}:6443`;
    const nodes = () => get(`${server}/apis/metrics.k8s.io/v1beta1/nodes`);
    await expect.poll(nodes, POLL).toContain('"name":"shop"');
    expect(await podsWithMetrics(server)).not.toContain('nginx-shop');
    expect(await get(`${server}/api/v1/namespaces/default/pods`)).toContain('"name":"nginx-shop"');
    const summary = await get(`${server}/api/v1/nodes/shop/proxy/stats/summary`);
    expect(JSON.parse(summary ?? '')).toMatchObject({ node: { nodeName: 'shop' }, pods: [] });
    await cloud.stop();
    // What it had made for itself is gone with it.
    await expect(stat(certificates)).rejects.toMatchObject({ code: 'ENOENT' });
  }, 180_000);
});

describe('join', () => {
  it('gets a certificate by token, keeps it, and says what is wrong with a token', async () => {
    const cloud = start('cloud', '--anonymous', '--listen', HERE);
    await cloud.says('ready: ');
    const token = cloud.find(/--token (\S+)/);
    const certPath = join(folder, 'joined');
    const node = ['--edgenode-name', 'shop', '--cert-path', certPath];
    const where = ['--cloudcore-ipport', `${HERE}:10000`, ...node];
    const refuses = async (words: string, ...args: string[]) => {
      const failing = start('join', ...where, ...args);
      expect(await failing.ends()).toBe(2);
      expect(failing.printed.error).toContain(words);
      expect(failing.printed.out).toBe('');
    };
    const [hash] = token.split('.');
    await refuses(`the token is for SHA-256 0${hash}, found ${hash}`, '--token', `0${token}`);
    const forged = token.replace(/.{4}$/, 'AAAA');
    const words = 'found 400 "Invalid authorization token". The token says that it is valid until';
    await refuses(words, '--token', forged);
    const at = (port: string) => ['--token', token, '--certport', port];
    await refuses('found "404 page not found\\n". That is no certificate', ...at('10003'));
    await refuses('connect: connection refused. Start cloudcore there', ...at('10099'));
    await expect(stat(certPath)).rejects.toMatchObject({ code: 'ENOENT' });

    const edge = start('join', ...where, '--token', token);
    await edge.says(`ready: shop has its tunnel to ${HERE}:10004`);
    expect((await readdir(certPath)).sort()).toEqual(['rootCA.crt', 'server.crt', 'server.key']);
    await edge.stop();
    // What is there is used, and nobody asks for the token.
    const again = start('join', ...where, '--token', 'none');
    await again.says('has a certificate already; the token was not used');
    await again.says('ready: shop has its tunnel');
    expect(await get(`https://${HERE}:6443/api/v1/nodes/shop`)).toContain('"name":"shop"');
  }, 180_000);
});

describe('certificates', () => {
  it('are readable by their owner only and not overwritten', { timeout: 90_000 }, async () => {
    const out = join(folder, 'named');
    const made = await run('certificates', '--out', out, '--name', 'cloud', '--name', '10.1.2.3');
    expect([made.exitCode, made.error]).toEqual([0, '']);
    const files = await readdir(out);
    expect(files).toHaveLength(16);
    for (const file of files) expect((await stat(join(out, file))).mode & 0o777).toBe(0o600);
    const before = await readFile(join(out, 'stream.crt'), 'utf8');

    const again = await run('certificates', '--out', out);
    expect(again.exitCode).toBe(2);
    expect(again.error).toContain('found kubernetes-ca.crt, kubeedge-ca.crt');
    expect(await readFile(join(out, 'stream.crt'), 'utf8')).toBe(before);

    const cloud = start('cloud', '--certificates', out, '--listen', HERE);
    await cloud.says('ready: ');
    const ca = await readFile(join(out, 'kubernetes-ca.crt'), 'utf8');
    const url = `https://${HERE}:6443/readyz`;
    for (const servername of ['cloud', 'localhost']) expect(await get(url, { ca, servername })).toBe('ok');
    expect(await get(url, { ca, servername: 'other' })).toBeUndefined();
    expect(await get(`https://${HERE}:10003/`, { ca, servername: 'cloud' })).toContain('404');
  });

  it('are written as a whole or not at all', async () => {
    const out = join(folder, 'blocked');
    // The last of the files cannot be written.
    await mkdir(join(out, 'kubeconfig.partial'), { recursive: true });
    const { exitCode, error } = await run('certificates', '--out', out);
    expect(exitCode).toBe(2);
    expect(error).toContain(`Tried to write certificates into ${out}, found EISDIR`);
    expect(await readdir(out)).toEqual(['kubeconfig.partial']);
  });

  it('that are incomplete or spoilt stop a cloud and an edge', async () => {
    const out = join(folder, 'spoilt');
    await run('certificates', '--out', out);
    await writeFile(join(out, 'edge.crt'), 'nonsense');
    await rm(join(out, 'tunnel.key'));
    const cloud = await run('cloud', '--certificates', out);
    expect([cloud.exitCode, cloud.out]).toEqual([2, '']);
    expect(cloud.error).toContain(`Looked for certificates in ${out}, found no tunnel.key`);
    const edge = await run('edge', '--cloudcore', 'localhost', '--certificates', out);
    expect(edge.exitCode).toBe(2);
    expect(edge.error).toContain('certificate edge.crt, found no certificate in PEM');
  });
});

describe('the command line', () => {
  it.for([
    [['edge', '--certificates', '.'], '--cloudcore'],
    [['edge', '--cloudcore', 'cloud:port', '--certificates', '.'], 'give <host> or <host>:<port>'],
    [['edge', '--cloudcore', 'cloud', '--certificates', '.', '--name', 'Shop 1'], 'Give one with --name'],
    [['edge', '--cloudcore', 'cloud', '--certificates', '.', '--nodes', '0'], 'from 1 to 10000'],
    [['edge', '--cloudcore', 'cloud', '--certificates', '.', '--docker', '99'], 'the nearest known are'],
    [['join', '--token', 't', '--edgenode-name', 'shop'], '--cloudcore-ipport'],
    [['join', '-e', 'cloud', '-t', 't', '-i', 'Shop 1'], "a node's name has small letters"],
    [['join', '-e', 'cloud', '-t', 't', '-i', 'shop', '--kubeedge-version', 'v1.2.1'], 'v1.3.0 or later'],
    [['cloud', '--metrics-server-arg=--metric-resolution=soon'], 'invalid duration soon'],
    [['cloud', '--listen', 'cloud'], 'must be an IPv4 address of this machine'],
    [['cloud', '--listen', '192.0.2.77'], 'Give an address that this machine has'],
  ] as const)('refuses %j', async ([args, words]) => {
    const { exitCode, error, out } = await run(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(error).toContain(words);
  });
});

describe('up --listen', () => {
  it('serves a whole cluster on an address of the machine', { timeout: 90_000 }, async () => {
    const up = start('up', '--listen', HERE);
    await up.says('Serving');
    expect(await get(`https://${HERE}:6443/readyz`)).toBe('ok');
    expect(await get(`https://${HERE}:10003/`)).toContain('404');
    const health = `http://${HERE}:7351/readyz`;
    expect(await get(health)).toBe('ok\n');
    const second = await run('cloud', '--listen', HERE);
    expect(second.exitCode).toBe(2);
    expect(second.error).toContain('found it in use');
    const { code, tookMs } = await up.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    expect(await get(health)).toBeUndefined();
  });
});

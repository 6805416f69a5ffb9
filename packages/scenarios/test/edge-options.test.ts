import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli.ts';

const CLI = join(import.meta.dirname, '../src/bin.ts');
/** Every wait ends as soon as its condition holds; a machine that does much else may take long. */
const POLL = { timeout: 60_000, interval: 200 };

let folder: string;
const file = (name: string) => join(folder, name);
const running: { kill(): Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-edge-options-'));
  await using world = await createLoopbackWorld();
  for (const name of ['ours', 'other']) {
    const authority = await world.net.authority({ commonName: name });
    const { pem = '', keyPem = '' } = authority.certificate;
    await writeFile(file(`${name}.crt`), pem);
    await writeFile(file(`${name}.key`), keyPem);
  }
});
afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command as a process of its own. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', error: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.error += chunk;
  });
  const closed = once(child, 'close');
  running.push({
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  });
  const said = () => printed.out + printed.error;
  return {
    ready: () => expect.poll(said, POLL).toContain('ready: '),
    find: (pattern: RegExp) => pattern.exec(printed.out)?.[1] ?? '',
  };
}

/** The error of a command that does not start. */
async function refusal(...args: string[]): Promise<string> {
  let error = '';
  const write = (more: string) => {
    error += more;
  };
  const io = { out: () => {}, error: write, colour: false, columns: 160 };
  expect(await main(args, io, AbortSignal.abort())).toBe(2);
  return error;
}

async function get(url: string, host?: string): Promise<{ status: number | undefined; body: string }> {
  const headers = host === undefined ? {} : { host };
  const asked = request(url, { rejectUnauthorized: false, agent: false, headers });
  asked.end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, body: await text(response) };
}

/** A cloud whose certificates a given authority has signed, and what nodes need to dial it. */
async function startCloud(certificates: string) {
  const authority = ['--ca', file('ours.crt'), '--ca-key', file('ours.key')];
  const cloud = start('cloud', '--anonymous', '--certificates', file(certificates), ...authority);
  await cloud.ready();
  const address = cloud.find(/^kube-apiserver +https:\/\/([\d.]+)/m);
  const node = ['--cert', file(`${certificates}/edge.crt`), '--key', file(`${certificates}/edge.key`)];
  return {
    stream: `https://${address}:10003`,
    edge: ['edge', '--cloudcore', `wss://${address}:10004`, ...node, '--release', 'v1.7.0'],
    node: (name: string) => get(`https://${address}:6443/api/v1/nodes/${name}`),
  };
}

describe('join', () => {
  it('refuses a name or an address before it asks for a certificate', async () => {
    // Nobody listens there: whoever asked would say so.
    const nobody = ['join', '--cloudcore-ipport', '127.0.0.1:1', '--certport', '1', '--token', 'a.b.c.d'];
    expect(await refusal(...nobody, '--edgenode-name', 'Shop_1')).toMatch(
      /^Tried to name an edge "Shop_1"; .* Give one with --edgenode-name\.\n$/,
    );
    expect(await refusal(...nobody, '--edgenode-name', 'shop', '--address', '127.0.0.9')).toBe(
      "Tried to use 127.0.0.9 as an edge's address; give an IPv4 address outside 127.0.0.0/8.\n",
    );
  });
});

describe('edge', () => {
  it('dials a wss URL with files for certificates, and verifies CloudHub', async () => {
    const { edge, node } = await startCloud('verified');
    const started = start(...edge, '--ca', file('ours.crt'), '--name', 'shop');
    await started.ready();
    const kubeletVersion = async () => JSON.parse((await node('shop')).body).status.nodeInfo?.kubeletVersion;
    await expect.poll(kubeletVersion, POLL).toMatch(/-kubeedge-v1\.7\.0$/);
  }, 120_000);

  it('has a tunnel, and no Node, where another authority has signed CloudHub’s certificate', async () => {
    const { edge, node, stream } = await startCloud('refused');
    await start(...edge, '--ca', file('other.crt'), '--name', 'shop').ready();
    const summary = await get(`${stream}/stats/summary`, 'shop:10350');
    expect(summary.status).toBe(200);
    expect(JSON.parse(summary.body).node.nodeName).toBe('shop');
    expect((await node('shop')).status).toBe(404);
  }, 120_000);

  it('keeps the tunnel alone with --no-cloudhub', async () => {
    const { edge, node, stream } = await startCloud('alone');
    const started = start(...edge, '--no-cloudhub', '--name', 'shop', '--nodes', '2');
    await started.ready();
    expect(started.find(/^CloudHub +(.*)$/m)).toBe('none');
    const summary = await get(`${stream}/stats/summary`, 'shop-2:10350');
    expect(JSON.parse(summary.body).node.nodeName).toBe('shop-2');
    expect((await node('shop-2')).status).toBe(404);
  }, 120_000);

  it('says what it lacks', async () => {
    const dial = ['edge', '--cloudcore', 'cloud.example'];
    expect(await refusal(...dial)).toContain(
      'Give --certificates <folder>, or --cert <file> and --key <file>',
    );
    expect(await refusal(...dial, '--cert', file('ours.crt'))).toContain('no --key');
    const pair = ['--cert', file('ours.crt'), '--key', file('nowhere.key')];
    expect(await refusal(...dial, ...pair)).toContain(
      `Looked for a certificate or key at ${file('nowhere.key')}`,
    );
    expect(await refusal(...dial, '--certificates', folder, ...pair)).toContain('cannot be used with option');
    expect(await refusal('edge', '--cloudcore', 'https://cloud', ...pair)).toContain(
      'or either behind wss://',
    );
    const other = ['--cert', file('ours.crt'), '--key', file('other.key')];
    expect(await refusal(...dial, ...other)).toContain('belongs to another certificate');
  });
});

describe('cloud', () => {
  it('says what it lacks of an authority', async () => {
    expect(await refusal('cloud', '--ca', file('ours.crt'))).toContain('no --ca-key. Give both.');
    const other = ['--ca', file('ours.crt'), '--ca-key', file('other.key')];
    expect(await refusal('cloud', ...other)).toContain('belongs to another certificate');
    const present = file('present');
    expect(await main(['certificates', '--out', present], silent, AbortSignal.abort())).toBe(0);
    const ours = ['--ca', file('ours.crt'), '--ca-key', file('ours.key')];
    expect(await refusal('cloud', '--certificates', present, ...ours)).toContain('Give another folder');
  });
});

const silent = { out: () => {}, error: () => {}, colour: false, columns: 160 };

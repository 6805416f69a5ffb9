import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CLI = join(import.meta.dirname, '../src/bin.ts');
const TOKEN = '0123456789abcdef0123456789abcdef';
/** A world that is at work must not hold the end up. */
const STOP_MS_MAX = 2_000;

interface Output {
  stdout: string;
  stderr: string;
  exitCode: number;
}

function command(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Output> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ stdout, stderr, exitCode: error === null ? 0 : Number(error.code ?? -1) });
    });
  });
}

/** `serve` as a process of its own, with all that it has printed so far. */
async function startServe(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`;
    if (line.startsWith('Serving')) break;
  }
  const url = /^control +(\S+)$/m.exec(printed)?.[1] ?? '';
  return {
    child,
    url,
    printed: () => printed,
    async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
    async stop() {
      const exited = once(child, 'exit');
      const before = performance.now();
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return { code, tookMs: performance.now() - before };
    },
  };
}

describe('serve, for clients of its own process', () => {
  let serve: Awaited<ReturnType<typeof startServe>>;
  beforeAll(async () => {
    serve = await startServe();
  });
  afterAll(() => {
    serve.child.kill();
  });

  it('serves the committed OpenAPI document, on 127.0.0.1 and with no world', async () => {
    expect(serve.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { text } = await serve.ask('GET', '/openapi.json');
    const committed = join(import.meta.dirname, '../../../docs/openapi.json');
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(committed, 'utf8')));
    expect(JSON.parse((await serve.ask('GET', '/healthz')).text)).toMatchObject({ worlds: 0 });
  });

  it('is acted on, read and traced by the commands that `up` is', async () => {
    expect((await serve.ask('POST', '/v1/worlds', {})).status).toBe(201);
    const target = ['--control', serve.url, '--world', 'w1'];
    expect(await command(['act', ...target, 'cure', 'docker'])).toEqual({
      stdout: 'docker edge-node-1 20.10.24\nrestart edgecore edge-node-1\n',
      stderr: '',
      exitCode: 0,
    });
    const log = await command(['log', ...target, 'edge-node-1', 'edgecore', '--v', '5']);
    expect(log.stdout).toContain('client version 1.40 is too new');
    const trace = await command(['trace', ...target, '--kind', 'cadvisor.factory', '--host', 'edge-node-1']);
    expect(trace.stdout).toMatch(/^ +5\.000s #\d+ edge-node-1\/cadvisor cadvisor\.factory factory=docker/m);
    const wrong = await command(['act', '--control', serve.url, 'restart', 'cloudcore']);
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('world "up", found w1') });
  });

  it('ends all worlds on SIGTERM, those at work and those being started included', async () => {
    const { text } = await serve.ask('POST', '/v1/worlds', { net: 'loopback', settled: false });
    const { id } = JSON.parse(text) as { id: string };
    const broken = [
      serve.ask('POST', `/v1/worlds/${id}/settle`),
      serve.ask('POST', '/v1/worlds', { net: 'loopback' }),
    ].map((request) =>
      request.then(
        ({ status }) => (status === 409 ? 'broken off' : status),
        () => 'broken off',
      ),
    );
    await expect.poll(async () => (await serve.ask('GET', '/v1/worlds')).status).toBe(200);
    const { code, tookMs } = await serve.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    expect(await Promise.all(broken)).toEqual(['broken off', 'broken off']);
    expect(serve.printed()).toBe(`control          ${serve.url}\nServing until interrupted (Ctrl-C).\n`);
  });
});

describe('serve', () => {
  it('listens for others with a token only, and prints it nowhere', async () => {
    const refused = await command(['serve', '--listen', '0.0.0.0', '--port', '0'], {
      KUBEEDGE_SIM_TOKEN: undefined,
    });
    expect(refused).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--token-file'),
    });

    const folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-token-'));
    const file = join(folder, 'token');
    await writeFile(file, `${TOKEN}\n`, { mode: 0o600 });
    const serve = await startServe(['--listen', '0.0.0.0', '--token-file', file]);
    try {
      expect(serve.printed()).toMatch(
        /^Warning: listening on 0\.0\.0\.0, ports \d+: .* once it has the token/m,
      );
      expect((await fetch(serve.url.replace('0.0.0.0', '127.0.0.1').concat('/v1/worlds'))).status).toBe(401);
      const { port } = new URL(serve.url);
      const control = `http://127.0.0.1:${port}`;
      const authorization = `Bearer ${TOKEN}`;
      const created = await fetch(`${control}/v1/worlds`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '{"settled":false}',
      });
      expect(created.status).toBe(201);
      const act = ['act', '--control', control, '--world', 'w1', 'restart', 'cloudcore'];
      expect(await command(act, { KUBEEDGE_SIM_TOKEN: undefined })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('KUBEEDGE_SIM_TOKEN'),
      });
      expect(await command(act, { KUBEEDGE_SIM_TOKEN: TOKEN })).toMatchObject({ exitCode: 0 });
      expect(serve.child.spawnargs.join(' ')).not.toContain(TOKEN);
      expect(serve.printed()).not.toContain(TOKEN);
    } finally {
      await serve.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each([
    [['--token-file', '/nowhere'], 'Tried to read the token file'],
    [['--allow-origin', '*'], 'without a token'],
    [['--port', '65536'], 'from 0 to 65535'],
    [['--port', '-1'], 'from 0 to 65535'],
    [['--max-worlds', 'many'], 'from 0 to'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, stderr } = await command(['serve', ...args], { KUBEEDGE_SIM_TOKEN: undefined });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words) });
  });

  it('refuses a token that can be guessed', async () => {
    const { exitCode, stderr } = await command(['serve'], { KUBEEDGE_SIM_TOKEN: 'secret' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('at least 16') });
    expect(stderr).not.toContain('secret');
  });

  it('says which port is in use', async () => {
    const serve = await startServe();
    const { port } = new URL(serve.url);
    const second = await command(['serve', '--port', port]);
    expect(second).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`127.0.0.1:${port}`) });
    await serve.stop();
  });
});

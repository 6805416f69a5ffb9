import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startSimulation, takeSnapshot } from 'kubeedge-sim';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/msw-browser');
const PACKAGE = join(import.meta.dirname, '..');
const CLI = fileURLToPath(new URL('bin.ts', import.meta.resolve('kubeedge-sim')));

/** Chromium would otherwise look for its maker's hosts. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

describeNeeding('chromium', 'the page of examples/msw-browser', ({ chromium: { path } }) => {
  let site: string;
  let server: Server;
  let origin: string;
  let browser: Browser;
  let inputs: string[];

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'kubeedge-sim-page-'));
    await cp(EXAMPLE, site, { recursive: true });
    const { metafile } = await build({
      entryPoints: [join(EXAMPLE, 'page.ts')],
      outfile: join(site, 'page.js'),
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      alias: { '@kubeedge-sim/msw': fileURLToPath(import.meta.resolve('@kubeedge-sim/msw')) },
      nodePaths: [join(PACKAGE, 'node_modules')],
    });
    inputs = Object.keys(metafile.inputs);
    execFileSync(join(PACKAGE, 'node_modules/.bin/msw'), ['init', site, '--no-save'], { cwd: site });
    await using simulation = await startSimulation();
    await writeFile(join(site, 'cluster.json'), JSON.stringify(await takeSnapshot(simulation)));
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      readFile(join(site, pathname)).then(
        (bytes) => response.writeHead(200, { 'content-type': TYPES[extname(pathname)] }).end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: path, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(site, { recursive: true, force: true });
  });

  /** Opens the page and waits for what it says in the end. */
  async function open(query: string): Promise<{ page: Page; said: string[]; state: string }> {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(`${origin}/index.html${query}`);
    const state = page.locator('#state');
    await state.filter({ hasNotText: 'Loading' }).waitFor();
    return { page, said, state: (await state.textContent()) ?? '' };
  }

  /** The rows of a table: what they are about, and whether it has metrics. */
  async function measured(page: Page, table: 'nodes' | 'pods') {
    const column = (index: number) =>
      page.locator(`#${table} tbody td:nth-child(${index})`).allTextContents();
    const [names, cpus] = [await column(1), await column(2)];
    return Object.fromEntries(names.map((name, index) => [name, cpus[index] !== 'no metrics']));
  }

  test('is bundled without anything of Node, and without the simulator', () => {
    expect(inputs.filter((file) => file.includes('packages/')).toSorted()).toEqual([
      expect.stringContaining('packages/msw/src/handlers.ts'),
      expect.stringContaining('packages/msw/src/index.ts'),
      expect.stringContaining('packages/msw/src/outside.ts'),
      expect.stringContaining('packages/msw/src/routes.ts'),
      expect.stringContaining('packages/msw/src/snapshot-source.ts'),
      expect.stringContaining('packages/msw/src/source.ts'),
      expect.stringContaining('packages/msw/src/url-source.ts'),
    ]);
  });

  test('shows the founding report from a snapshot', async () => {
    const { page, state } = await open('');
    expect(state).toBe('edged of edge-node-1 lists 0 pods.');
    expect(await measured(page, 'nodes')).toEqual({
      'edge-node-1': true,
      'edge-node-2': true,
      'master-1': true,
    });
    expect(await measured(page, 'pods')).toMatchObject({
      'default/nginx-7848d4b86f-x2wqz': false,
      'default/nginx-7848d4b86f-x2wqz-2': true,
    });
  });

  test('says which requests are none of the cluster’s', async () => {
    const { page, said } = await open('');
    const answer = await page.evaluate(async () => (await fetch('/k8s/apis/apps/v1/deployments')).status);
    expect(answer).toBe(404);
    await page.evaluate(async () => (await fetch('/k8s/api/v1/namespaces/default/pods/nginx/log')).status);
    expect(said.join('\n')).toMatch(/\[MSW\] Warning[\s\S]*GET \/k8s\/apis\/apps\/v1\/deployments/);
    expect(said.join('\n')).toMatch(
      /\[kubeedge-sim\] GET .*\/log is left unhandled: the simulator has no logs of pods/,
    );
  });

  test('shows what a control server has running, before and after a cure', async () => {
    const args = [CLI, 'serve', '--port', '0', '--allow-origin', origin];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let control = '';
      for await (const line of createInterface({ input: child.stdout })) {
        control = /^control +(\S+)/.exec(line)?.[1] ?? control;
        if (line.startsWith('Serving')) break;
      }
      const post = async (path: string, body: object) => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${control}${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        expect(response.ok, await response.clone().text()).toBe(true);
        return (await response.json()) as { id: string };
      };
      const { id } = await post('/v1/worlds', {});
      const query = `?control=${encodeURIComponent(control)}&world=${id}`;
      const before = await open(query);
      expect(before.state).toBe('edged of edge-node-1 lists 0 pods.');
      expect(await measured(before.page, 'pods')).toMatchObject({ 'default/nginx-7848d4b86f-x2wqz': false });
      await post(`/v1/worlds/${id}/act`, { words: ['cure', 'docker'] });
      await post(`/v1/worlds/${id}/settle`, {});
      const after = await open(query);
      expect(after.state).toBe('edged of edge-node-1 lists 3 pods.');
      expect(await measured(after.page, 'pods')).toMatchObject({ 'default/nginx-7848d4b86f-x2wqz': true });
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});

import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { startExecServer } from './exec-server.ts';

const execute = promisify(execFile);
const largeBytes = 20 * 1024 * 1024;

type Ran = { readonly stdout: Buffer; readonly stderr: string; readonly code: number | null };

for (const version of ['kubectl-1.20', 'kubectl-1.31'] as const) {
  describeNeeding([version, 'openssl', 'script'], `${version} exec over SPDY`, (found) => {
    const { path: kubectl } = found[version];
    let folder = '';
    let server: Awaited<ReturnType<typeof startExecServer>>;
    let flags: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'spdy-kubectl-'));
      const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
      await execute('openssl', ['req', '-x509', ...key, '-days', '2', ...subject, '-out', certFile]);
      server = await startExecServer({
        key: await readFile(keyFile, 'utf8'),
        cert: await readFile(certFile, 'utf8'),
      });
      flags = [
        '--server',
        server.url,
        '--certificate-authority',
        certFile,
        '--namespace',
        'default',
        '--token',
        'any',
      ];
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    const start = (file: string, args: readonly string[], stdin: Uint8Array): Promise<Ran> => {
      const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'none'), TERM: 'xterm' };
      const child = spawn(file, [...args], { env });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
      child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
      child.stdin.on('error', () => child.stdin.destroy());
      child.stdin.end(stdin);
      return new Promise((resolve) =>
        child.on('close', (code) =>
          resolve({ stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString(), code }),
        ),
      );
    };
    const run = (args: readonly string[], stdin = new Uint8Array(0)) =>
      start(kubectl, [...flags, ...args], stdin);
    const last = () => {
      const exec = server.served.at(-1);
      if (exec === undefined) throw new Error('nothing was served');
      expect(exec.problems).toEqual([]);
      return exec;
    };

    it('shows stdout and stderr, and exits with 0', async () => {
      const ran = await run(['exec', 'nginx', '--', 'echo', 'hello', '边缘']);
      expect(ran.stdout.toString()).toBe('hello 边缘\n');
      expect(ran.stderr).toContain('on stderr\n');
      expect(ran.code).toBe(0);
      expect(last()).toMatchObject({ command: ['echo', 'hello', '边缘'], protocol: 'v4.channel.k8s.io' });
    });

    it('sends stdin and its end', async () => {
      const ran = await run(['exec', '-i', 'nginx', '--', 'cat'], Buffer.from('一\ntwo\nthree'));
      expect(ran.stdout.toString()).toBe('一\ntwo\nthree');
      expect(ran.code).toBe(0);
      last();
    });

    it('exits with the code of the command', async () => {
      const ran = await run(['exec', 'nginx', '--', 'fail', '7']);
      expect(ran.stderr).toContain('command terminated with exit code 7');
      expect(ran.code).toBe(7);
      last();
    });

    it('carries 20 MiB both ways unchanged, with bounded memory between', async () => {
      const bytes = randomBytes(largeBytes);
      const ran = await run(['exec', '-i', 'nginx', '--', 'cat'], bytes);
      const digest = (each: Uint8Array) => createHash('sha256').update(each).digest('hex');
      expect(ran.stdout.length).toBe(largeBytes);
      expect(digest(ran.stdout)).toBe(digest(bytes));
      expect(ran.code).toBe(0);
      // The limit of 1 MiB, and the last piece that the connection had given out.
      expect(last().mostUnreadBytes).toBeLessThan(1.2 * 1024 * 1024);
    });

    it('attaches', async () => {
      const ran = await run(['attach', '-i', 'nginx', '-c', 'nginx'], Buffer.from('attached\n'));
      expect(ran.stdout.toString()).toContain('attached\n');
      expect(ran.code).toBe(0);
      last();
    });

    it('tells the size of its terminal', async () => {
      const words = [kubectl, ...flags, 'exec', '-it', 'nginx', '--', 'size'];
      const line = `stty rows 40 cols 100; exec ${words.map((word) => `'${word}'`).join(' ')}`;
      const ran = await start('script', ['-qfec', line, '/dev/null'], new Uint8Array(0));
      expect(ran.stdout.toString()).toContain('100x40');
      expect(ran.code).toBe(0);
      expect(last().sizes[0]).toBe('100x40');
    });

    it('says that a port cannot be forwarded', async () => {
      const ran = await run(['port-forward', 'pod/nginx', ':80']);
      expect(ran.stderr).toContain('error upgrading connection: ');
      expect(ran.code).toBe(1);
    });
  });
}

import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import {
  ADMIN,
  type Cluster,
  type ClusterDescription,
  catalog,
  kubeconfig,
  simToken,
  startLocalCluster,
} from 'kubeedge-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';

const execute = promisify(execFile);
const POD = 'nginx-7848d4b86f-x2wqz';
const EDGE = 'edge-node-1';
const LARGE_BYTES = 20 * 1024 * 1024;
/** Real time: the tunnel opens after some seconds. */
const START_MS_MAX = 60_000;
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The newest edgecore, with the Docker client that it has no more: the simulated containers are Docker's. */
const newestOnDocker = {
  tag: 'v1.23.1',
  release: {
    ...edgecoreRelease('v1.23.1'),
    dockershim: edgecoreRelease('v1.13.5').dockershim,
    runtime: edgecoreRelease('v1.13.5').runtime,
  },
  dialect: dialectOf('v1.23.1'),
};

interface Era {
  name: string;
  cloudcore: string;
  describe(founding: ClusterDescription): ClusterDescription;
  attaches: boolean;
  /** Whether the API server ends WebSockets of kubectl's itself. */
  translates: boolean;
}

const eras: readonly Era[] = [
  {
    name: 'Kubernetes 1.19, KubeEdge v1.6.1',
    cloudcore: 'v1.6.1',
    describe: (founding) => founding,
    attaches: false,
    translates: false,
  },
  {
    name: 'Kubernetes 1.32, KubeEdge v1.23.1',
    cloudcore: 'v1.23.1',
    describe: (founding) => ({
      ...founding,
      kubernetes: 'v1.32.4',
      edges: founding.edges.map((edge) => ({ ...edge, edgecore: newestOnDocker })),
    }),
    attaches: true,
    translates: true,
  },
];

for (const era of eras) {
  for (const version of ['kubectl-1.20', 'kubectl-1.31'] as const) {
    describeNeeding([version, 'script'], `${version} on ${era.name}`, (found) => {
      const { path: kubectl } = found[version];
      const isWebSocket = version === 'kubectl-1.31';
      let world: World;
      let cluster: Cluster;
      let home = '';
      const env = () => ({
        HOME: home,
        KUBECONFIG: join(home, 'config'),
        PATH: process.env.PATH,
        TERM: 'xterm',
        TZ: 'UTC',
      });

      beforeAll(async () => {
        home = await mkdtemp(join(tmpdir(), 'kubectl-remote-'));
        world = await createLoopbackWorld();
        await world.run(async () => {
          cluster = world.own(
            await startLocalCluster(world, era.describe(foundingCluster(era.cloudcore, world))),
          );
          const host = cluster.host('master-1');
          world.net.actAs(host);
          await writeFile(
            join(home, 'config'),
            kubeconfig({ server: `https://${host.address}:6443`, token: simToken(world, ADMIN) }),
          );
          const isOpen = () =>
            world.trace.of('tunnel.session').some(({ detail }) => detail.hostname === EDGE);
          expect(await cluster.until(`tunnel of ${EDGE}`, isOpen, START_MS_MAX)).toBe(true);
        });
      }, START_MS_MAX);

      afterAll(async () => {
        await world[Symbol.asyncDispose]();
        await rm(home, { recursive: true });
      });

      const start = (file: string, args: readonly string[]) => {
        const child = spawn(file, [...args], { env: env(), cwd: home });
        const printed = { stdout: Buffer.alloc(0), stderr: '' };
        child.stdout.on('data', (bytes: Buffer) => {
          printed.stdout = Buffer.concat([printed.stdout, bytes]);
        });
        child.stderr.on('data', (bytes: Buffer) => {
          printed.stderr += bytes;
        });
        child.stdin.on('error', () => child.stdin.destroy());
        const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
        return { child, printed, ended };
      };
      const run = async (args: readonly string[], stdin: Uint8Array | string = '') => {
        const { child, printed, ended } = start(kubectl, args);
        child.stdin.end(stdin);
        const code = await ended;
        return { code, stdout: printed.stdout.toString(), stderr: printed.stderr };
      };
      const streamsOf = (subresource: string) =>
        world.trace.of('apiserver.stream').filter(({ detail }) => detail.subresource === subresource);

      it('exec: stdout, stderr and exit code', async () => {
        const ran = await run(['exec', POD, '--', 'sh', '-c', 'echo 你好 边缘; echo wrong >&2; exit 7']);
        expect(ran).toEqual({
          code: 7,
          stdout: '你好 边缘\n',
          stderr: 'wrong\ncommand terminated with exit code 7\n',
        });
        expect(streamsOf('exec').map(({ detail }) => detail.translated)).toEqual([
          era.translates && isWebSocket,
        ]);
        const types = world.trace.of('tunnel.message').map(({ detail }) => detail.type);
        expect(types).toContain('EXEC_CONNECT');
      });

      it('exec -i: stdin and its end', async () => {
        const ran = await run(['exec', '-i', POD, '--', 'sh', '-c', 'cat; echo end'], '一\ntwo');
        expect(ran).toEqual({ code: 0, stdout: '一\ntwoend\n', stderr: '' });
      });

      it('exec -it: a terminal that is resized, and an exit code', async () => {
        const words = [kubectl, 'exec', '-it', POD, '--', 'sh'].map((word) => `'${word}'`).join(' ');
        const { child, printed, ended } = start('script', [
          '-qfec',
          `tty; stty rows 40 cols 100; exec ${words}`,
          '/dev/null',
        ]);
        const shown = () => printed.stdout.toString();
        const askSize = () => {
          child.stdin.write('stty size\r');
          return shown();
        };
        await expect.poll(askSize, { timeout: 20_000, interval: 200 }).toMatch(/^40 100\r$/m);
        const terminal = /^(\/dev\/\S+)\r$/m.exec(shown())?.[1] ?? '';
        await execute('stty', ['-F', terminal, 'rows', '50', 'cols', '120']);
        await expect.poll(askSize, { timeout: 20_000, interval: 200 }).toMatch(/^50 120\r$/m);
        child.stdin.write('exit 3\r');
        expect(await ended).toBe(3);
        child.stdin.end();
      }, 60_000);

      it('cp: 20 MB there and back', async () => {
        const bytes = randomBytes(LARGE_BYTES);
        await writeFile(join(home, 'there'), bytes);
        expect(await run(['cp', 'there', `${POD}:/tmp/large`])).toMatchObject({ code: 0, stderr: '' });
        const counted = await run(['exec', POD, '--', 'sha256sum', '/tmp/large']);
        expect(counted.stdout).toBe(`${digest(bytes)}  /tmp/large\n`);
        expect(await run(['cp', `${POD}:/tmp/large`, 'back'])).toMatchObject({ code: 0 });
        expect(digest(await readFile(join(home, 'back')))).toBe(digest(bytes));
      }, 60_000);

      it('logs -f: until it is interrupted', async () => {
        const { child, printed, ended } = start(kubectl, ['logs', '-f', '--tail=2', POD]);
        // nginx prints every 15 s, so that there may be more than the two by now.
        await expect
          .poll(() => printed.stdout.toString(), { timeout: 20_000 })
          .toMatch(/^(172\.17\.0\.1 - - .* \d+\n){2,}$/);
        child.kill('SIGINT');
        await ended;
        const gone = () =>
          world.trace
            .of('tunnel.message')
            .some(({ detail }) => detail.direction === 'to-edge' && detail.type === 'REMOVE_CONNECT');
        await expect.poll(gone, { timeout: 5_000 }).toBe(true);
      }, 30_000);

      it(era.attaches
        ? 'attach: what the container prints'
        : 'attach: is told that there is none', async () => {
        const { child, printed, ended } = start(kubectl, ['attach', POD, '-c', 'nginx']);
        if (era.attaches) {
          // nginx prints every 15 s.
          await expect
            .poll(() => printed.stdout.toString(), { timeout: 25_000 })
            .toMatch(/^(172\.17\.0\.1 - - .*\n)+$/);
          expect(streamsOf('attach').at(-1)?.detail.translated).toBe(era.translates && isWebSocket);
          child.kill('SIGINT');
          await ended;
        } else {
          expect(await ended).toBe(1);
          expect(printed.stderr).toContain('error: unable to upgrade connection: 404 page not found\n');
        }
      }, 40_000);

      it('port-forward: is told that there is none', async () => {
        expect(await run(['port-forward', `pod/${POD}`, ':80'])).toEqual({
          code: 1,
          stdout: '',
          stderr: 'error: error upgrading connection: unable to upgrade connection: 404 page not found\n',
        });
      });

      if (version === 'kubectl-1.20') {
        it.each([
          `exec ${POD} -- echo hello`,
          `exec pod/${POD} -c nginx -- sh -c exit`,
          `exec -i ${POD} -- cat`,
          `exec -it ${POD} -- echo hello`,
          `exec ${POD} -- false`,
          `exec ${POD} -- no-such-command`,
          `exec ${POD} echo hello`,
          `exec ${POD}`,
          'exec',
          'exec nope -- true',
          `exec ${POD} -c nope -- true`,
          'exec -n factory sensor-agent -- true',
          'exec -n factory sensor-agent -c sidecar -- echo sidecar',
          'attach',
          'attach nope',
          `attach ${POD} -c nope`,
          ...(era.attaches ? [] : [`attach ${POD}`, 'attach -n factory sensor-agent', `attach -it ${POD}`]),
        ])('the simulated kubectl prints the same: %s', async (line) => {
          const args = line.split(' ');
          const { code: exitCode, ...theirs } = await run(args);
          const own = await world.run(() => cluster.kubectl(args));
          // klog's line has a time and a process id.
          const stderr = theirs.stderr.replace(/^E\d{4} .*\n/gm, '');
          expect(own).toEqual({ ...theirs, stderr, exitCode });
        });
      }

      it('says what is wrong: no such command, no such container', async () => {
        const missing = await run(['exec', POD, '--', 'no-such-command']);
        expect(missing.code).toBe(126);
        const wrong = await run(['exec', POD, '-c', 'nope', '--', 'true']);
        expect(wrong).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('container nope is not valid'),
        });
      });
    });
  }
}

/** The founding report's cluster, with a cloudcore and edges of one release. */
function foundingCluster(release: string, world: World): ClusterDescription {
  const scenario = catalog.find(({ id }) => id === 'missing-pod-metrics');
  if (scenario === undefined) throw new Error('no scenario missing-pod-metrics');
  const cell = { edgecore: release, cloudcore: release, docker: '20.10.24', metricsServer: 'v0.4.2' };
  return scenario.describe(cell, world.clock.now());
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADMIN, kubeconfig, simToken } from '@kubeedge-sim/cloud-sim';
import { runKubectl, type Simulation, startSimulation } from 'kubeedge-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';

const execute = promisify(execFile);
const NGINX = 'nginx-7848d4b86f-x2wqz';
/** Real time: the tunnel opens after seven seconds, and the world settles with two scrapes. */
const START_MS_MAX = 120_000;

describeNeeding('kubectl-1.20', 'kubectl logs, through API server, tunnel and edge', (found) => {
  const { path: real } = found['kubectl-1.20'];
  let simulation: Simulation;
  let onMemory: Simulation;
  let home: string;
  const env = () => ({ HOME: home, KUBECONFIG: join(home, 'config'), TZ: 'UTC' });

  beforeAll(async () => {
    simulation = await startSimulation({ net: 'loopback' });
    onMemory = await startSimulation();
    home = await mkdtemp(join(tmpdir(), 'kubectl-logs-'));
    const { cluster } = simulation;
    const host = cluster.host('master-1');
    cluster.world.net.actAs(host);
    await writeFile(
      join(home, 'config'),
      kubeconfig({ server: `https://${host.address}:6443`, token: simToken(cluster.world, ADMIN) }),
    );
  }, START_MS_MAX);

  afterAll(async () => {
    await simulation[Symbol.asyncDispose]();
    await onMemory[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });

  const theirs = (line: string): Promise<{ stdout: string; stderr: string; exitCode: number }> =>
    execute(real, line.split(' '), { env: env(), timeout: 20_000 }).then(
      ({ stdout, stderr }) => ({ stdout, stderr, exitCode: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, exitCode: code as number }),
    );

  const simulated = ({ cluster, run }: Simulation, line: string) => {
    const host = cluster.host('master-1');
    const server = { address: host.address, port: 6_443 };
    return run(() =>
      runKubectl(cluster.world, host, line.split(' '), { server, token: simToken(cluster.world, ADMIN) }),
    );
  };

  it.each([
    `logs ${NGINX} --limit-bytes=300`,
    `logs ${NGINX} --limit-bytes=300 --timestamps`,
    `logs ${NGINX} nginx --since-time=2020-01-01T00:00:00Z --limit-bytes=10`,
    `logs pod/${NGINX} --limit-bytes=100`,
    `logs ${NGINX} -f --limit-bytes=100`,
    `logs ${NGINX} --previous`,
    `logs ${NGINX} -c nope`,
    `logs ${NGINX} --tail=-5`,
    `logs ${NGINX} --since=-5s`,
    `logs ${NGINX} --since=x`,
    `logs ${NGINX} --limit-bytes=-1`,
    `logs ${NGINX} --tail=x`,
    `logs ${NGINX} --since=1s --since-time=2020-01-01T00:00:00Z`,
    `logs ${NGINX} --since-time=yesterday`,
    `logs ${NGINX} nginx -c nginx`,
    'logs',
    'logs a b c',
    'logs nope',
    'logs -n factory sensor-agent',
    'logs -n factory sensor-agent -c sidecar',
    'logs -n factory sensor-agent app --limit-bytes=1000',
    'logs -n kube-system edge-proxy -p',
    'logs -n kube-system edge-proxy --previous --tail=3 --timestamps',
    'logs -n kube-system edge-proxy --tail=2',
  ])('prints the same as the simulated one, on either net: %s', async (line) => {
    const own = await simulated(simulation, line);
    expect(own).toEqual(await theirs(line));
    // The nets' clocks differ, and with them the times of lines.
    if (!line.includes('--timestamps')) expect(await simulated(onMemory, line)).toEqual(own);
  });

  it('prints the last lines, and a long log to its end', async () => {
    const tail = await theirs(`logs ${NGINX} --tail=2`);
    const all = await theirs(`logs ${NGINX}`);
    const lines = all.stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(11_000);
    expect(lines.map((line) => Number(line.split(' ').at(-1)))).toEqual(lines.map((_, index) => index));
    expect(all.stdout).toContain(tail.stdout.split('\n')[0]);
    const texts = (await theirs('logs -n factory sensor-agent app --tail=500')).stdout.trimEnd().split('\n');
    expect(texts).toHaveLength(500);
    // Each is longer than a message of the tunnel, which cuts characters; none is damaged.
    expect(texts.every((line) => /^(第\d+次采样：炉温 🔥 正常，振动传感器 ✅ 在线.*){3}$/u.test(line))).toBe(
      true,
    );
  });

  it('ends at the edge with the next line after Ctrl-C of logs -f', async () => {
    const child = spawn(real, ['logs', NGINX, '-f', '--tail=1'], {
      env: env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const messages = () =>
      simulation.cluster.world.trace.of('edgestream.message').map(({ detail }) => detail);
    const { connectId = 0 } = messages().findLast(({ type }) => type === 'LOGS_CONNECT') ?? {};
    const ofRequest = () =>
      messages().flatMap((message) =>
        message.connectId === connectId ? [`${message.direction} ${message.type}`] : [],
      );
    expect(ofRequest()).toEqual(['to-edge LOGS_CONNECT', 'to-cloud DATA']);
    child.kill('SIGINT');
    await expect.poll(ofRequest, { timeout: 5_000 }).toContain('to-edge REMOVE_CONNECT');
    // nginx prints every 15 s.
    await expect.poll(() => ofRequest().at(-1), { timeout: 20_000 }).toBe('to-cloud REMOVE_CONNECT');
    expect(ofRequest().slice(-2)).toEqual(['to-cloud DATA', 'to-cloud REMOVE_CONNECT']);
  }, 40_000);

  it('cannot tell an empty log from a tunnel that is gone', async () => {
    await simulation.act('stop edgecore edge-node-1');
    expect(await theirs(`logs ${NGINX}`)).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    await simulation.act('restart cloudcore');
    expect(await theirs(`logs ${NGINX}`)).toEqual({
      stdout: '',
      stderr: 'Error from server (InternalError): Internal error occurred: \n',
      exitCode: 1,
    });
  }, 40_000);
});

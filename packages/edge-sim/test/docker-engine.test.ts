import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type DockerEngine, engineProfile, startDockerEngine } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { createTestMachine } from './engine-machine.ts';
import { fieldPaths } from './field-paths.ts';

const run = promisify(execFile);
const CLI_TIMEOUT_MS = 20_000;

describeNeeding('docker', 'the simulated engine on a real socket', ({ docker }) => {
  let world: World;
  const engines: Record<string, DockerEngine> = {};

  beforeAll(async () => {
    world = await createLoopbackWorld();
    const own = await getJson(docker.path, '/version');
    const versions = ['18.09.1', '29.0.0', String(own.Version)];
    for (const [index, version] of versions.entries()) {
      const machine = createTestMachine(world, `edge-${index}`, `10.66.0.${11 + index}`);
      engines[index === 2 ? 'own' : version] = world.own(
        await startDockerEngine(world, machine, { profile: engineProfile(version) }),
      );
    }
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function cli(
    engine: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<string> {
    const host = `unix://${engines[engine]?.outsidePath}`;
    const options = { timeout: CLI_TIMEOUT_MS, env: { ...process.env, DOCKER_CONTEXT: '', ...env } };
    return (await run('docker', ['-H', host, ...args], options)).stdout;
  }

  it.each(['18.09.1', '29.0.0'])('talks to the docker command as %s', async (version) => {
    const answer = JSON.parse(await cli(version, ['version', '--format', '{{json .Server}}']));
    expect(answer.Version).toBe(version);
    expect(await cli(version, ['info'])).toContain(`Server Version: ${version}`);
    const rows = (await cli(version, ['ps', '--format', '{{.Names}} {{.Status}}'])).trim().split('\n');
    expect(rows).toHaveLength(4);
    expect(rows.join()).toMatch(/k8s_nginx_nginx-1_default_\S+ Up \d+ minutes/);
    const [id] = (await cli(version, ['ps', '-q', '--no-trunc'])).trim().split('\n');
    expect(JSON.parse(await cli(version, ['inspect', String(id)]))[0].Id).toBe(id);
  });

  it('refuses the docker command that insists on API 1.40, as 18.09.1 does', async () => {
    const attempt = cli('18.09.1', ['ps'], { DOCKER_API_VERSION: '1.40' });
    await expect(attempt).rejects.toThrow(
      'Error response from daemon: client version 1.40 is too new. Maximum supported API version is 1.39',
    );
  });

  it.each([
    // Only the default runtime is listed, and what a build or a host configures is left out.
    ['/version', []],
    ['/info', [/^- Runtimes\./, /^. RegistryConfig\./, /^. (ProductLicense|DefaultAddressPools)/]],
    // A machine with no container of its own shows no fields of them.
    ['/containers/json?all=1', [/^\+ /, /^- NetworkSettings\.Networks\./, /^- (Ports|Mounts)\./]],
    ['/v1.99/info', []],
  ])('has the fields of the real engine beside it in %s', async (path, known: readonly RegExp[]) => {
    const theirs = fieldPaths(await getJson(docker.path, path));
    const ours = fieldPaths(await getJson(String(engines.own?.outsidePath), path));
    const differences = [
      ...theirs.filter((field) => !ours.includes(field)).map((field) => `- ${field}`),
      ...ours.filter((field) => !theirs.includes(field)).map((field) => `+ ${field}`),
    ];
    expect(differences.filter((field) => !known.some((pattern) => pattern.test(field)))).toEqual([]);
  });

  it('has the version error of the real engine, headers in order and body', async () => {
    const [theirs, ours] = [
      await getRefusal(docker.path),
      await getRefusal(String(engines.own?.outsidePath)),
    ];
    expect(ours).toEqual(theirs);
  });
});

function get(socketPath: string, path: string) {
  return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request({ socketPath, path }, resolve).on('error', reject).end();
  });
}

async function getJson(socketPath: string, path: string): Promise<Record<string, unknown>> {
  return (await json(await get(socketPath, path))) as Record<string, unknown>;
}

async function getRefusal(socketPath: string) {
  const answer = await get(socketPath, '/v1.99/info');
  const headers = answer.rawHeaders.filter((_, index) => index % 2 === 0);
  return { status: answer.statusCode, headers, body: await json(answer) };
}

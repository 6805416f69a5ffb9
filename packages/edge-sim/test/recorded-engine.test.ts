import { readFileSync } from 'node:fs';
import { engineProfile, startDockerEngine } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestMachine } from './engine-machine.ts';
import { fieldPaths } from './field-paths.ts';

// A recorded dockerd 20.10.24+dfsg1 against the simulated one. What differs is listed here, and nothing else
// may.

interface Recorded {
  method: string;
  path: string;
  status: number;
  headers: string[];
  body: unknown;
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/docker/engine-20.10.24.json', import.meta.url), 'utf8'),
) as Recorded[];

/** What may differ: field paths that the recording has and we do not (`-`), or the other way round (`+`). */
const KNOWN_DIFFERENCES: readonly { request: RegExp; why: string; paths: readonly RegExp[] }[] = [
  {
    request: /\/info$/,
    why: 'only the default runtime is listed',
    paths: [/^- Runtimes\.io\.containerd\./],
  },
  {
    request: /^GET \/v1\.20\/containers\/.*\/json$/,
    why: 'inspect has the shape of API 1.21 and later only; dockershim needs 1.26',
    paths: [
      /^- Config\.(ExposedPorts|MacAddress|NetworkDisabled|VolumeDriver)$/,
      /^\+ NetworkSettings\.Networks(\.|$)/,
    ],
  },
];

const world = createMemoryWorld();
const machine = createTestMachine(world);

async function ask(method: string, path: string): Promise<Recorded> {
  const target = { path: '/var/run/docker.sock' };
  const response = await world.run(async () => {
    const answer = await httpRequest(machine.host, { target, method, path, component: 'test' });
    return { ...answer, raw: answer.body.rawHeaders, text: await answer.text() };
  });
  const headers = response.raw.filter((_, index) => index % 2 === 0);
  const typed = response.headers['content-type'] === 'application/json' && response.status === 200;
  return {
    method,
    path,
    status: response.status,
    headers,
    body: typed ? JSON.parse(response.text) : response.text,
  };
}

/** The path on our machine: its containers and images have other names. */
function ownPath(path: string): string {
  const records = [...machine.containers.values()];
  const bridged = records.find(({ name }) => name.startsWith('k8s_nginx_'))?.name ?? '';
  const host = records.find((record) => record.hostNetwork && record.sandboxId === undefined)?.name ?? '';
  return path
    .replace('k8s_x_a_b_c_0', bridged)
    .replace('/hostnet/', `/${host}/`)
    .replace('lab/m:1', 'nginx:1.21');
}

beforeAll(async () => {
  const profile = engineProfile('20.10.24+dfsg1');
  world.own(await world.run(() => startDockerEngine(world, machine, { profile })));
});
afterAll(() => world[Symbol.asyncDispose]());

describe('the simulated 20.10.24 beside the recorded one', () => {
  it.each(RECORDED.map((recorded) => [`${recorded.method} ${recorded.path}`, recorded] as const))(
    '%s',
    async (title, recorded) => {
      const own = await ask(recorded.method, ownPath(recorded.path));
      expect(own.status).toBe(recorded.status);
      // How the end of a body is told depends on HTTP/1.0 and the body's size, not on the engine.
      const told = (names: string[]) =>
        names.filter((name) => !/^(Content-Length|Transfer-Encoding|Connection)$/.test(name));
      expect(told(own.headers)).toEqual(told(recorded.headers));
      if (typeof recorded.body === 'string') {
        expect(own.body).toBe(recorded.body);
        return;
      }
      const [theirs, ours] = [fieldPaths(recorded.body), fieldPaths(own.body)];
      const differences = [
        ...theirs.filter((path) => !ours.includes(path)).map((path) => `- ${path}`),
        ...ours.filter((path) => !theirs.includes(path)).map((path) => `+ ${path}`),
      ];
      const known = KNOWN_DIFFERENCES.filter(({ request }) => request.test(title)).flatMap(
        ({ paths }) => paths,
      );
      expect(differences.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
    },
  );
});

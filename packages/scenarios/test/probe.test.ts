import { createMachine, engineProfile, startDockerEngine } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { catalog } from '../src/catalog/index.ts';
import { main } from '../src/cli.ts';

/** The command in this process, until it ends or `stop` aborts. */
async function run(args: readonly string[], stop = new AbortController(), onOut = (_out: string) => {}) {
  let out = '';
  let error = '';
  const io = {
    out: (text: string) => {
      out += text;
      onOut(out);
    },
    error: (text: string) => {
      error += text;
    },
    colour: false,
    columns: 100,
  };
  const exitCode = await main(args, io, stop.signal);
  return { out, error, exitCode };
}

interface ProbeJson {
  engine: { version: string; apiVersion: string };
  nearest: { version: string } | null;
  pods: string[];
  releases: { edgecore: string; starts: boolean; factory: string; listsPods: boolean }[];
  withoutDocker: string[];
}

/** An engine that, to the command, is as real as any. */
async function startEngine(version: string) {
  const world = await createLoopbackWorld();
  const [scenario] = catalog;
  const edge = scenario?.describe(scenario.defaults, world.clock.now()).edges[0];
  if (edge === undefined) throw new Error('the catalog has no edge');
  const machine = createMachine(world, world.net.host(edge), edge.machine);
  const engine = world.own(await startDockerEngine(world, machine, { profile: engineProfile(version) }));
  return {
    dockerHost: `unix://${engine.outsidePath}`,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe('probe', () => {
  it('tells of the founding report’s engine what each release makes of it', async () => {
    await using engine = await startEngine('18.09.1');
    const { out, exitCode } = await run(['probe', '--docker-host', engine.dockerHost]);
    expect(exitCode).toBe(0);
    expect(out).toContain('Docker 18.09.1 (linux/amd64)');
    expect(out).toContain('API it serves: 1.12 … 1.39\n');
    expect(out).toContain(
      'by io.kubernetes.* labels): default/nginx-7848d4b86f-x2wqz, factory/sensor-agent, kube-system/edge-proxy\n',
    );
    expect(out).toMatch(
      /✗ v1\.5\.0 … v1\.6\.1 \(\d+\): starts, but cAdvisor is refused: .*\n {4}.*client version 1\.40 is too new\. Maximum supported API version is 1\.39\n/,
    );
    expect(out).toMatch(/✓ v1\.6\.2 … /);
    expect(out).toMatch(/– v1\.14\.0 … /);
    const chinese = await run(['probe', '--docker-host', engine.dockerHost, '--lang', 'zh']);
    expect(chinese.out).toContain('能启动，但 cAdvisor 被拒绝');
  });

  it.each([
    [['probe', '--docker-host', 'unix:///nowhere/docker.sock'], /^Tried GET \/version .* found ECONNREFUSED/],
    [['up', '--docker-host', 'unix:///nowhere/docker.sock'], /^Tried GET \/version .* Start that engine/],
    [['up', '--docker-host', 'unix:///nowhere', '--docker', '18.09'], /^Got both --docker and --docker-host/],
    [['probe', '--docker-host', 'nonsense'], /^Tried to use "nonsense" as the address/],
  ])('%j is a usage error that says what to do', async (args, message) => {
    const { exitCode, error, out } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(message);
  });
});

describeNeeding('docker', 'the engine of this machine', ({ docker }) => {
  const dockerHost = `unix://${docker.path}`;

  it('is told of by probe, release by release', async () => {
    const { out, exitCode } = await run(['probe', '--docker-host', dockerHost, '--json']);
    expect(exitCode).toBe(0);
    const found = JSON.parse(out) as ProbeJson;
    expect(found.engine.apiVersion).toBe(docker.version);
    expect(found.releases).toHaveLength(new Set(found.releases.map(({ edgecore }) => edgecore)).size);
    const verdict = found.releases.find(({ edgecore }) => edgecore === 'v1.3.0');
    expect(verdict).toMatchObject({ starts: true, factory: 'registered', listsPods: true });
  });

  it('serves an edge of up, until it is replaced or interrupted', async () => {
    const stop = new AbortController();
    const serving = Promise.withResolvers<string>();
    const up = run(['up', '--docker-host', dockerHost], stop, (out) => serving.resolve(out));
    const overview = await Promise.race([
      serving.promise,
      up.then(({ error }) => Promise.reject(new Error(error))),
    ]);
    expect(overview).toMatch(/^edge-node-1 runs on Docker \S+ at unix:/m);
    const control = /^control +(\S+)/m.exec(overview)?.[1] ?? '';
    const restart = await run(['act', '--control', control, 'restart', 'docker', 'edge-node-1']);
    expect(restart.error).toContain('found the real one');
    const replace = await run(['act', '--control', control, 'docker', 'edge-node-1', '18.09.1']);
    expect(replace).toMatchObject({ exitCode: 0, out: 'docker edge-node-1 18.09.1\n' });
    stop.abort();
    expect((await up).exitCode).toBe(0);
  }, 60_000);
});

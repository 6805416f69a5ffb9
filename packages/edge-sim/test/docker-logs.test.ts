import {
  createRealMachine,
  edgecoreRelease,
  startDockerPassthrough,
  startEdgecore,
} from '@kubeedge-sim/edge-sim';
import {
  createLoopbackWorld,
  type Host,
  type HttpResponse,
  httpRequest,
  type World,
} from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { type BusyContainer, startBusyContainer } from './busy-container.ts';
import { createTestMachine } from './engine-machine.ts';

const POD = { namespace: 'factory', name: 'press-2', uid: '7b1e0c52-2222-4000-8000-00000000c0de' };
const labels = (container: string) => ({
  'io.kubernetes.pod.name': POD.name,
  'io.kubernetes.pod.namespace': POD.namespace,
  'io.kubernetes.pod.uid': POD.uid,
  'io.kubernetes.container.name': container,
  'io.kubernetes.docker.type': 'container',
});
const SHORT = '第0行 hello 世界 🔥';
const LONG = '长'.repeat(20_000);
/** Four lines at once, one of them longer than an entry of json-file, then one whenever it gets a signal. */
const script = `
  console.log('第0行 hello 世界 🔥');
  console.error('to stderr');
  console.log('长'.repeat(20_000));
  setTimeout(() => console.log('last'), 500);
  let n = 0;
  process.on('SIGUSR2', () => console.log('tick ' + n++));
  setInterval(() => {}, 60_000);`;
const EDGED_POLL = { timeout: 30_000, interval: 200 };

describeNeeding('docker', 'logs of containers on a real engine', ({ docker }) => {
  let world: World;
  let host: Host;
  const containers: Record<string, BusyContainer> = {};
  /** The long line of a simulated container: json-file cuts it, and the characters at the cuts. */
  let simulatedLong = '';

  const ask = (container: string, query: string, signal?: AbortSignal): Promise<HttpResponse> =>
    httpRequest(host, {
      target: { address: '127.0.0.1', port: 10_350 },
      path: `/containerLogs/${POD.namespace}/${POD.name}/${container}?${query}`,
      component: 'curl',
      signal,
    });
  const logs = async (container: string, query: string) => (await ask(container, query)).text();

  beforeAll(async () => {
    containers.lines = await startBusyContainer(docker.path, labels('lines'), { script });
    containers.terminal = await startBusyContainer(docker.path, labels('terminal'), { script, tty: true });
    world = await createLoopbackWorld();
    host = world.net.host({ name: 'edge-1', address: '10.66.0.11' });
    simulatedLong = await readSimulated(world, LONG);
    const dockerHost = `unix://${docker.path}`;
    const printed = async () => {
      for (const { docker: command, id } of Object.values(containers))
        expect(await command(['logs', id])).toContain('last');
    };
    await vi.waitFor(printed, EDGED_POLL);
    const machine = world.own(await createRealMachine(world, host, dockerHost));
    world.own(await startDockerPassthrough(world, host, { dockerHost }));
    const edgecore = startEdgecore(world, machine, {
      tag: 'v1.6.2',
      release: edgecoreRelease('v1.6.2'),
      nodeName: 'edge-1',
    });
    world.own({ [Symbol.asyncDispose]: () => edgecore.stop() });
    const answered = async () => expect((await ask('lines', 'tailLines=1')).status).toBe(200);
    await vi.waitFor(answered, EDGED_POLL);
  }, 90_000);
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    for (const container of Object.values(containers)) await container[Symbol.asyncDispose]();
  });

  it('are what the containers printed, on both streams', async () => {
    const text = await logs('lines', '');
    expect(text).toContain('to stderr\n');
    // The engine copies the streams side by side: a line of the one may stand between two entries of a long one.
    expect(text.replace('to stderr\n', '')).toBe(`${SHORT}\n${simulatedLong}\nlast\n`);
    expect(await logs('terminal', '')).toMatch(/^第0行 hello 世界 🔥\r\nto stderr\r\n长+.*\r\nlast\r\n$/);
  });

  it('have the engine’s own times, and are cut as asked for', async () => {
    expect(await logs('lines', 'tailLines=1')).toBe('last\n');
    expect(await logs('terminal', 'tailLines=1')).toBe('last\r\n');
    const [, time = ''] = /^(\S{30}) last\n$/.exec(await logs('lines', 'tailLines=1&timestamps=true')) ?? [];
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    const later = new Date(Date.parse(time) + 1_000).toISOString();
    expect(await logs('lines', `sinceTime=${later}`)).toBe('');
    expect(await logs('lines', 'sinceSeconds=100000&tailLines=1')).toBe('last\n');
    expect(await logs('lines', 'limitBytes=3&tailLines=1')).toBe('las');
  });

  it('are followed line by line, until the client leaves', async () => {
    const leaving = new AbortController();
    const { body } = await ask('lines', 'follow=true&tailLines=0', leaving.signal);
    const seen: string[] = [];
    body.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    body.on('error', () => {});
    const { docker: command, id } = containers.lines as BusyContainer;
    for (let tick = 0; tick < 3; tick += 1) {
      await command(['kill', '-s', 'USR2', id]);
      await expect.poll(() => seen, EDGED_POLL).toHaveLength(tick + 1);
    }
    expect(seen).toEqual(['tick 0\n', 'tick 1\n', 'tick 2\n']);
    leaving.abort();
    await expect
      .poll(() => world.trace.of('edged.request').filter(({ detail }) => detail.path.includes('tailLines=0')))
      .toHaveLength(1);
  });

  it('are refused for a container that is not there', async () => {
    const response = await ask('nope', '');
    expect([response.status, await response.text()]).toEqual([
      404,
      `container "nope" not found in pod "${POD.name}"`,
    ]);
  });
});

/** What a simulated container has in its log that prints a text once. */
async function readSimulated(world: World, text: string): Promise<string> {
  const log = { shape: 'steady', everyMs: 86_400_000, text } as const;
  const machine = createTestMachine(world, 'simulated', '10.66.0.12', log);
  const [record] = [...machine.containers.values()].filter(({ sandboxId }) => sandboxId !== undefined);
  if (record === undefined) throw new Error('the machine has no container');
  const { signal } = new AbortController();
  const parts: Uint8Array[] = [];
  for await (const { bytes } of machine.log(record, 'current').read({ follow: false, signal }))
    parts.push(bytes);
  return Buffer.concat(parts).toString().trimEnd();
}

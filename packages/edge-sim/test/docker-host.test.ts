import {
  createRealMachine,
  type EdgecoreRelease,
  edgecoreRelease,
  type RealMachine,
  startDockerPassthrough,
  startEdgecore,
} from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { type BusyContainer, startBusyContainer } from './busy-container.ts';

/** cAdvisor takes its second sample of a container 10 to 20 s after the first. */
const SUMMARY_POLL = { timeout: 60_000, interval: 1_000 };
const REFUSED_API = '9.99';

const POD = { namespace: 'factory', name: 'press-1', uid: '7b1e0c52-1111-4000-8000-00000000c0de' };
const LABELS = {
  'io.kubernetes.pod.name': POD.name,
  'io.kubernetes.pod.namespace': POD.namespace,
  'io.kubernetes.pod.uid': POD.uid,
  'io.kubernetes.container.name': 'loop',
  'io.kubernetes.docker.type': 'container',
};

interface Summary {
  pods: {
    podRef: { name: string; namespace: string; uid: string };
    containers: {
      name: string;
      cpu: { time: string; usageNanoCores?: number; usageCoreNanoSeconds: number };
      memory: { workingSetBytes: number };
    }[];
  }[];
}

describeNeeding('docker', 'an edge on a real engine', ({ docker }) => {
  let world: World;
  let container: BusyContainer;
  const edges: Record<string, { machine: RealMachine; outsidePath: string }> = {};

  async function startEdge(name: string, address: string, release: EdgecoreRelease): Promise<void> {
    const dockerHost = `unix://${docker.path}`;
    const host = world.net.host({ name, address });
    const machine = world.own(await createRealMachine(world, host, dockerHost));
    const { outsidePath } = world.own(await startDockerPassthrough(world, host, { dockerHost }));
    const edgecore = startEdgecore(world, machine, { tag: 'v1.6.1', release, nodeName: name });
    world.own({ [Symbol.asyncDispose]: () => edgecore.stop() });
    edges[name] = { machine, outsidePath };
  }

  async function summary(edge: string): Promise<Summary | undefined> {
    const target = { address: '127.0.0.1', port: 10_350 };
    const machine = edges[edge]?.machine as RealMachine;
    const asked = httpRequest(machine.host, { target, path: '/stats/summary', component: 'curl' });
    const text = await asked.then((response) => response.text()).catch(() => '');
    return text.startsWith('{') ? (JSON.parse(text) as Summary) : undefined;
  }

  /** CPU time of the container since its start, as the engine itself counts it. */
  async function engineCpuNanoSeconds(): Promise<number> {
    const asked = await httpRequest(edges['edge-1']?.machine.host as RealMachine['host'], {
      target: { path: docker.path },
      path: `/containers/${container.id}/stats?stream=0&one-shot=1`,
      component: 'curl',
    });
    const stats = JSON.parse(await asked.text()) as { cpu_stats: { cpu_usage: { total_usage: number } } };
    return stats.cpu_stats.cpu_usage.total_usage;
  }

  const loopOf = (seen: Summary | undefined) =>
    seen?.pods.find(({ podRef }) => podRef.uid === POD.uid)?.containers.find(({ name }) => name === 'loop');

  beforeAll(async () => {
    container = await startBusyContainer(docker.path, LABELS);
    world = await createLoopbackWorld();
    const release = edgecoreRelease('v1.6.2');
    await startEdge('edge-1', '10.66.0.11', release);
    const pinned = { mode: 'pinned', api: REFUSED_API } as const;
    await startEdge('edge-2', '10.66.0.12', { ...release, cadvisorDocker: pinned });
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await container?.[Symbol.asyncDispose]();
  });

  it('shows a loop limited to half a core with its true figures', async () => {
    const seen = async () => loopOf(await summary('edge-1'))?.cpu;
    const before = await engineCpuNanoSeconds();
    await expect.poll(async () => (await seen())?.usageNanoCores ?? 0, SUMMARY_POLL).toBeGreaterThan(0);
    const first = await seen();
    await expect.poll(async () => (await seen())?.time, SUMMARY_POLL).not.toBe(first?.time);
    const loop = loopOf(await summary('edge-1'));
    const { time, usageNanoCores = 0, usageCoreNanoSeconds = 0 } = loop?.cpu ?? { time: '' };
    // The engine's own counter, before and after: how much of its half core a busy machine let the loop have is no matter.
    expect(usageCoreNanoSeconds).toBeGreaterThan(before);
    expect(usageCoreNanoSeconds).toBeLessThanOrEqual(await engineCpuNanoSeconds());
    expect(usageNanoCores / 1e9).toBeLessThanOrEqual(0.55);
    const elapsedSeconds = (Date.parse(time) - Date.parse(first?.time ?? '')) / 1_000;
    const rate = (usageCoreNanoSeconds - Number(first?.usageCoreNanoSeconds)) / elapsedSeconds;
    // The summary gives whole seconds.
    expect(Math.abs(usageNanoCores / rate - 1)).toBeLessThan(1.5 / elapsedSeconds);
    const ratio = Number(loop?.memory.workingSetBytes) / (await container.statsMemoryBytes());
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  }, 90_000);

  it('knows the pod by the labels of its container', () => {
    const pod = edges['edge-1']?.machine.description.pods.find(({ uid }) => uid === POD.uid);
    expect(pod).toMatchObject({ ...POD, labels: {} });
    expect(pod?.containers).toMatchObject([
      { name: 'loop', cpuLimitMilli: 500, memoryLimitBytes: 512 * 2 ** 20 },
    ]);
  });

  it('has no pods where the engine itself refuses the pinned client', async () => {
    await expect.poll(() => summary('edge-2'), SUMMARY_POLL).toMatchObject({ pods: [] });
    const refused = await httpRequest(edges['edge-2']?.machine.host as RealMachine['host'], {
      target: { path: '/var/run/docker.sock' },
      path: `/v${REFUSED_API}/info`,
      component: 'curl',
    });
    const { message } = JSON.parse(await refused.text()) as { message: string };
    expect(message).toContain(`client version ${REFUSED_API} is too new`);
    const told = world.trace.of('cadvisor.factory').find(({ host }) => host === 'edge-2');
    expect(told?.detail).toMatchObject({ registered: false, error: expect.stringContaining(message) });
    const asked = world.trace.of('docker.request').filter(({ host }) => host === 'edge-2');
    expect(asked.map(({ detail }) => detail)).toContainEqual(
      expect.objectContaining({ apiVersion: REFUSED_API, path: '/info', status: 400, refused: 'too-new' }),
    );
  }, 90_000);

  it('lets the docker command look, and change nothing', async () => {
    const through = edges['edge-1']?.outsidePath;
    expect(await container.docker(['ps', '-q', '--no-trunc'], through)).toContain(container.id);
    await expect(container.docker(['rm', '-f', container.id], through)).rejects.toThrow(
      /passes only GET and HEAD to the real engine .*, not DELETE/,
    );
  });
});

import { createObjectStore, type ObjectStore, type Pod } from '@kubeedge-sim/cloud-sim';
import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { addressOfEdge, describeFoundingCluster, EDGE, EDGE_POD } from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';
import { startLocalCluster } from './local-cluster.ts';

/** One release that reports whole statuses, one that patches in base64, one that patches as text. */
const releases = ['v1.6.1', 'v1.11.2', 'v1.12.0', 'v1.12.1'];

describe('a pod that is bound to an edge', () => {
  test.each(releases)('of %s runs there, and its status comes back', async (tag) => {
    await inCluster(tag, async (cluster, store) => {
      store.put(boundPod());
      expect(await runs(cluster, store)).toBe(true);
      const { status } = found(store);
      const [container] = status.containerStatuses ?? [];
      expect(status).toMatchObject({ phase: 'Running', hostIP: addressOfEdge(EDGE) });
      expect(status.podIP).toMatch(/^172\.17\./);
      expect(status.podIPs).toEqual([{ ip: status.podIP }]);
      expect(status.conditions?.filter(({ type }) => type === 'Ready')).toMatchObject([{ status: 'True' }]);
      expect(container).toMatchObject({ name: 'web', image: 'nginx:1.21', ready: true, restartCount: 0 });
      expect(container?.containerID).toMatch(/^docker:\/\/[0-9a-f]{64}$/);
      expect(container?.state.running?.startedAt).toBe(status.startTime);
    });
  });

  test.each(releases)('of %s has a log, takes exec, and is counted', async (tag) => {
    await inCluster(tag, async (cluster, store) => {
      store.put(boundPod());
      await runs(cluster, store);
      // v1.12.0 reports another port than its tunnel's.
      if (tag === 'v1.12.0') return;
      const log = await cluster.kubectl(['logs', NAME, '--tail=1']);
      expect(log).toMatchObject({ exitCode: 0, stderr: '' });
      expect(log.stdout).toMatch(/^web of default\/given runs on edge-node-1, line \d+\n$/);
      await cluster.scrapes(4);
      const top = await cluster.kubectl(['top', 'pod', NAME]);
      expect(top.stdout).toMatch(/given +[1-9]\d*m +[1-9]\d*Mi/);
    });
  });

  test.each(releases)('of %s ends when it is deleted, and is gone', async (tag) => {
    await inCluster(tag, async (cluster, store) => {
      store.put(boundPod());
      await runs(cluster, store);
      const { metadata, ...rest } = found(store);
      const at = new Date(cluster.world.clock.now() + 30_000).toISOString();
      const deletion = { deletionTimestamp: at, deletionGracePeriodSeconds: 30 };
      store.put({ ...rest, metadata: { ...metadata, ...deletion } });
      expect(await gone(cluster, store)).toBe(true);
      await cluster.until('edged has forgotten it', () => states(cluster).includes('removed'), 30_000);
      expect(states(cluster)).toEqual(['running', 'killed', 'removed']);
      const left = await cluster.curl(EDGE, 'http://127.0.0.1:10350/pods');
      expect(left.stdout).not.toContain(UID);
    });
  });

  test('runs on after edgecore was restarted, with the same containers', async () => {
    await inCluster('v1.6.1', async (cluster, store) => {
      store.put(boundPod());
      await runs(cluster, store);
      const before = found(store).status.containerStatuses?.[0]?.containerID;
      await cluster.act({ do: 'restart', what: 'edgecore', node: EDGE });
      await cluster.world.clock.sleep(60_000);
      expect(found(store).status).toMatchObject({ phase: 'Running' });
      expect(found(store).status.containerStatuses?.[0]?.containerID).toBe(before);
    });
  });

  test('that is deleted by force is stopped as well', async () => {
    await inCluster('v1.6.1', async (cluster, store) => {
      store.put(boundPod());
      await runs(cluster, store);
      store.deletePod('default', NAME);
      await cluster.until('edged has forgotten it', () => states(cluster).includes('removed'), 30_000);
      const { stdout } = await cluster.curl(EDGE, 'http://127.0.0.1:10350/runningpods/');
      expect(stdout).not.toContain(UID);
    });
  });

  test('waits for an engine that refuses the runtime, and says why', async () => {
    await inCluster('v1.6.1', async (cluster, store) => {
      // Too new for what dockershim has settled on with the engine before.
      await cluster.act({ do: 'docker', node: EDGE, version: '29.0.0' });
      store.put(boundPod());
      await cluster.until('edged fails', () => states(cluster).includes('failed'), 60_000);
      const waiting = () => found(store).status.containerStatuses?.[0]?.state.waiting;
      await cluster.until('the cloud knows', () => waiting() !== undefined, 60_000);
      expect(found(store).status.phase).toBe('Pending');
      expect(waiting()).toMatchObject({
        reason: 'CreateContainerError',
        message: expect.stringMatching(/too old/),
      });
      await cluster.act({ do: 'docker', node: EDGE, version: '20.10.24' });
      expect(await runs(cluster, store)).toBe(true);
    });
  });

  test('that the machine was described with can be deleted, too', async () => {
    await inCluster('v1.6.1', async (cluster, store) => {
      const { metadata, ...rest } = store.pod(EDGE_POD.namespace, EDGE_POD.name) as Pod;
      const at = new Date(cluster.world.clock.now() + 30_000).toISOString();
      store.put({ ...rest, metadata: { ...metadata, deletionTimestamp: at } });
      const left = () => store.pod(EDGE_POD.namespace, EDGE_POD.name) === undefined;
      expect(await cluster.until('it is gone', left, 60_000)).toBe(true);
    });
  });
});

const NAME = 'given';
const UID = 'f0c9e4bb-0000-4000-8000-000000000001';

function boundPod(): Pod {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: NAME,
      namespace: 'default',
      selfLink: '',
      uid: UID,
      resourceVersion: '0',
      creationTimestamp: '2021-05-01T00:00:00Z',
      labels: { app: 'given' },
    },
    spec: {
      containers: [{ name: 'web', image: 'nginx:1.21', resources: {} }],
      restartPolicy: 'Always',
      nodeName: EDGE,
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

const found = (store: ObjectStore) => store.pod('default', NAME) as Pod;

const runs = (cluster: Cluster, store: ObjectStore) =>
  cluster.until('the pod runs', () => found(store).status.phase === 'Running', 60_000);

const gone = (cluster: Cluster, store: ObjectStore) =>
  cluster.until('the pod is gone', () => store.pod('default', NAME) === undefined, 60_000);

const states = ({ world }: Cluster) =>
  world.trace
    .of('edged.pod')
    .flatMap(({ detail }) => (detail.pod === `default/${NAME}` ? [detail.state] : []));

async function inCluster(
  tag: string,
  body: (cluster: Cluster, store: ObjectStore) => Promise<void>,
): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(async () => {
      const store = createObjectStore(() => world.clock.now());
      const description = describeFoundingCluster(
        { docker: '20.10.24', cloudcore: tag, edgecore: tag, metricsServer: 'v0.4.2' },
        world.clock.now(),
      );
      const cluster = world.own(await startLocalCluster(world, description, { store }));
      await world.clock.sleep(15_000);
      await body(cluster, store);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

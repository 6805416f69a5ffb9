import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import {
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, type KubeApiserver, kubeconfig, simToken, startKubeApiserver } from '../src/index.ts';

const NAMESPACE = 'default';

describe('@kubernetes/client-node', () => {
  let world: World;
  let apiserver: KubeApiserver;
  let core: CoreV1Api;
  let config: KubeConfig;

  beforeAll(async () => {
    world = await createLoopbackWorld();
    const master = world.net.host({ name: 'master', address: '10.0.0.2' });
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const issued = { commonName: 'kube-apiserver', ipAddresses: [master.address] };
    const certificate = await authority.issue(issued);
    apiserver = world.own(
      await startKubeApiserver(world, master, { certificate, clientRoots: [authority.certificate] }),
    );
    config = new KubeConfig();
    const { pem: authorityPem = '' } = authority.certificate;
    config.loadFromString(kubeconfig({ server: apiserver.url, authorityPem, token: simToken(world, ADMIN) }));
    core = config.makeApiClient(CoreV1Api);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  const pod = (name: string) => ({
    metadata: { name, labels: { app: 'web' } },
    spec: { nodeName: 'edge-1', containers: [{ name: 'web', image: 'nginx' }] },
  });

  it('creates, patches, replaces the status of, and deletes pods', async () => {
    const created = await core.createNamespacedPod({ namespace: NAMESPACE, body: pod('a') });
    expect(created.status?.phase).toBe('Pending');
    expect(created.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const body = { metadata: { labels: { tier: 'front' } } };
    const merge = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    const patched = await core.patchNamespacedPod({ name: 'a', namespace: NAMESPACE, body }, merge);
    expect(patched.metadata?.labels).toEqual({ app: 'web', tier: 'front' });
    patched.status = { phase: 'Running', podIP: '172.17.0.2' };
    const running = await core.replaceNamespacedPodStatus({ name: 'a', namespace: NAMESPACE, body: patched });
    expect(running.status?.phase).toBe('Running');
    const { items } = await core.listPodForAllNamespaces({ fieldSelector: 'spec.nodeName=edge-1' });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['a']);
    await core.deleteNamespacedPod({ name: 'a', namespace: NAMESPACE, gracePeriodSeconds: 0 });
    await expect(core.readNamespacedPod({ name: 'a', namespace: NAMESPACE })).rejects.toMatchObject({
      code: 404,
    });
  });

  it('keeps leases of nodes', async () => {
    const coordination = config.makeApiClient(CoordinationV1Api);
    const at = { namespace: 'kube-node-lease' };
    const body = {
      metadata: { name: 'edge-1' },
      spec: { holderIdentity: 'edge-1', leaseDurationSeconds: 40 },
    };
    const lease = await coordination.createNamespacedLease({ ...at, body });
    lease.spec = { holderIdentity: 'edge-2', leaseDurationSeconds: 40 };
    const { spec } = await coordination.replaceNamespacedLease({ ...at, name: 'edge-1', body: lease });
    expect(spec?.holderIdentity).toBe('edge-2');
    const stale = coordination.replaceNamespacedLease({ ...at, name: 'edge-1', body: lease });
    await expect(stale).rejects.toMatchObject({ code: 409 });
  });

  it('informs of pods, also when a watch has ended', async () => {
    const seen: string[] = [];
    const informer = makeInformer(config, `/api/v1/namespaces/${NAMESPACE}/pods?timeoutSeconds=1`, () =>
      core.listNamespacedPod({ namespace: NAMESPACE }),
    );
    informer.on('error', () => void informer.start());
    for (const event of ['add', 'update', 'delete'] as const)
      informer.on(event, ({ metadata }) => seen.push(`${event} ${metadata?.name}`));
    await core.createNamespacedPod({ namespace: NAMESPACE, body: pod('b') });
    await informer.start();
    await expect.poll(() => seen).toContain('add b');
    await core.createNamespacedPod({ namespace: NAMESPACE, body: pod('c') });
    await expect.poll(() => seen).toContain('add c');
    const body = [{ op: 'replace', path: '/metadata/labels/app', value: 'shop' }];
    await core.patchNamespacedPod({ name: 'c', namespace: NAMESPACE, body });
    await expect.poll(() => seen).toContain('update c');
    await core.deleteNamespacedPod({ name: 'c', namespace: NAMESPACE, gracePeriodSeconds: 0 });
    await expect.poll(() => seen).toContain('delete c');
    // The server ends each watch after a second; the client comes back with the version that it has seen.
    const watches = () =>
      world.trace.of('apiserver.request').filter(({ detail }) => detail.path.includes('watch=true'));
    await expect.poll(() => watches().length, { timeout: 10_000 }).toBeGreaterThan(2);
    await core.createNamespacedPod({ namespace: NAMESPACE, body: pod('d') });
    await expect.poll(() => seen, { timeout: 5_000 }).toContain('add d');
    expect(seen.filter((event) => event === 'add b')).toHaveLength(1);
    await informer.stop();
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ADMIN,
  type KubeApiserver,
  kubeconfig,
  type Node,
  type Pod,
  simToken,
  startKubeApiserver,
} from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, describe } from 'vitest';
import { testsOfTheBridge } from './bridge.contract.ts';
import { testsOfHardTimes } from './hard-times.contract.ts';

describe('up --kubeconfig at the simulated kube-apiserver', () => {
  let world: World;
  let folder: string;
  let face: KubeApiserver;
  const file = () => join(folder, 'kubeconfig');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-face-'));
    world = await createLoopbackWorld();
    const host = world.net.host({ name: 'cluster', address: '10.0.0.1' });
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: [host.address] });
    face = world.own(await startKubeApiserver(world, host, { certificate }));
    await writeFile(file(), kubeconfig({ server: face.url, token: simToken(world, ADMIN) }));
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  describe('that is well', () => testsOfTheBridge(file));
  describe('that is not', () =>
    testsOfHardTimes({
      kubeconfig: file,
      tag: 'v1.12.1',
      // Of the changes of a type it keeps the last 4096 to 8192.
      forget() {
        const { store } = face;
        const metadata = { name: 'other', namespace: 'default', uid: 'other', labels: {} };
        const pod = { kind: 'Pod', apiVersion: 'v1', metadata, spec: {}, status: {} } as unknown as Pod;
        const node = { kind: 'Node', apiVersion: 'v1', metadata, spec: {}, status: {} } as unknown as Node;
        for (let at = 0; at < 8_192; at++) {
          store.put(pod);
          store.put(node);
        }
        store.deletePod('default', 'other');
        store.deleteNode('other');
        return Promise.resolve();
      },
    }));
});

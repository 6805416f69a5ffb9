import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN, kubeconfig, simToken, startKubeApiserver } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, describe } from 'vitest';
import { testsOfTheBridge } from './bridge.contract.ts';

describe('up --kubeconfig at the simulated kube-apiserver', () => {
  let world: World;
  let folder: string;
  const file = () => join(folder, 'kubeconfig');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-face-'));
    world = await createLoopbackWorld();
    const host = world.net.host({ name: 'cluster', address: '10.0.0.1' });
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: [host.address] });
    const face = world.own(await startKubeApiserver(world, host, { certificate }));
    await writeFile(file(), kubeconfig({ server: face.url, token: simToken(world, ADMIN) }));
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  testsOfTheBridge(file);
});

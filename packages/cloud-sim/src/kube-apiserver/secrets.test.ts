import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { expect, it } from 'vitest';
import { startKubeApiserver } from './kube-apiserver.ts';
import { createObjectStore } from './object-store.ts';
import type { Table } from './table.ts';

const PATH = '/api/v1/namespaces/kubeedge/secrets';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

it('reads, lists and deletes Secrets', async () => {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const master = world.net.host({ name: 'master', address: '10.0.0.2' });
    const client = world.net.host({ name: 'laptop', address: '10.0.0.9' });
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'kube-apiserver' });
    const store = createObjectStore(() => world.clock.now());
    const { endpoint: target } = world.own(
      await startKubeApiserver(world, master, { certificate, store, anonymous: true }),
    );
    const ask = async (path: string, { method = 'GET', accept = '*/*' } = {}) => {
      const headers = { accept };
      const tls = { verify: false };
      const response = await httpRequest(client, { target, path, method, headers, tls, component: 'test' });
      return { status: response.status, json: JSON.parse(await response.text()) };
    };
    let made = 0;
    store.secrets.put('kubeedge', 'tokensecret', () => {
      made++;
      return { tokendata: Buffer.from('hash.a.b.c') };
    });
    store.secrets.put('default', 'other', () => ({}));
    expect(made).toBe(0);
    await world.clock.sleep(60_000);
    // kubectl get secret -n kubeedge tokensecret -o=jsonpath='{.data.tokendata}' | base64 -d
    const { json } = await ask(`${PATH}/tokensecret`);
    expect(Buffer.from(json.data.tokendata, 'base64').toString()).toBe('hash.a.b.c');
    expect(json).toMatchObject({ kind: 'Secret', apiVersion: 'v1', type: 'Opaque' });
    const table: Table = (await ask(PATH, { accept: TABLE })).json;
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Type', 'Data', 'Age']);
    expect(table.rows.map(({ cells }) => cells)).toEqual([['tokensecret', 'Opaque', 1, '60s']]);
    const one: Table = (await ask(`${PATH}/tokensecret`, { accept: TABLE })).json;
    expect(one.rows).toHaveLength(1);
    const all = (await ask('/api/v1/secrets')).json;
    expect(all.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      'other',
      'tokensecret',
    ]);
    expect(made).toBe(1);
    const version = Number(store.resourceVersion);
    expect((await ask(`${PATH}/tokensecret`, { method: 'DELETE' })).json).toMatchObject({
      status: 'Success',
    });
    expect(Number(store.resourceVersion)).toBe(version + 1);
    for (const method of ['GET', 'DELETE']) {
      const { status, json: failure } = await ask(`${PATH}/tokensecret`, { method });
      expect([status, failure.message]).toEqual([404, 'secrets "tokensecret" not found']);
    }
    expect(store.secrets.delete('kubeedge', 'tokensecret')).toBe(false);
  });
});

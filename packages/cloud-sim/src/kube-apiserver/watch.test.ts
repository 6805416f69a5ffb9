import { httpRequest } from '@kubeedge-sim/sim-kit';
import { expect, it } from 'vitest';
import { edgePod } from './cluster.test-support.ts';
import { buildPod } from './describe-cluster.ts';
import { startFace } from './face.test-support.ts';
import { pods } from './resource-types.ts';
import { ADMIN, simToken } from './sim-tokens.ts';
import { HISTORY_EVENTS } from './typed-objects.ts';

const PODS = '/api/v1/pods?watch=true&timeoutSeconds=5';

// biome-ignore lint/suspicious/noExplicitAny: events of any form
const brief = (events: any[]) =>
  events.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason}`);

it('begins with what there is, or behind a version', async () => {
  await using face = await startFace();
  const { apiserver, ask, events } = face;
  const before = apiserver.store.resourceVersion;
  expect(brief(events(await ask('GET', PODS)))).toEqual(['ADDED nginx-1']);
  expect(brief(events(await ask('GET', `${PODS}&resourceVersion=0`)))).toEqual(['ADDED nginx-1']);
  expect(events(await ask('GET', `${PODS}&resourceVersion=${before}`))).toEqual([]);
  apiserver.store.deletePod('default', 'nginx-1');
  const [deleted] = events(await ask('GET', `${PODS}&resourceVersion=${before}`));
  expect(deleted).toMatchObject({
    type: 'DELETED',
    object: { metadata: { resourceVersion: String(Number(before) + 1) } },
  });
});

it('tells those who see a selection what comes into it and goes out of it', async () => {
  await using face = await startFace();
  const { store } = face.apiserver;
  const version = store.resourceVersion;
  const put = (labels: Record<string, string>) => store.put(buildPod(edgePod(0, { name: 'a', labels })));
  put({ app: 'x' });
  put({ app: 'y' });
  put({ app: 'y', tier: '1' });
  put({ app: 'x' });
  store.deletePod('default', 'a');
  const answer = await face.ask('GET', `${PODS}&resourceVersion=${version}&labelSelector=app%3Dy`);
  const told = face.events(answer);
  expect(brief(told)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  // The last state that was seen, at the version at which it was seen no more.
  expect(told[2].object.metadata).toMatchObject({
    labels: { app: 'y', tier: '1' },
    resourceVersion: String(Number(version) + 4),
  });
});

it('says that a version is too old once its history has been forgotten', async () => {
  await using face = await startFace();
  const { store } = face.apiserver;
  const version = store.resourceVersion;
  for (let at = 0; at < 2 * HISTORY_EVENTS; at++) store.put(buildPod(edgePod(0)));
  const [error] = face.events(await face.ask('GET', `${PODS}&resourceVersion=${version}`));
  expect(error).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  expect(error.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
  const tooLarge = await face.ask('GET', '/api/v1/pods?resourceVersion=99999999');
  expect(tooLarge.json).toMatchObject({ code: 504, reason: 'Timeout' });
});

it('sends Tables and PartialObjectMetadata, the columns once', async () => {
  await using face = await startFace();
  const { store } = face.apiserver;
  const accept = (as: string) => ({
    accept: `application/json;as=${as};v=v1;g=meta.k8s.io,application/json`,
  });
  const { resourceVersion } = store;
  store.put(buildPod(edgePod(0, { name: 'a' })));
  store.put(buildPod(edgePod(0, { name: 'b' })));
  const path = `${PODS}&resourceVersion=${resourceVersion}`;
  const tables = face.events(await face.ask('GET', path, undefined, accept('Table')));
  expect(
    tables.map(({ object }) => [object.kind, object.columnDefinitions?.length, object.rows[0].cells[0]]),
  ).toEqual([
    ['Table', 9, 'a'],
    ['Table', undefined, 'b'],
  ]);
  const partial = face.events(await face.ask('GET', path, undefined, accept('PartialObjectMetadata')));
  expect(partial[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
  expect(partial[0].object.spec).toBeUndefined();
  const list = await face.ask('GET', '/api/v1/pods', undefined, accept('PartialObjectMetadataList'));
  expect(list.json.kind).toBe('PartialObjectMetadataList');
  expect(Object.keys(list.json.items[0])).toEqual(['kind', 'apiVersion', 'metadata']);
});

it('marks the end of what there was at first, where a release can', async () => {
  await using newest = await startFace({ version: 'v1.36.0' });
  const path = `${PODS}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
  const told = newest.events(await newest.ask('GET', path));
  expect(told.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
  expect(told[1].object.metadata).toMatchObject({
    annotations: { 'k8s.io/initial-events-end': 'true' },
    resourceVersion: newest.apiserver.store.resourceVersion,
  });
  const bare = await newest.ask('GET', `${PODS}&sendInitialEvents=true`);
  expect(bare.json.message).toContain(
    'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  );
  for (const [version, text] of [
    ['v1.19.8', 'resourceVersionMatch is forbidden for watch'],
    ['v1.33.1', 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'],
  ] as const) {
    await using old = await startFace({ version });
    expect((await old.ask('GET', path)).json).toMatchObject({
      code: 422,
      message: expect.stringContaining(text),
    });
  }
});

it('sends bookmarks to those who take them', async () => {
  await using face = await startFace();
  const path = '/api/v1/nodes?watch=true&timeoutSeconds=130&allowWatchBookmarks=true&resourceVersion=';
  const told = face.events(await face.ask('GET', `${path}${face.apiserver.store.resourceVersion}`));
  expect(told.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK']);
});

it('holds nothing back for a client that does not read', async () => {
  await using face = await startFace();
  const { world, client, apiserver, run } = face;
  const { store } = apiserver;
  await run(async () => {
    const response = await httpRequest(client, {
      target: apiserver.endpoint,
      path: `/api/v1/pods?watch=true&resourceVersion=${store.resourceVersion}`,
      headers: { authorization: `Bearer ${simToken(world, ADMIN)}` },
      tls: { verify: false },
      component: 'test',
    });
    // Nobody reads until the history has moved past the client's place.
    for (let at = 0; at < 3 * HISTORY_EVENTS; at++) store.put(buildPod(edgePod(0)));
    const lines = (await response.text()).trim().split('\n');
    expect(lines.length).toBeLessThan(HISTORY_EVENTS);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });
});

it('carries 10,000 updates in their order, without loss, and keeps a bounded history', async () => {
  await using face = await startFace();
  const { world, client, apiserver, run } = face;
  const { store } = apiserver;
  const from = Number(store.resourceVersion);
  const seen: number[] = [];
  await run(async () => {
    const response = await httpRequest(client, {
      target: apiserver.endpoint,
      path: `/api/v1/pods?watch=true&resourceVersion=${from}&timeoutSeconds=20`,
      headers: { authorization: `Bearer ${simToken(world, ADMIN)}` },
      tls: { verify: false },
      component: 'test',
    });
    const reading = response.text();
    for (let round = 0; round < 100; round++) {
      for (let at = 0; at < 100; at++) store.put(buildPod(edgePod(0, { name: `pod-${at}` })));
      await world.clock.sleep(100);
    }
    for (const line of (await reading).trim().split('\n'))
      seen.push(Number(JSON.parse(line).object.metadata.resourceVersion));
  });
  expect(seen).toEqual(Array.from({ length: 10_000 }, (_, at) => from + 1 + at));
  const kept = Number(store.resourceVersion) - store.of(pods).oldestVersion;
  expect(kept).toBeLessThanOrEqual(2 * HISTORY_EVENTS);
});

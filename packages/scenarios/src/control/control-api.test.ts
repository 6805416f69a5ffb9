import { describe, expect, test } from 'vitest';
import { lines, startTestApi } from './api.test-support.ts';

const post = (body: unknown) => ({ body });

describe('the control API', () => {
  test('shows the symptom, takes the cure and shows that it helped', async () => {
    await using api = await startTestApi();
    const created = await api.ask('POST', '/v1/worlds', post({ docker: '18.09.1', seed: 3 }));
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/v1/worlds/w1' },
      json: { id: 'w1', scenario: 'missing-pod-metrics', net: 'memory', seed: 3, edge: 'edge-node-1' },
    });
    const world = '/v1/worlds/w1';
    const pods = ['top', 'pod', 'nginx-7848d4b86f-x2wqz'];

    expect((await api.ask('POST', `${world}/kubectl`, post({ args: pods }))).json).toEqual({
      stdout: '',
      stderr:
        'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nginx-7848d4b86f-x2wqz" not found\n',
      exitCode: 1,
    });
    expect((await api.ask('POST', `${world}/diagnose`)).json).toMatchObject({
      outcome: 'symptom',
      causes: [{ id: 'engine-refuses-cadvisor', hop: 'docker', cures: ['docker', 'edgecore'] }],
    });
    expect((await api.ask('POST', `${world}/act`, post({ action: 'cure docker' }))).json).toEqual({
      done: ['docker edge-node-1 20.10.24', 'restart edgecore edge-node-1'],
    });
    await api.ask('POST', `${world}/settle`);
    expect((await api.ask('POST', `${world}/diagnose`)).json).toMatchObject({
      outcome: 'healthy',
      causes: [],
    });
    expect((await api.ask('POST', `${world}/kubectl`, post({ args: pods }))).json).toMatchObject({
      exitCode: 0,
    });

    expect(await api.ask('DELETE', world)).toMatchObject({ status: 204, body: '' });
    expect(await api.ask('GET', world)).toMatchObject({ status: 404, json: { code: 'no-such-world' } });
    expect(api.reported).toEqual([]);
  });

  test('refuses a cluster that would ask somebody outside of it', async () => {
    await using api = await startTestApi();
    const cluster = {
      extends: 'kubesphere-3.1.0',
      kubesphere: { version: 'v3.1.0', prometheus: 'http://192.0.2.1:9090' },
    };
    const refused = await api.ask('POST', '/v1/worlds', post({ net: 'loopback', cluster }));
    expect(refused).toMatchObject({ status: 422, json: { code: 'asks-outside' } });
    expect((await api.ask('GET', '/v1/worlds')).json).toEqual({ worlds: [] });
  });

  test('lists what there is', async () => {
    await using api = await startTestApi();
    const { json: scenarios } = await api.ask('GET', '/v1/scenarios');
    expect(scenarios).toMatchObject({
      scenarios: expect.arrayContaining([expect.objectContaining({ id: 'edgestream-disabled' })]),
    });
    const { json: faults } = await api.ask('GET', '/v1/faults');
    expect(faults).toMatchObject({
      faults: expect.arrayContaining([expect.objectContaining({ id: 'docker-18-09' })]),
    });
    await api.create({ settled: false, faults: ['dnat-rule-missing'] });
    await api.create({ settled: false, scenario: 'edgestream-disabled', without: true });
    expect((await api.ask('GET', '/v1/worlds')).json).toMatchObject({
      worlds: [
        { id: 'w1', faults: ['dnat-rule-missing'] },
        { id: 'w2', scenario: 'edgestream-disabled', faults: [] },
      ],
    });
    expect((await api.ask('GET', '/healthz')).json).toMatchObject({ status: 'ok', worlds: 2 });
  });

  test('lets time pass when told to, and in that world only', async () => {
    await using api = await startTestApi();
    const [one, other] = [await api.create({ settled: false }), await api.create({ settled: false })];
    const { nowMs } = (await api.ask('GET', one)).json;
    const advanced = await api.ask('POST', `${one}/advance`, post({ ms: 60_000 }));
    expect(advanced.json).toMatchObject({ nowMs: Number(nowMs) + 60_000 });
    expect((await api.ask('GET', one)).json).toMatchObject(advanced.json);
    expect((await api.ask('GET', other)).json).toMatchObject({ nowMs });
  });

  test('hands out the trace page by page, all or by kind and host', async () => {
    await using api = await startTestApi();
    const world = await api.create();
    const { lastEvent } = (await api.ask('GET', world)).json;
    const events: Record<string, unknown>[] = [];
    let next: string | undefined = `${world}/trace?limit=700`;
    while (next !== undefined) {
      const { body, headers } = await api.ask('GET', next);
      events.push(...lines(body));
      next = /^<(.+)>; rel="next"$/.exec(String(headers['link']))?.[1];
    }
    expect(events.map(({ id }) => id)).toEqual(
      Array.from({ length: Number(lastEvent) }, (_, index) => index + 1),
    );

    const since = Number(lastEvent) - 100;
    const later = lines((await api.ask('GET', `${world}/trace?since=${since}`)).body);
    expect(later.map(({ id }) => id)).toEqual(events.slice(since).map(({ id }) => id));
    const query = 'kind=cadvisor.factory&host=edge-node-1';
    const some = lines((await api.ask('GET', `${world}/trace?${query}`)).body);
    expect(some).toEqual(
      events.filter(({ kind, host }) => kind === 'cadvisor.factory' && host === 'edge-node-1'),
    );
    expect(some.length).toBeGreaterThan(0);
    expect((await api.ask('GET', `${world}/trace?since=99999999`)).body).toBe('');
  });

  test('hands out logs as klog writes them', async () => {
    await using api = await startTestApi();
    const world = await api.create();
    const { body, headers } = await api.ask('GET', `${world}/log?v=5`);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body).toContain('client version 1.40 is too new');
    expect((await api.ask('GET', `${world}/log?node=edge-node-1&component=edgecore`)).body).not.toContain(
      'too new',
    );
    expect((await api.ask('GET', `${world}/log?node=master-1&component=cloudcore`)).body).not.toBe('');
    const wrong = await api.ask('GET', `${world}/log?node=edge-node-9`);
    expect(wrong).toMatchObject({
      status: 422,
      json: { detail: expect.stringContaining('found only master-1') },
    });
  });

  test('passes GETs on to the API server of the world, with its statuses', async () => {
    await using api = await startTestApi();
    const world = await api.create();
    const nodes = await api.ask('GET', `${world}/proxy/apis/metrics.k8s.io/v1beta1/nodes`);
    expect(nodes).toMatchObject({ status: 200, json: { kind: 'NodeMetricsList' } });
    const summary = await api.ask(
      'GET',
      `${world}/proxy/api/v1/nodes/edge-node-1/proxy/stats/summary?only_cpu_and_memory=true`,
    );
    expect(JSON.parse(summary.body)).toMatchObject({ node: { nodeName: 'edge-node-1' }, pods: [] });
    expect(await api.ask('GET', `${world}/proxy/api/v1/nodes/edge-node-9`)).toMatchObject({
      status: 404,
      json: { kind: 'Status', reason: 'NotFound' },
    });
    expect(await api.ask('GET', `${world}/proxy/api/v1/nodes?watch=true`)).toMatchObject({
      status: 422,
      json: { code: 'no-watch' },
    });
    expect((await api.ask('POST', `${world}/proxy/api/v1/nodes`, post({}))).status).toBe(405);
  });

  test('answers for one world while another is at work', async () => {
    await using api = await startTestApi();
    const [busy, free] = [await api.create({ settled: false }), await api.create({ settled: false })];
    const order: string[] = [];
    const working = api
      .ask('POST', `${busy}/advance`, post({ ms: 1_200_000 }))
      .then(() => order.push('busy'));
    for (let asked = 0; asked < 5; asked++)
      await api.ask('POST', `${free}/kubectl`, post({ args: ['get', 'nodes'] }));
    order.push('free');
    await working;
    expect(order).toEqual(['free', 'busy']);
  });

  test('plays the requests of one world one after the other', async () => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    const { nowMs } = (await api.ask('GET', world)).json;
    const times = await Promise.all(
      [1_000, 2_000, 3_000].map(
        async (ms) => (await api.ask('POST', `${world}/advance`, post({ ms }))).json['nowMs'],
      ),
    );
    expect(Math.max(...times.map(Number))).toBe(Number(nowMs) + 6_000);
    expect(new Set(times).size).toBe(3);
  });

  test('goes on after an action that is refused', async () => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    const act = (action: string) => api.ask('POST', `${world}/act`, post({ action }));
    expect(await act('docker edge-node-9 20.10.24')).toMatchObject({
      status: 422,
      json: { code: 'refused' },
    });
    expect((await act('teleport edge-node-1')).json['detail']).toContain('the forms are');
    expect((await act('docker edge-node-1 99.1')).json['detail']).toContain('the nearest known are');
    expect((await act('cure hope')).json['detail']).toContain('there are docker, edgecore');
    expect((await act('dnat del 10350')).json).toEqual({ done: ['dnat del 10350'] });
  });

  test.for(['memory', 'loopback'])('ends a %s world at work: whoever waits for it is told', async (net) => {
    await using api = await startTestApi();
    const world = await api.create({ net, settled: false });
    const working = api.ask('POST', `${world}/advance`, post({ ms: 3_600_000 }));
    await expect.poll(async () => (await api.ask('GET', world)).status).toBe(200);
    expect((await api.ask('DELETE', world)).status).toBe(204);
    expect(await working).toMatchObject({ status: 409, json: { code: 'world-gone' } });
    expect(api.reported).toEqual([]);
  });

  test('gives real clients of a loopback world its endpoints, and reaches nothing else from its nodes', async () => {
    await using api = await startTestApi();
    const world = await api.create({ net: 'loopback', settled: false });
    const { endpoints } = (await api.ask('GET', world)).json as { endpoints: { apiserver: string } };
    const config = await api.ask('GET', `${world}/kubeconfig`);
    expect(config.body).toContain(`server: ${endpoints.apiserver}`);
    expect((await api.ask('GET', `${world}/proxy/version`)).json).toMatchObject({ major: '1' });
    for (const url of [
      `${api.url}/healthz`,
      'http://169.254.169.254/',
      'http://localhost:80/',
      'https://127.0.0.2:22/',
      'http://[::1]:22/',
      'http://0.0.0.0:22/',
    ]) {
      const { json } = await api.ask('POST', `${world}/curl`, post({ node: 'edge-node-1', url }));
      expect(json, url).toMatchObject({ stdout: '', exitCode: 7 });
    }
    const memory = await api.create({ settled: false });
    expect(await api.ask('GET', `${memory}/kubeconfig`)).toMatchObject({
      status: 409,
      json: { code: 'no-real-clients' },
    });
  });
});

describe('the limits of the control API', () => {
  test('bound the worlds, started ones and those being started', async () => {
    await using api = await startTestApi({ limits: { worldsMax: 2 } });
    const statuses = await Promise.all(
      [1, 2, 3].map(() => api.ask('POST', '/v1/worlds', post({ settled: false }))),
    );
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 429]);
    const refused = await api.ask('POST', '/v1/worlds', post({}));
    expect(refused).toMatchObject({ status: 429, json: { code: 'too-many-worlds' } });
    expect(refused.json['detail']).toContain('w1, w2');
    await api.ask('DELETE', '/v1/worlds/w1');
    expect((await api.ask('POST', '/v1/worlds', post({ settled: false }))).status).toBe(201);
    expect((await api.ask('POST', '/v1/worlds', post({ docker: '99' }))).status).toBe(429);
  });

  test('give a place back when a start fails', async () => {
    await using api = await startTestApi({ limits: { worldsMax: 1 } });
    expect((await api.ask('POST', '/v1/worlds', post({ docker: '99.1' }))).status).toBe(422);
    expect((await api.ask('POST', '/v1/worlds', post({ settled: false }))).status).toBe(201);
  });

  test('bound the requests of a world that wait, and leave other worlds alone', async () => {
    await using api = await startTestApi({ limits: { waitingMax: 2 } });
    const [busy, free] = [await api.create({ settled: false }), await api.create({ settled: false })];
    const answers = await Promise.all(
      [1, 2, 3].map(() => api.ask('POST', `${busy}/advance`, post({ ms: 60_000 }))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429]);
    expect((await api.ask('POST', `${free}/advance`, post({ ms: 1 }))).status).toBe(200);
  });

  test('answer in time even when the world does not', async () => {
    await using api = await startTestApi({ limits: { answerMs: 3_000 } });
    const world = await api.create({ net: 'loopback', settled: false });
    expect(await api.ask('POST', `${world}/advance`, post({ ms: 6_000 }))).toMatchObject({
      status: 504,
      json: { code: 'too-slow' },
    });
    expect((await api.ask('GET', world)).status).toBe(200);
    // A start that takes too long is broken off: nobody would learn the world's id.
    expect((await api.ask('POST', '/v1/worlds', post({ net: 'loopback' }))).status).toBe(504);
    expect((await api.ask('GET', '/healthz')).json).toMatchObject({ worlds: 1 });
    expect((await api.ask('POST', `${world}/advance`, post({ ms: 1 }))).status).toBe(200);
  });
});

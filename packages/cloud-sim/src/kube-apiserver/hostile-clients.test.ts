import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Answer, type Face, startFace } from './face.test-support.ts';

// Statuses and messages were compared with those of a kube-apiserver v1.32.10 that got the same requests.

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const NODE = '/api/v1/nodes/edge-node-1';
const merge = { 'content-type': 'application/merge-patch+json' };
const jsonPatch = { 'content-type': 'application/json-patch+json' };
const pod = (name: string, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'a', image: 'nginx' }] },
});
const failure = ({ status, json }: Answer) => `${status} ${json.kind} ${json.reason}: ${json.message}`;

async function withFace(body: (face: Face) => Promise<void>) {
  await using face = await startFace({ version: 'v1.32.10' });
  await body(face);
}

it('refuses members of a wrong type in the words of Go', () =>
  withFace(async ({ ask }) => {
    const cannot = (kind: string, what: string, field: string, type: string) =>
      `400 Status BadRequest: ${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${what} into Go ` +
      `struct field ${field} of type ${type}`;
    const configMap = (rest: object, ...words: [string, string, string]) =>
      [CONFIG_MAPS, { metadata: { name: 'a' }, ...rest }, cannot('ConfigMap', ...words)] as const;
    for (const [path, body, text] of [
      configMap({ metadata: { name: 5 } }, 'number', 'ObjectMeta.metadata.name', 'string'),
      configMap({ metadata: { generateName: 5 } }, 'number', 'ObjectMeta.metadata.generateName', 'string'),
      configMap({ metadata: { labels: 'x' } }, 'string', 'ObjectMeta.metadata.labels', 'map[string]string'),
      configMap({ metadata: { labels: { a: 1 } } }, 'number', 'ObjectMeta.metadata.labels', 'string'),
      configMap({ metadata: 'x' }, 'string', 'ConfigMap.metadata', 'v1.ObjectMeta'),
      configMap({ data: { a: 1 } }, 'number', 'ConfigMap.data', 'string'),
      [
        PODS,
        { metadata: { name: 'a' }, spec: { containers: 'x' } },
        cannot('Pod', 'string', 'PodSpec.spec.containers', '[]v1.Container'),
      ],
    ] as const)
      expect(failure(await ask('POST', path, body))).toBe(text);
    expect((await ask('PATCH', `${NODE}/status`, { status: { conditions: 'x' } }, merge)).status).toBe(422);
  }));

it('has whole objects whatever a client leaves out or sets to null', () =>
  withFace(async ({ ask, apiserver, world, run }) => {
    const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    expect((await ask('PATCH', NODE, { spec: null }, merge)).status).toBe(200);
    const status = {
      status: { conditions: [{ type: 'Other', status: 'True' }], addresses: null, nodeInfo: null },
    };
    expect((await ask('PATCH', `${NODE}/status`, status, merge)).status).toBe(200);
    expect((await ask('PATCH', `${PODS}/nginx-1/status`, { status: null }, merge)).status).toBe(200);
    for (const [path, body] of [
      ['/api/v1/namespaces/default/events', { metadata: { name: 'a' } }],
      ['/api/v1/namespaces/default/services', { metadata: { name: 'a' } }],
      ['/apis/apiregistration.k8s.io/v1/apiservices', { metadata: { name: 'v1.a' } }],
    ] as const) {
      await ask('POST', path, body);
      const shown = await ask('GET', path, undefined, table);
      expect([path, shown.status === 404 || shown.json.kind === 'Table']).toEqual([path, true]);
    }
    for (const path of ['/api/v1/nodes', PODS])
      expect((await ask('GET', path, undefined, table)).json.kind).toBe('Table');
    // Those that live in the same process go on with such a node, too.
    await run(async () => {
      expect(apiserver.store.heartbeat('edge-node-1')).toBe(true);
      await world.clock.sleep(1);
    });
    expect(failure(await ask('GET', `${NODE}/proxy/stats`))).toContain('no preferred addresses found');
  }));

it('refuses what a URL, a path to a kubelet or a table could not carry', () =>
  withFace(async ({ ask }) => {
    const label = 'a lowercase RFC 1123 label must consist of';
    const containers = (...names: string[]) => ({
      metadata: { name: 'p' },
      spec: { containers: names.map((name) => ({ name, image: 'i' })) },
    });
    for (const [path, body, text] of [
      [PODS, containers('../../exec/x'), label],
      [PODS, containers('a', 'a'), 'spec.containers[1].name: Duplicate value: "a"'],
      [
        PODS,
        { metadata: { name: 'p' }, spec: { containers: [null] } },
        'spec.containers[0].name: Required value',
      ],
      ['/api/v1/namespaces', { metadata: { name: 'a.b' } }, label],
      [CONFIG_MAPS, { metadata: { name: 'a'.repeat(254) } }, 'must be no more than 253 characters'],
      ['/api/v1/namespaces/default/events', { metadata: { name: 'a/b' } }, "may not contain '/'"],
      [
        CONFIG_MAPS,
        { metadata: { name: 'a', labels: { a: '/ /' } } },
        'a valid label must be an empty string',
      ],
      [CONFIG_MAPS, { metadata: { name: 'a', labels: { '-': 'a' } } }, 'name part must consist of'],
    ] as const) {
      const { status, json } = await ask('POST', path, body);
      expect([status, json.message]).toEqual([422, expect.stringContaining(text)]);
    }
    expect((await ask('PATCH', NODE, { metadata: { labels: { a: '-' } } }, merge)).status).toBe(422);
    expect(failure(await ask('GET', '/api/v1/nodes/a:b:c:d/proxy/'))).toBe(
      '400 Status BadRequest: invalid node request "a:b:c:d"',
    );
    expect((await ask('GET', '/api/v1/nodes/edge-node-1:99999/proxy/')).status).toBe(400);
  }));

it('lets nobody say of an object that it is to go but by deleting it', () =>
  withFace(async ({ ask }) => {
    const deletionTimestamp = '2020-01-01T00:00:00Z';
    const created = await ask('POST', PODS, pod('a', { deletionTimestamp, deletionGracePeriodSeconds: 0 }));
    expect(created.json.metadata.deletionTimestamp).toBeUndefined();
    for (const metadata of [{ deletionTimestamp }, { deletionGracePeriodSeconds: 0 }])
      expect(failure(await ask('PATCH', `${PODS}/a`, { metadata }, merge))).toContain('field is immutable');
    expect((await ask('GET', `${PODS}/a`)).status).toBe(200);
    expect(failure(await ask('PATCH', `${PODS}/a`, { metadata: { name: 'b' } }, merge))).toBe(
      '400 Status BadRequest: the name of the object (b) does not match the name on the URL (a)',
    );
  }));

it('deletes as it is asked to, or not at all', () =>
  withFace(async ({ ask }) => {
    const there = async () => (await ask('GET', `${CONFIG_MAPS}/a`)).status;
    await ask('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    expect(failure(await ask('DELETE', `${CONFIG_MAPS}/a?gracePeriodSeconds=abc`))).toBe(
      '400 Status BadRequest: strconv.ParseInt: parsing "abc": invalid syntax',
    );
    for (const body of ['x', [], { dryRun: 'All' }, { gracePeriodSeconds: 1e300 }, { preconditions: 'x' }])
      expect((await ask('DELETE', `${CONFIG_MAPS}/a`, body)).status).toBe(400);
    expect((await ask('DELETE', `${CONFIG_MAPS}/a`, { dryRun: ['Some'] })).status).toBe(422);
    expect((await ask('DELETE', `${CONFIG_MAPS}/a?dryRun=All`)).status).toBe(200);
    expect(await there()).toBe(200);
    expect((await ask('DELETE', `${CONFIG_MAPS}/a`, null)).status).toBe(200);
    expect(await there()).toBe(404);
  }));

it('takes no dry run for a real one', () =>
  withFace(async ({ ask, apiserver }) => {
    const { json } = await ask('POST', `${CONFIG_MAPS}?dryRun=Al`, { metadata: { name: 'a' } });
    expect(json.message).toBe(
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Al"}: supported values: "All"',
    );
    expect(
      (await ask('POST', `${CONFIG_MAPS}?dryRun=All&dryRun=All`, { metadata: { name: 'a' } })).status,
    ).toBe(201);
    expect((await ask('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
    await ask('POST', PODS, pod('a'));
    const binding = { metadata: { name: 'a' }, target: { kind: 'Node', name: 'edge-node-1' } };
    expect((await ask('POST', `${PODS}/a/binding?dryRun=All`, binding)).status).toBe(201);
    expect(apiserver.store.pod('default', 'a')?.spec.nodeName).toBeUndefined();
    const other = { ...binding, metadata: { name: 'b' } };
    expect(failure(await ask('POST', `${PODS}/a/binding`, other))).toContain(
      'name in URL does not match name',
    );
    expect((await ask('POST', `${PODS}/a/binding`, { target: { name: 5 } })).status).toBe(400);
  }));

it('refuses JSON patches that are none, that do not fit, or that would fill the memory', () =>
  withFace(async ({ ask }) => {
    await ask('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { a: '1' } });
    const patch = async (body: unknown) => (await ask('PATCH', `${CONFIG_MAPS}/a`, body, jsonPatch)).status;
    for (const body of [{}, 'x', [1]]) expect(await patch(body)).toBe(400);
    for (const operation of [
      null,
      { op: 'nope', path: '/a' },
      { op: 'remove' },
      { op: 'add', path: 'data/b', value: '1' },
      { op: 'copy', path: '/data/b' },
      { op: 'remove', path: '/data/b' },
    ])
      expect([operation, await patch([operation])]).toEqual([operation, 422]);
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }));
    expect(await patch(many)).toBe(413);
    // Each copies the whole into itself: 25 of them would be 32 million members.
    const doubling = Array.from({ length: 25 }, (_, at) => ({ op: 'copy', from: '/x', path: `/x/${at}` }));
    expect(await patch([{ op: 'add', path: '/x', value: {} }, ...doubling])).toBe(422);
    expect(await patch([{ op: 'replace', path: '/data/b', value: '2' }])).toBe(200);
  }));

it('reads the parameters of a list as Go does', () =>
  withFace(async ({ ask }) => {
    const status = async (query: string) => (await ask('GET', `${PODS}?${query}`)).status;
    expect(
      await status('labelSelector=a&labelSelector=b&fieldSelector=metadata.name%3Da&fieldSelector=b'),
    ).toBe(200);
    expect(await status('watch=true&timeoutSeconds=abc')).toBe(400);
    expect(await status('limit=abc')).toBe(400);
    expect(await status('continue=abc')).toBe(400);
    expect(await status('resourceVersionMatch=Exact')).toBe(422);
    expect(await status('resourceVersionMatch=Exact&resourceVersion=0')).toBe(422);
    expect(await status('resourceVersionMatch=Some&resourceVersion=1')).toBe(422);
    expect(await status('sendInitialEvents=true')).toBe(422);
    // There is no history to make an old list of.
    expect(await status('resourceVersionMatch=Exact&resourceVersion=1')).toBe(410);
    expect(await status('labelSelector=app%20in(nginx)')).toBe(200);
    const watched = await ask('GET', `${PODS}?watch&timeoutSeconds=1`);
    expect(JSON.parse(watched.text.split('\n', 1)[0] ?? '').type).toBe('ADDED');
  }));

it('answers what nobody serves, and methods that nobody takes, with a Status', () =>
  withFace(async ({ ask }) => {
    const unknown = '404 Status NotFound: the server could not find the requested resource';
    for (const path of [
      '/api/v1/foos',
      `${PODS}/nginx-1/foo`,
      '/apis/coordination.k8s.io/v9/leases',
      '/api/v2',
    ])
      expect(failure(await ask('GET', path))).toBe(unknown);
    for (const path of ['/foo', '/apis/nobody/v1'])
      expect((await ask('GET', path)).text).toBe('404 page not found\n');
    for (const path of ['/api/', '/apis/', '/api/v1/', `${PODS}/`])
      expect((await ask('GET', path)).status).toBe(200);
    for (const path of [PODS, `${PODS}/nginx-1`]) expect((await ask('HEAD', path)).status).toBe(405);
    expect((await ask('OPTIONS', PODS)).json.reason).toBe('MethodNotAllowed');
    expect((await ask('GET', '/api/v1/%zz')).text).toBe('400 Bad Request\n');
    // Authorization reads a path that is none of a URL, too.
    expect((await ask('GET', '//', undefined, { authorization: '' })).status).toBe(403);
  }));

it('keeps the text of a Secret as bytes, and refuses what are none', () =>
  withFace(async ({ ask }) => {
    const path = '/api/v1/namespaces/default/secrets';
    const { json } = await ask('POST', path, {
      metadata: { name: 'a' },
      data: { b: 'eQ==' },
      stringData: { a: 'x' },
    });
    expect(json).toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'eQ==' } });
    expect(json.stringData).toBeUndefined();
    expect(failure(await ask('POST', path, { metadata: { name: 'b' }, data: { a: '!' } }))).toBe(
      '400 Status BadRequest: Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
    );
  }));

it('answers no review that names nobody', () =>
  withFace(async ({ ask }) => {
    const tokens = '/apis/authentication.k8s.io/v1/tokenreviews';
    for (const spec of [null, {}, { token: 5 }, { token: '' }])
      expect((await ask('POST', tokens, { spec })).status).toBe(400);
    const access = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    for (const spec of [null, {}, { resourceAttributes: { verb: 'get' } }, { user: 'jo' }])
      expect((await ask('POST', access, { spec })).status).toBe(422);
  }));

it('changes a pod of the simulator as it does one of a client', () =>
  withFace(async ({ ask }) => {
    const { json: before } = await ask('GET', `${PODS}/nginx-1`);
    const labels = { metadata: { labels: { tier: 'front' } } };
    expect((await ask('PATCH', `${PODS}/nginx-1`, labels, merge)).json.metadata.labels.tier).toBe('front');
    const { json: same } = await ask('PATCH', '/api/v1/nodes/master', {}, merge);
    expect(same.metadata.resourceVersion).toBe(
      (await ask('GET', '/api/v1/nodes/master')).json.metadata.resourceVersion,
    );
    expect(before.metadata.labels.tier).toBeUndefined();
  }));

it('never answers with anything but a Status, whatever it is sent', () =>
  withFace(async ({ ask }) => {
    await ask('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const value = fc.jsonValue({ maxDepth: 3 });
    const member = fc.constantFrom(
      'metadata',
      'spec',
      'status',
      'data',
      'kind',
      'involvedObject',
      'target',
      'type',
    );
    const inner = fc.constantFrom(
      'name',
      'labels',
      'containers',
      'conditions',
      'addresses',
      'ports',
      'finalizers',
    );
    const body = fc.dictionary(member, fc.oneof(value, fc.dictionary(inner, value)));
    const where = fc.constantFrom(
      ...(['configmaps', 'pods', 'events', 'services', 'secrets', 'endpoints'] as const).map(
        (plural) => ['POST', `/api/v1/namespaces/default/${plural}`] as const,
      ),
      ...(['/api/v1/nodes', '/api/v1/namespaces'] as const).map((path) => ['POST', path] as const),
      ['PATCH', `${CONFIG_MAPS}/a`] as const,
      ['PATCH', `${NODE}/status`] as const,
      ['PATCH', `${PODS}/nginx-1/status`] as const,
      ['DELETE', `${CONFIG_MAPS}/none`] as const,
    );
    await fc.assert(
      fc.asyncProperty(where, body, async ([method, path], sent) => {
        const { status, json } = await ask(method, path, sent, method === 'PATCH' ? merge : {});
        expect(status).toBeLessThan(500);
        if (status >= 400) expect(json.kind).toBe('Status');
      }),
      { numRuns: 300 },
    );
    const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    for (const plural of [
      'nodes',
      'pods',
      'events',
      'services',
      'secrets',
      'endpoints',
      'configmaps',
      'namespaces',
    ])
      expect((await ask('GET', `/api/v1/${plural}`, undefined, table)).json.kind).toBe('Table');
  }));

import { expect, it } from 'vitest';
import { type Answer, type Face, startFace } from './face.test-support.ts';
import { pods } from './resource-types.ts';

const PODS = '/api/v1/namespaces/default/pods';
const web = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx:1.19', env: [{ name: 'A', value: '1' }] }] },
};
const failure = ({ json }: Answer) => `${json.code} ${json.reason}: ${json.message}`;

async function withFace(body: (face: Face) => Promise<void>, version = 'v1.19.8') {
  await using face = await startFace({ version });
  await body(face);
}

it('creates a pod as upstream would have it, binds it, and lets its node end it', () =>
  withFace(async ({ ask, apiserver }) => {
    const created = await ask('POST', PODS, web);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      metadata: { name: 'web', namespace: 'default', selfLink: `${PODS}/web` },
      spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'IfNotPresent', resources: {} }] },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
    const binding = { target: { kind: 'Node', name: 'edge-node-1' } };
    expect((await ask('POST', `${PODS}/web/binding`, binding)).status).toBe(201);
    expect(failure(await ask('POST', `${PODS}/web/binding`, binding))).toBe(
      '409 Conflict: Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "edge-node-1"',
    );
    expect(apiserver.store.podsOn('edge-node-1').map(({ metadata }) => metadata.name)).toContain('web');
    const deleted = await ask('DELETE', `${PODS}/web`, { gracePeriodSeconds: 20 });
    expect(deleted.json.metadata).toMatchObject({ deletionGracePeriodSeconds: 20 });
    expect((await ask('GET', `${PODS}/web`)).status).toBe(200);
    expect((await ask('DELETE', `${PODS}/web`, { gracePeriodSeconds: 0 })).status).toBe(200);
    expect((await ask('GET', `${PODS}/web`)).status).toBe(404);
  }));

it('refuses in the words of upstream', () =>
  withFace(async ({ ask }) => {
    await ask('POST', PODS, web);
    const refusals: [string, string, unknown, string][] = [
      ['POST', PODS, web, '409 AlreadyExists: pods "web" already exists'],
      [
        'POST',
        PODS,
        { ...web, metadata: {} },
        '422 Invalid: Pod "" is invalid: metadata.name: Required value: name or generateName is required',
      ],
      [
        'POST',
        PODS,
        { metadata: { name: 'a' }, spec: {} },
        '422 Invalid: Pod "a" is invalid: spec.containers: Required value',
      ],
      ['POST', '/api/v1/namespaces/nowhere/pods', web, '404 NotFound: namespaces "nowhere" not found'],
      [
        'POST',
        PODS,
        { ...web, kind: 'Node' },
        '400 BadRequest: Node in version "v1" cannot be handled as a Pod',
      ],
      [
        'PUT',
        `${PODS}/web`,
        { ...web, metadata: { name: 'web', resourceVersion: '1' } },
        '409 Conflict: Operation cannot be fulfilled on pods "web": the object has been modified; please apply your ' +
          'changes to the latest version and try again',
      ],
      ['PUT', `${PODS}/nope`, { ...web, metadata: { name: 'nope' } }, '404 NotFound: pods "nope" not found'],
      [
        'DELETE',
        `${PODS}/web`,
        { preconditions: { uid: 'other' } },
        expect.stringContaining(
          '409 Conflict: Operation cannot be fulfilled on pods "web": Precondition failed: UID',
        ),
      ],
      [
        'PUT',
        `${PODS}/web`,
        { ...web, spec: { ...web.spec, hostNetwork: true } },
        expect.stringContaining(
          '422 Invalid: Pod "web" is invalid: spec: Forbidden: pod updates may not change',
        ),
      ],
      ['DELETE', '/api/v1/namespaces/kube-system', undefined, expect.stringContaining('403 Forbidden')],
    ];
    for (const [method, path, body, text] of refusals)
      expect(failure(await ask(method, path, body))).toEqual(text);
    expect((await ask('GET', '/api/v1/namespaces/default/nodes')).status).toBe(404);
    expect((await ask('POST', PODS, web, { 'content-type': 'application/yaml' })).status).toBe(415);
    expect((await ask('POST', PODS, web, { 'content-type': 'text/plain' })).json.reason).toBe(
      'UnsupportedMediaType',
    );
  }));

it('names what is to have a generated name, and writes nothing in a dry run', () =>
  withFace(async ({ ask }) => {
    const named = await ask('POST', PODS, { ...web, metadata: { generateName: 'web-' } });
    expect(named.json.metadata.name).toMatch(/^web-[b-z2-9]{5}$/);
    expect((await ask('POST', `${PODS}?dryRun=All`, web)).status).toBe(201);
    expect((await ask('GET', `${PODS}/web`)).status).toBe(404);
  }));

it('patches by JSON patch, merge patch and strategic merge', () =>
  withFace(async ({ ask }) => {
    await ask('POST', PODS, web);
    const patch = (type: string, body: unknown, path = `${PODS}/web`) =>
      ask('PATCH', path, body, { 'content-type': `application/${type}` });
    const add = [{ op: 'add', path: '/metadata/labels/tier', value: 'front' }];
    expect((await patch('json-patch+json', add)).json.metadata.labels).toEqual({ app: 'web', tier: 'front' });
    const merged = await patch('merge-patch+json', { metadata: { labels: { tier: null } } });
    expect(merged.json.metadata.labels).toEqual({ app: 'web' });
    const image = { spec: { containers: [{ name: 'web', image: 'nginx:1.20' }] } };
    const { json } = await patch('strategic-merge-patch+json', image);
    expect(json.spec.containers).toMatchObject([{ name: 'web', image: 'nginx:1.20', env: [{ name: 'A' }] }]);
    expect((await patch('json-patch+json', [{ op: 'test', path: '/kind', value: 'Node' }])).status).toBe(422);
    expect((await patch('apply-patch+yaml', {})).status).toBe(415);
    // Nothing changes, so no new version.
    const again = await patch('strategic-merge-patch+json', image);
    expect(again.json.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
    const conditions = { status: { conditions: [{ type: 'DiskPressure', status: 'False' }] } };
    const node = await patch('strategic-merge-patch+json', conditions, '/api/v1/nodes/edge-node-1/status');
    expect(node.json.status.conditions.map(({ type }: { type: string }) => type)).toEqual([
      'Ready',
      'DiskPressure',
    ]);
    // Without the subresource a status stays as it is.
    const ignored = await patch(
      'merge-patch+json',
      { status: { conditions: [] } },
      '/api/v1/nodes/edge-node-1',
    );
    expect(ignored.json.status.conditions).toHaveLength(2);
  }));

it('keeps what has a finalizer until that is gone', () =>
  withFace(async ({ ask, apiserver }) => {
    await ask('POST', PODS, { ...web, metadata: { name: 'web', finalizers: ['a/b'] } });
    expect((await ask('DELETE', `${PODS}/web`)).json.metadata.deletionTimestamp).toBeDefined();
    const merge = { 'content-type': 'application/merge-patch+json' };
    await ask('PATCH', `${PODS}/web`, { metadata: { finalizers: null } }, merge);
    expect(apiserver.store.of(pods).get('web', 'default')).toBeUndefined();
  }));

it('creates leases by PUT, and takes no later one without a version', () =>
  withFace(async ({ ask }) => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/edge-node-1';
    const lease = { metadata: { name: 'edge-node-1' }, spec: { holderIdentity: 'edge-node-1' } };
    expect((await ask('PUT', path, lease)).status).toBe(201);
    expect(failure(await ask('PUT', path, lease))).toBe(
      '422 Invalid: Lease.coordination.k8s.io "edge-node-1" is invalid: metadata.resourceVersion: Invalid value: 0x0: ' +
        'must be specified for an update',
    );
  }));

it('serves a type that is registered later, with its own discovery and printer', () =>
  withFace(async ({ ask, apiserver }) => {
    const rules = apiserver.store.register({
      group: 'edge.example.com',
      version: 'v1',
      plural: 'rules',
      kind: 'Rule',
      namespaced: true,
    });
    rules.put({ metadata: { name: 'a', namespace: 'kubeedge' } });
    const { json } = await ask('GET', '/apis/edge.example.com/v1/rules');
    expect(json).toMatchObject({
      kind: 'RuleList',
      apiVersion: 'edge.example.com/v1',
      items: [{ metadata: { name: 'a' } }],
    });
    expect((await ask('GET', '/apis/edge.example.com/v1')).json.resources[0].kind).toBe('Rule');
    const merge = { 'content-type': 'application/strategic-merge-patch+json' };
    const path = '/apis/edge.example.com/v1/namespaces/kubeedge/rules/a';
    expect((await ask('PATCH', path, {}, merge)).status).toBe(415);
    expect((await ask('GET', `${path}?fieldSelector=x`)).status).toBe(200);
    expect(failure(await ask('GET', '/apis/edge.example.com/v1/rules?fieldSelector=spec.x%3D1'))).toBe(
      '400 BadRequest: "spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  }));

it('speaks as its release does', () =>
  withFace(async ({ ask }) => {
    expect((await ask('GET', '/api/v1/nodes/master')).json.metadata.selfLink).toBeUndefined();
    expect((await ask('GET', '/apis/authentication.k8s.io/v1beta1')).status).toBe(404);
    const bad = await ask('POST', PODS, { ...web, metadata: { name: 'Web' } });
    expect(bad.json.message).toContain('a lowercase RFC 1123 subdomain must consist of');
  }, 'v1.32.10'));

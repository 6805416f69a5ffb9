import { expect, it } from 'vitest';
import { createAuthenticator } from './authentication.ts';
import { startFakeKubelet } from './cluster.test-support.ts';
import { startFace } from './face.test-support.ts';
import { ADMIN, serviceAccount, simToken } from './sim-tokens.ts';

const NOBODY = { authorization: '' };

it('refuses those who show nothing, as upstream refuses the anonymous', async () => {
  await using face = await startFace();
  const refusal = async (method: string, path: string) => {
    const { json } = await face.ask(method, path, undefined, NOBODY);
    return `${json.code} ${json.reason}: ${json.message}`;
  };
  const who = 'User "system:anonymous" cannot';
  expect(await refusal('GET', '/api/v1/nodes')).toBe(
    `403 Forbidden: nodes is forbidden: ${who} list resource "nodes" in API group "" at the cluster scope`,
  );
  expect(await refusal('GET', '/api/v1/namespaces/default/pods/a/log')).toBe(
    `403 Forbidden: pods "a" is forbidden: ${who} get resource "pods/log" in API group "" in the namespace "default"`,
  );
  expect(await refusal('DELETE', '/apis/coordination.k8s.io/v1/namespaces/x/leases/a')).toBe(
    `403 Forbidden: leases.coordination.k8s.io "a" is forbidden: ${who} delete resource "leases" in API group ` +
      '"coordination.k8s.io" in the namespace "x"',
  );
  expect(await refusal('GET', '/apis')).toBe(`403 Forbidden: forbidden: ${who} get path "/apis"`);
  for (const path of ['/healthz', '/readyz', '/version'])
    expect((await face.ask('GET', path, undefined, NOBODY)).status).toBe(200);
  const wrong = await face.ask('GET', '/api', undefined, { authorization: 'Bearer wrong' });
  expect(wrong.json).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
});

it('lets the anonymous in where that is asked for', async () => {
  await using face = await startFace({ anonymous: true });
  expect((await face.ask('GET', '/api/v1/nodes', undefined, NOBODY)).status).toBe(200);
  expect(
    (await face.ask('GET', '/api/v1/nodes', undefined, { authorization: 'Bearer anonymous' })).status,
  ).toBe(200);
  expect((await face.ask('GET', '/api/v1/nodes', undefined, { authorization: 'Bearer wrong' })).status).toBe(
    401,
  );
});

it('answers reviews of tokens and of access', async () => {
  await using face = await startFace({ tokens: { secret: { name: 'jo', groups: ['dev'] } } });
  const review = async (token: string) =>
    (await face.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })).json.status;
  expect(await review('secret')).toEqual({
    authenticated: true,
    user: { username: 'jo', groups: ['dev', 'system:authenticated'] },
  });
  expect(await review('wrong')).toEqual({ user: {} });
  const account = serviceAccount('kube-system', 'metrics-server');
  expect((await review(simToken(face.world, account))).user.groups).toContain(
    'system:serviceaccounts:kube-system',
  );
  const access = async (user: string) =>
    (
      await face.ask('POST', '/apis/authorization.k8s.io/v1beta1/subjectaccessreviews', {
        spec: { user, resourceAttributes: { verb: 'get', resource: 'pods' } },
      })
    ).json.status.allowed;
  expect(await access('jo')).toBe(true);
  expect(await access('system:anonymous')).toBe(false);
});

it('knows client certificates by their authority', async () => {
  await using face = await startFace();
  const { world } = face;
  const authority = await face.run(() => world.net.authority({ commonName: 'clients' }));
  const { userOf } = createAuthenticator(world, { clientRoots: [authority.certificate] });
  const shows = (peerCertificate: unknown) =>
    userOf({ headers: {}, raw: { socket: { peerCertificate } } } as unknown as Parameters<typeof userOf>[0]);
  const stranger = await face.run(() => world.net.authority({ commonName: 'strangers' }));
  const subject = { commonName: ADMIN, organization: 'system:masters' };
  expect(shows(await face.run(() => authority.issue(subject)))).toEqual({
    name: ADMIN,
    groups: ['system:masters', 'system:authenticated'],
  });
  expect(shows(await face.run(() => stranger.issue(subject)))).toBeUndefined();
  expect(shows(undefined)?.name).toBe('system:anonymous');
});

it('tells servers behind it who asks, and whom to believe', async () => {
  await using setup = await startFace();
  const authority = await setup.run(() => setup.world.net.authority({ commonName: 'front-proxy-ca' }));
  const certificate = await setup.run(() => authority.issue({ commonName: 'front-proxy-client' }));
  await using face = await startFace({
    frontProxy: { authority: authority.certificate, certificate },
    apiServices: [
      { group: 'metrics.k8s.io', version: 'v1beta1', endpoint: { address: '10.0.0.3', port: 4443 } },
    ],
  });
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  expect((await face.ask('GET', path)).json.data).toMatchObject({
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
  const services = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io';
  const behind = face.world.net.host({ name: 'metrics', address: '10.0.0.3' });
  expect((await face.ask('GET', '/apis/metrics.k8s.io/v1beta1')).status).toBe(503);
  expect((await face.ask('GET', services)).json.status.conditions[0]).toMatchObject({
    status: 'False',
    reason: 'FailedDiscoveryCheck',
  });
  const seen = await face.run(() => startFakeKubelet(face.world, behind, { port: 4443, body: () => '{}' }));
  const forged = {
    'x-remote-user': 'root',
    'x-remote-group': 'system:masters',
    'x-forwarded-for': '192.0.2.1',
    // What a client says of its own connection ends with that, and says nothing of what comes from here.
    connection: 'x-once, x-remote-user',
    'x-once': 'a',
  };
  expect((await face.ask('GET', '/apis/metrics.k8s.io/v1beta1', undefined, forged)).status).toBe(200);
  expect(seen[0]?.headers).toMatchObject({
    'x-remote-user': ADMIN,
    'x-remote-group': 'system:masters, system:authenticated',
    'x-forwarded-for': '192.0.2.1, 10.0.0.9',
  });
  expect(seen[0]?.headers['x-once']).toBeUndefined();
  expect((await face.ask('GET', services)).json.status.conditions[0]).toMatchObject({ status: 'True' });
});

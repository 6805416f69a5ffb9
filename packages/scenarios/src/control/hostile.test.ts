import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startTestApi } from './api.test-support.ts';
import { operations } from './operations.ts';

const json = { 'content-type': 'application/json' };

/** Sends bytes as they are and returns all that comes back until the server closes. */
async function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(bytes);
  return await text(socket);
}

describe('hostile input to the control API', () => {
  test.for<[string, number, string, string | Uint8Array]>([
    ['an unknown key', 400, 'Found "docer"', '{"docer":"18.09.1"}'],
    ['a key of prototypes', 400, 'as JSON', '{"__proto__":{"docker":"18.09.1"}}'],
    ['a constructor', 400, 'as JSON', '{"constructor":{"prototype":{"seed":7}}}'],
    ['a string for a number', 400, 'at /seed', '{"seed":"1"}'],
    ['a number that is none', 400, 'as JSON', '{"seed":NaN}'],
    ['an absurd number', 400, 'at /seed', '{"seed":1e300}'],
    ['a number below', 400, 'at /seed', '{"seed":-1}'],
    ['another net', 400, 'memory, loopback', '{"net":"internet"}'],
    ['a list', 400, 'must be object', '[]'],
    ['nothing but null', 400, 'must be object', 'null'],
    ['too many faults', 400, 'at /faults', JSON.stringify({ faults: Array(33).fill('docker-29') })],
    ['a name as long as a book', 400, 'at /scenario', JSON.stringify({ scenario: 'x'.repeat(50_000) })],
    ['a path for a name', 422, 'Looked for scenario', '{"scenario":"../../etc/passwd"}'],
    ['a version that is none', 422, 'Docker engine', '{"docker":"%24{jndi:ldap://x}"}'],
    ['half of it', 400, 'as JSON', '{"docker":'],
    ['nothing', 400, 'as JSON', ''],
    ['bytes that are no UTF-8', 400, 'UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d)],
    ['nesting without end', 400, 'must be', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['nesting in a place', 400, 'at /faults', `{"faults":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`],
    ['too much of it', 413, '--max-body-kb', JSON.stringify({ scenario: 'x'.repeat(70_000) })],
  ])('%s is refused with %i', async ([, status, words, body]) => {
    await using api = await startTestApi();
    const answer = await api.ask('POST', '/v1/worlds', { body });
    expect(answer).toMatchObject({ status, json: { status, detail: expect.stringContaining(words) } });
    expect((await api.ask('GET', '/healthz')).json).toMatchObject({ worlds: 0 });
    expect(api.reported).toEqual([]);
  });

  test.for<[string, string, number, unknown]>([
    ['advance', 'a thousand million milliseconds', 400, { ms: 1e9 }],
    ['advance', 'time backwards', 400, { ms: -1 }],
    ['advance', 'no time at all', 400, {}],
    ['advance', 'a time in words', 400, { ms: '1000' }],
    ['act', 'nothing to do', 400, {}],
    ['act', 'two things at once', 400, { action: 'cure docker', words: ['cure', 'docker'] }],
    ['act', 'an action that is none', 422, { action: 'rm -rf /' }],
    ['act', 'blanks', 422, { action: '   ' }],
    ['act', 'a port that is none', 422, { action: 'edgedport edge-node-1 99999' }],
    ['act', 'a prototype for a verb', 422, { words: ['__proto__', 'constructor'] }],
    ['kubectl', 'arguments that are no strings', 400, { args: [1] }],
    ['kubectl', 'too many arguments', 400, { args: Array(65).fill('-A') }],
    ['curl', 'a file', 422, { node: 'edge-node-1', url: 'file:///etc/passwd' }],
    ['curl', 'no URL', 422, { node: 'edge-node-1', url: 'not a url' }],
    ['curl', 'an unknown node', 422, { node: 'edge-node-9', url: 'http://127.0.0.1/' }],
  ])('%s: %s is refused with %i, and the world goes on', async ([verb, , status, body]) => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    expect((await api.ask('POST', `${world}/${verb}`, { body })).status).toBe(status);
    expect((await api.ask('POST', `${world}/advance`, { body: { ms: 10 } })).status).toBe(200);
    expect(api.reported).toEqual([]);
  });

  test('no JSON at all gets more than a refusal out of it', async () => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    const posts = operations.filter(
      ({ method, path }) => method === 'POST' && path.startsWith('/v1/worlds/'),
    );
    // What has a schema of its own; the others take no body.
    const verbs = posts.filter(({ body }) => body !== undefined).map(({ path }) => path.replace(/^.*\//, ''));
    expect(verbs).toEqual(['act', 'advance', 'kubectl', 'curl', 'iptables', 'route']);
    const keys = fc.constantFrom(
      'action',
      'words',
      'ms',
      'args',
      'node',
      'url',
      'seed',
      '__proto__',
      'toString',
    );
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('edge-node-1', 'cut', 'http://[', 'http://a@b:0/', '-w'),
    );
    const bodies = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.oneof(values, fc.array(values))));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...verbs), bodies, async (verb, body) => {
        const { status, body: said } = await api.ask('POST', `${world}/${verb}`, {
          body: JSON.stringify(body),
        });
        expect(status, said).toBeLessThan(500);
      }),
      { numRuns: 500, seed: 1 },
    );
    expect((await api.ask('POST', `${world}/advance`, { body: { ms: 10 } })).status).toBe(200);
    expect(api.reported).toEqual([]);
  });

  test.for<[string, string, number]>([
    ['GET', '/v1/worlds/../../etc/passwd', 404],
    ['GET', '/v1/worlds/%2e%2e%2fw1', 404],
    ['GET', '/v1/worlds/__proto__', 404],
    ['GET', `/v1/worlds/${'x'.repeat(5_000)}`, 400],
    ['GET', '/v1/worlds/%zz', 400],
    ['GET', '/v1/worlds/w1/trace?since=-1', 400],
    ['GET', '/v1/worlds/w1/trace?since=1&since=2', 400],
    ['GET', '/v1/worlds/w1/trace?limit=1e9', 400],
    ['GET', '/v1/worlds/w1/trace?limt=1', 400],
    ['GET', '/v1/worlds/w1/log?v=many', 400],
    ['PUT', '/v1/worlds/w1', 405],
    ['DELETE', '/v1/worlds', 405],
    ['GET', '/nothing', 404],
    ['GET', '/v1/worlds/w1/proxy/../../../healthz', 404],
  ])('%s %s is answered with %i', async ([method, path, status]) => {
    await using api = await startTestApi();
    await api.create({ settled: false });
    const answer = await api.ask(method, path);
    expect(answer.status, answer.body).toBe(status);
    expect(api.reported).toEqual([]);
  });

  test('another content type is refused with 415', async () => {
    await using api = await startTestApi();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await api.ask('POST', '/v1/worlds', { body: '{}', headers: { 'content-type': type } });
      expect(answer, type).toMatchObject({ status: 415, json: { code: 'not-json' } });
    }
  });

  test('what is no HTTP is told so', async () => {
    await using api = await startTestApi();
    expect(await sendRaw(api.url, 'SSH-2.0-OpenSSH_9.0\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*"code":"not-http"/s,
    );
    const long = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await sendRaw(api.url, long)).toMatch(/^HTTP\/1.1 431 /);
    expect((await api.ask('GET', '/healthz')).status).toBe(200);
  });

  test('what no URL can carry is refused before the API server is asked for it', async () => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    const head = (path: string) =>
      `GET ${world}/proxy/${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    for (const path of ['\u00ff', '\u4e2d', 'a b', 'a\u0000b'])
      expect(await sendRaw(api.url, head(path)), JSON.stringify(path)).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(await sendRaw(api.url, head('api/v1/nodes?w%61tch=true'))).toMatch(/^HTTP\/1.1 422 /);
    expect(api.reported).toEqual([]);
  });

  test.for([
    ['a head', 'POST /v1/worlds HTTP/1.1\r\nhost: loc'],
    [
      'a body',
      'POST /v1/worlds HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ] as const)('%s that never ends is not waited for', async ([, bytes]) => {
    await using api = await startTestApi({ limits: { receiveMs: 200 } });
    const answered = sendRaw(api.url, bytes);
    expect((await api.ask('GET', '/healthz')).status).toBe(200);
    expect(await answered).toMatch(/^HTTP\/1.1 408 .*"code":"too-slow"/s);
  });

  test('a client that leaves while its world is started leaves none behind', async () => {
    await using api = await startTestApi({ limits: { worldsMax: 1 } });
    const { hostname, port } = new URL(api.url);
    const body = '{"net":"loopback"}';
    const socket = connect({ host: hostname, port: Number(port) });
    const head = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST /v1/worlds HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    await once(socket, 'connect');
    const create = async () => (await api.ask('POST', '/v1/worlds', { body: { settled: false } })).status;
    // The place is taken while the start is under way, and free once the client has left.
    await expect.poll(create).toBe(429);
    socket.destroy();
    await expect.poll(create, { timeout: 5_000 }).toBe(201);
    expect((await api.ask('GET', '/healthz')).json).toMatchObject({ worlds: 1 });
    expect(api.reported).toEqual([]);
  });

  test('a client that leaves in the middle of its request leaves the world in order', async () => {
    await using api = await startTestApi();
    const world = await api.create({ settled: false });
    const { nowMs } = (await api.ask('GET', world)).json;
    const { hostname, port } = new URL(api.url);
    const body = '{"ms":600000}';
    const socket = connect({ host: hostname, port: Number(port) });
    const head = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST ${world}/advance HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    await once(socket, 'connect');
    await expect.poll(async () => (await api.ask('GET', world)).json['nowMs']).toBeGreaterThan(Number(nowMs));
    socket.destroy();
    const { json } = await api.ask('POST', `${world}/advance`, { body: { ms: 1 } });
    expect(json['nowMs']).toBe(Number(nowMs) + 600_001);
  });
});

describe('the guard of the control API', () => {
  test('refuses names that are not the loopback, as DNS rebinding brings them', async () => {
    await using api = await startTestApi();
    for (const host of ['evil.example', 'evil.example:7350', '10.0.0.1', '127.evil.example']) {
      const answer = await api.ask('GET', '/v1/worlds', { headers: { host } });
      expect(answer, host).toMatchObject({ status: 421, json: { code: 'wrong-host' } });
    }
    for (const host of ['localhost', 'localhost:7350', '127.0.0.1', '127.79.0.7:7350', '[::1]:7350'])
      expect((await api.ask('GET', '/v1/worlds', { headers: { host } })).status, host).toBe(200);
  });

  test('refuses pages of other sites unless they are let in', async () => {
    await using closed = await startTestApi();
    const origin = 'http://localhost:5173';
    for (const headers of [{ origin }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      const answer = await closed.ask('POST', '/v1/worlds', { body: {}, headers: { ...json, ...headers } });
      expect(answer).toMatchObject({ status: 403, json: { code: 'wrong-origin' } });
    }
    expect((await closed.ask('OPTIONS', '/v1/worlds', { headers: { origin } })).status).toBe(403);

    await using open = await startTestApi({ allowOrigins: [origin] });
    const preflight = await open.ask('OPTIONS', '/v1/worlds', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization, content-type',
      },
    });
    const created = await open.ask('POST', '/v1/worlds', { body: { settled: false }, headers: { origin } });
    expect(created).toMatchObject({
      status: 201,
      headers: { 'access-control-allow-origin': origin, vary: 'origin' },
    });
    expect((await open.ask('GET', '/v1/worlds/w9', { headers: { origin } })).headers).toMatchObject({
      'access-control-allow-origin': origin,
    });
    expect(
      (await open.ask('GET', '/v1/worlds', { headers: { origin: 'http://localhost:5174' } })).status,
    ).toBe(403);
  });

  test('wants the token, by whatever name it is asked, and from no health check', async () => {
    const token = '0123456789abcdef0123456789abcdef';
    await using api = await startTestApi({ token });
    const ask = (headers: Record<string, string>) => api.ask('GET', '/v1/worlds', { headers });
    for (const authorization of [
      '',
      'Bearer',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      token,
    ]) {
      const answer = await ask({ authorization });
      expect(answer, authorization).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(answer.body).not.toContain(token);
    }
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${token}`, host: 'sim:7350' })).status).toBe(200);
    expect((await api.ask('GET', '/healthz')).status).toBe(200);
    expect((await api.ask('GET', '/openapi.json')).status).toBe(401);
    expect((await api.ask('GET', '/nothing')).status).toBe(401);
  });
});

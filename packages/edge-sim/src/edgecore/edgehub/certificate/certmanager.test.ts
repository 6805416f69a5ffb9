import { createHash } from 'node:crypto';
import {
  type Certificate,
  certificatePem,
  createHttpServer,
  createMemoryWorld,
  derOfPem,
  type Host,
  listenHttp,
  type NetSocket,
  readCertificate,
  readCertificateRequest,
  readEcKey,
  signCertificate,
  type World,
} from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createComponentLog } from '../../component-log.ts';
import { edgecoreTags } from '../../find-release.ts';
import { type CertificateSource, rotateCertificates, startCertManager } from './certmanager.ts';
import { ExchangeError } from './exchange.ts';
import { type CertificateFiles, createCertificateFiles } from './files.ts';
import { certificateTraits } from './traits.ts';

const CLOUD = '10.0.0.2';
const dayMs = 86_400_000;

interface Seen {
  by: 'token' | 'certificate';
  token: string | undefined;
  node: string | undefined;
  commonName: string;
  organizations: readonly string[];
}

/** A port 10002 that signs whatever it gets, and what it was asked. */
interface StubCloud {
  ca: Certificate;
  token: string;
  seen: Seen[];
  /** What it answers instead of a certificate, while that is set. */
  refuse?: { status: number; body: string } | undefined;
}

let world: World;
let edge: Host;
let cloud: StubCloud;
let ending: AbortController;

beforeEach(async () => {
  world = createMemoryWorld();
  edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
  ending = new AbortController();
  cloud = await world.run(() => startStubCloud());
});
afterEach(() => world[Symbol.asyncDispose]());

async function startStubCloud(address = CLOUD): Promise<StubCloud> {
  const host = world.net.host({ name: `cloud-${address}`, address });
  const authority = await world.net.authority({ commonName: 'KubeEdge', notAfterMs: Date.UTC(2100, 0) });
  const { certificate: ca } = authority;
  const server = await authority.issue({
    commonName: 'KubeEdge',
    ipAddresses: [CLOUD],
    usages: ['server'],
    notAfterMs: Date.UTC(2100, 0),
  });
  const der = derOfPem(ca.pem ?? '');
  const stub: StubCloud = {
    ca,
    token: `${createHash('sha256').update(der).digest('hex')}.a.b.c`,
    seen: [],
  };
  const key = readEcKey(ca.keyPem ?? '') as Uint8Array;
  const http = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.url === '/ca.crt') return void response.end(der);
    const csr = readCertificateRequest(Buffer.concat(chunks));
    if (csr === undefined) return void response.writeHead(500).end();
    const { peerCertificate } = request.socket as unknown as NetSocket;
    stub.seen.push({
      by: peerCertificate === undefined ? 'token' : 'certificate',
      token: request.headers.authorization,
      node: request.headers['nodename'] as string | undefined,
      commonName: csr.commonName,
      organizations: csr.organizations,
    });
    if (stub.refuse !== undefined) return void response.writeHead(stub.refuse.status).end(stub.refuse.body);
    const template = {
      serial: `0${stub.seen.length}`,
      subject: [
        ['O', csr.organizations[0] ?? ''],
        ['CN', csr.commonName],
      ],
      notBeforeMs: world.clock.now(),
      notAfterMs: world.clock.now() + 365 * dayMs,
      usages: ['1.3.6.1.5.5.7.3.2'],
    } as const;
    response.end(signCertificate(template, csr.publicKey, { certificate: der, key }));
  });
  const tls = { certificate: server, clientAuth: 'request' } as const;
  world.own(await listenHttp(host, { port: 10_002 }, { tls, component: 'cloudcore' }, http));
  return stub;
}

function manager(tag = 'v1.6.1', source: Partial<CertificateSource> = {}) {
  const traits = certificateTraits(tag);
  if (traits === undefined) throw new RangeError(`${tag} does not apply`);
  return {
    world,
    host: edge,
    nodeName: 'edge-node-1',
    log: createComponentLog(world, edge.name, 'edgecore'),
    signal: ending.signal,
    source: {
      httpServer: { address: CLOUD, port: 10_002 },
      token: cloud.token,
      files: createCertificateFiles(),
      traits,
      ...source,
    },
  };
}

const logged = () => world.trace.of('log').map(({ detail }) => detail.message);

async function failure(run: () => Promise<unknown>): Promise<ExchangeError> {
  const error = await world.run(() => run().catch((reason: unknown) => reason));
  if (error instanceof ExchangeError) return error;
  throw error;
}

describe('an edge without a certificate', () => {
  it('has a row for every release', () => {
    expect(edgecoreTags().filter((tag) => certificateTraits(tag) === undefined)).toEqual([
      'v1.2.0',
      'v1.2.1',
    ]);
    expect(() => certificateTraits('v9.9.9')).toThrow(/v9\.9\.9/);
  });

  it.each([
    ['v1.3.0', 'kubeedge.io', 'kubeEdge', undefined],
    ['v1.6.1', 'kubeedge.io', 'kubeEdge', 'edge-node-1'],
    ['v1.16.0', 'system:node:edge-node-1', 'system:nodes', 'edge-node-1'],
    ['v1.23.1', 'system:node:edge-node-1', 'system:nodes', 'edge-node-1'],
  ] as const)('%s applies as %s of %s', async (tag, commonName, organization, node) => {
    const options = manager(tag);
    const certificate = await world.run(() => startCertManager(options));
    expect(cloud.seen).toEqual([
      { by: 'token', token: 'Bearer a.b.c', node, commonName, organizations: [organization] },
    ]);
    expect(certificate.commonName).toBe(commonName);
    expect(options.source.files.read()?.ca).toBe(cloud.ca.pem);
    // The next process finds it on its disk.
    await world.run(() => startCertManager(options));
    expect(cloud.seen).toHaveLength(1);
    expect(world.trace.of('edgehub.certificate').map(({ detail }) => detail.state)).toEqual([
      'applied',
      'loaded',
    ]);
  });

  it.each([
    ['v1.6.1', 'token credentials are in the wrong format'],
    ['v1.3.1', 'token are in the wrong format'],
    ['v1.18.0', 'token a.b.c credentials are in the wrong format'],
  ])('%s refuses a token of another form', async (tag, text) => {
    const { failure: kind, message } = await failure(() =>
      startCertManager(manager(tag, { token: 'a.b.c' })),
    );
    expect([kind, message]).toEqual(['token-format', text]);
  });

  it('refuses an authority that is not the one of the token, and keeps nothing', async () => {
    const options = manager('v1.6.1', { token: 'abc.d.e.f' });
    const { failure: kind, message, found } = await failure(() => startCertManager(options));
    expect(kind).toBe('token-hash');
    expect(message).toBe(`failed to validate CA certificate. tokenCAhash: abc, CAhash: ${found}`);
    expect(cloud.seen).toEqual([]);
    expect(options.source.files.read()).toBeUndefined();
  });

  it.each([
    ['v1.6.1', 'Invalid authorization token'],
    ['v1.23.1', 'failed to call http, code: 400, message: Invalid authorization token'],
  ])('%s says what cloudcore said', async (tag, text) => {
    cloud.refuse = { status: 400, body: 'Invalid authorization token' };
    const error = await failure(() => startCertManager(manager(tag)));
    expect(error.message).toBe(`failed to get edge certificate from the cloudcore, error: ${text}`);
    expect(error).toMatchObject({ failure: 'refused', status: 400, found: 'Invalid authorization token' });
  });

  it('does not look at the status in v1.3, and finds no certificate', async () => {
    cloud.refuse = { status: 401, body: 'Invalid authorization token' };
    const error = await failure(() => startCertManager(manager('v1.3.1')));
    expect(error.failure).toBe('no-certificate');
    expect(error.message).toContain('certificate cannot be nil when writing to file');
  });

  it.each([
    ['v1.6.1', ''],
    ['v1.16.0', 'tls: failed to verify certificate: '],
    ['v1.18.0', 'tls: failed to verify certificate: '],
  ])('%s checks the name of the server it asks for a certificate', async (tag, go) => {
    await world.run(() => startStubCloud('10.0.0.3').then((other) => (cloud.token = other.token)));
    const httpServer = { address: '10.0.0.3', port: 10_002 };
    const error = await failure(() => startCertManager(manager(tag, { httpServer })));
    const request = tag === 'v1.18.0' ? 'failed to request the cloudcore server, err: ' : '';
    expect(error.failure).toBe('server-certificate');
    expect(error.message).toBe(
      `failed to get edge certificate from the cloudcore, error: ${request}Get "https://10.0.0.3:10002/edge.crt": ` +
        `${go}x509: certificate is valid for 10.0.0.2, not 10.0.0.3`,
    );
  });

  it('says where nobody answered', async () => {
    const httpServer = { address: CLOUD, port: 10_099 };
    const error = await failure(() => startCertManager(manager('v1.6.1', { httpServer })));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toBe(
      'failed to get CA certificate, err: Get "https://10.0.0.2:10099/ca.crt": ' +
        'dial tcp 10.0.0.2:10099: connect: connection refused',
    );
  });

  it('takes a certificate of another node for none from v1.21 on', async () => {
    const joined = manager('v1.6.1');
    await world.run(() => startCertManager(joined));
    const { files } = joined.source;
    const before = files.read();
    await world.run(() => startCertManager(manager('v1.20.0', { files })));
    expect(files.read()).toEqual(before);
    const renamed = await world.run(() => startCertManager(manager('v1.21.0', { files })));
    expect(renamed.commonName).toBe('system:node:edge-node-1');
  });
});

describe('rotation', () => {
  /** Runs until `days` have passed; the certificates that there were, with the day each came. */
  async function rotating(files: CertificateFiles, days: number): Promise<number[]> {
    const options = manager('v1.6.1', { files });
    const startMs = world.clock.now();
    const rotatedOn: number[] = [];
    await world.run(
      async () => {
        await startCertManager(options);
        const rotation = rotateCertificates(options, () =>
          rotatedOn.push((world.clock.now() - startMs) / dayMs),
        ).catch(() => {});
        await world.clock.sleep(days * dayMs);
        ending.abort();
        await rotation;
      },
      { limitMs: (days + 1) * dayMs },
    );
    return rotatedOn;
  }

  it('renews at 70 to 90 percent of the time, again and again', async () => {
    const files = createCertificateFiles();
    const [first = 0, second = 0, ...more] = await rotating(files, 2 * 365);
    for (const after of [first, second - first]) {
      expect(after).toBeGreaterThanOrEqual(0.7 * 365);
      expect(after).toBeLessThanOrEqual(0.9 * 365);
    }
    expect(second - first).not.toBe(first);
    expect(more).toEqual([]);
    expect(cloud.seen.map(({ by }) => by)).toEqual(['token', 'certificate', 'certificate']);
    const stored = files.read();
    const { notAfterMs } = readCertificate('server.crt', stored?.certificate ?? '', stored?.key);
    expect(notAfterMs).toBeGreaterThan(world.clock.now());
    expect(logged()).toContain('succeeded to rotate certificate');
  });

  it('goes on trying while it is refused: five times, then every 32 seconds', async () => {
    const files = createCertificateFiles();
    await world.run(() => startCertManager(manager('v1.6.1', { files })));
    cloud.refuse = { status: 401, body: 'request node name is not match with the certificate' };
    const options = manager('v1.6.1', { files });
    const attempts: number[] = [];
    await world.run(
      async () => {
        const enough = Promise.withResolvers<void>();
        world.trace.subscribe(({ kind, detail, atMs }) => {
          if (kind !== 'edgehub.certificate' || detail.state !== 'failed') return;
          if (attempts.push(atMs) === 9) enough.resolve();
        });
        const rotation = rotateCertificates(options, () => {}).catch(() => {});
        await enough.promise;
        ending.abort();
        await rotation;
      },
      { limitMs: 365 * dayMs },
    );
    const gaps = attempts.slice(1).map((atMs, index) => (atMs - (attempts[index] ?? 0)) / 1000);
    for (const [index, least] of [2, 4, 8, 16].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(least);
      expect(gaps[index]).toBeLessThanOrEqual(least * 1.1 + 0.1);
    }
    for (const gap of gaps.slice(4)) expect(gap).toBeCloseTo(32, 0);
    expect(logged()).toContain(
      'reached backoff limit, still unable to rotate certs: timed out waiting for the condition',
    );
    expect(logged()).toContain(
      'failed to get edge certificate from CloudCore:request node name is not match with the certificate',
    );
  });

  it('is the same in every run', async () => {
    const first = await rotating(createCertificateFiles(), 365);
    await world[Symbol.asyncDispose]();
    world = createMemoryWorld();
    edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
    ending = new AbortController();
    cloud = await world.run(() => startStubCloud());
    expect(await rotating(createCertificateFiles(), 365)).toEqual(first);
  });

  it('ends with certificates that have been written over by something else', () => {
    const spoilt = createCertificateFiles({
      ca: '',
      certificate: certificatePem(Buffer.from('no')),
      key: '',
    });
    expect(spoilt.read()).toBeDefined();
    return world.run(async () => {
      // They count as none, so that the edge applies again.
      const { commonName } = await startCertManager(manager('v1.6.1', { files: spoilt }));
      expect(commonName).toBe('kubeedge.io');
    });
  });
});

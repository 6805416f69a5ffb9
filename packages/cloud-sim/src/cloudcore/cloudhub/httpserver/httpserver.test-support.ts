// Test support only: a cloudcore with port 10002, and an edge that asks it for certificates.
import { buffer } from 'node:stream/consumers';
import {
  type Certificate,
  certificatePem,
  createCertificateRequest,
  createMemoryWorld,
  type DistinguishedName,
  type EcKey,
  ecKeyToPem,
  type Host,
  httpRequest,
  readCertificate,
  type World,
} from '@kubeedge-sim/sim-kit';
import { createObjectStore, type ObjectStore } from '../../../kube-apiserver/object-store.ts';
import { secretBytes } from '../../../kube-apiserver/secret-store.ts';
import { type Cloudcore, type HttpsOptions, startCloudcore } from '../../cloudcore.ts';
import type { CloudcoreLimits } from '../../limits.ts';
import { prepareAllCerts } from './prepare-certs.ts';
import { httpServerRelease } from './release.ts';

export const CLOUD = '10.0.0.2';

export interface Answer {
  status: number;
  contentType: string | undefined;
  connection: string | undefined;
  body: Buffer;
}

export interface Ask {
  path?: string;
  method?: string;
  token?: string;
  node?: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  certificate?: Certificate;
}

export interface CertificateLab {
  world: World;
  store: ObjectStore;
  cloudcore: Cloudcore;
  edge: Host;
  ca: Certificate;
  /** Starts cloudcore again, with what the Secrets hold by then. */
  restart(): Promise<Certificate>;
  /** The token in Secret tokensecret, with the hash before it. */
  token(): string;
  ask(what: Ask): Promise<Answer>;
  log(): string[];
}

/** An edge's request and the key it is for. */
export function requestOf(world: World, node: string, subject: DistinguishedName = subjectOf(node)) {
  const key = world.net.createKey(`${node}/${world.ids.next('test-key')}`);
  return { key, csr: createCertificateRequest(subject, key) };
}

export const subjectOf = (node: string): DistinguishedName => [
  ['O', 'system:nodes'],
  ['CN', `system:node:${node}`],
];

export const certificateOf = ({ body }: Answer, key: EcKey) =>
  readCertificate('edge', certificatePem(body), ecKeyToPem(key));

/** What one lab has of its own; `limitMs` bounds its run. */
interface LabOptions extends Partial<HttpsOptions> {
  limitMs?: number;
  limits?: Partial<CloudcoreLimits>;
}

/** Runs `body` in a world with a cloudcore of that release at 10.0.0.2, and disposes it. */
export async function inCertificateLab<T>(
  tag: string,
  body: (lab: CertificateLab) => Promise<T>,
  { limitMs, limits, ...https }: LabOptions = {},
): Promise<T> {
  const world = createMemoryWorld();
  try {
    const run = async () => body(await setUp(world, tag, https, limits));
    return await world.run(run, limitMs === undefined ? {} : { limitMs });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function setUp(
  world: World,
  tag: string,
  https: Partial<HttpsOptions>,
  limits: LabOptions['limits'],
): Promise<CertificateLab> {
  const cloud = world.net.host({ name: 'cloud', address: CLOUD });
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const store = createObjectStore(() => world.clock.now());
  store.describe({
    nodes: [
      {
        name: 'edge-node-1',
        address: '10.66.0.11',
        kubeletVersion: 'v1.19.3',
        containerRuntimeVersion: 'docker://20.10.24',
        createdAtMs: world.clock.now(),
      },
    ],
  });
  const release = httpServerRelease(tag);
  if (release === undefined) throw new RangeError(`${tag} has no port 10002`);
  const names = { ipAddresses: [CLOUD], dnsNames: ['cloud.example'] };
  const start = async () => {
    const certificates = prepareAllCerts(world, { release, secrets: store.secrets, names });
    const cloudcore = await startCloudcore(world, cloud, {
      release: tag,
      streamCertificate: certificates.server,
      tunnelCertificate: certificates.server,
      tunnelClientRoots: [certificates.ca],
      nodes: {
        kubeletPort: (name) => store.node(name)?.status.daemonEndpoints.kubeletEndpoint.Port,
        setKubeletPort: () => true,
      },
      https: { ...https, certificates, secrets: store.secrets },
      ...(limits && { limits }),
    });
    return { cloudcore, ca: certificates.ca };
  };
  let running = await start();
  return {
    world,
    store,
    edge,
    cloudcore: running.cloudcore,
    ca: running.ca,
    async restart() {
      await running.cloudcore[Symbol.asyncDispose]();
      running = await start();
      return running.ca;
    },
    token: () =>
      Buffer.from(secretBytes(store.secrets.get('kubeedge', 'tokensecret'), 'tokendata') ?? '').toString(),
    async ask({ path = '/edge.crt', method, token, node = 'edge-node-1', headers, body, certificate }) {
      const response = await httpRequest(edge, {
        target: { address: CLOUD, port: 10_002 },
        path,
        ...(method !== undefined && { method }),
        headers: {
          NodeName: node,
          ...(token !== undefined && { Authorization: `Bearer ${token.split('.').slice(1).join('.')}` }),
          ...headers,
        },
        ...(body !== undefined && { body }),
        tls: { verify: true, roots: [running.ca], ...(certificate && { certificate }) },
        component: 'test',
      });
      const { 'content-type': contentType, connection } = response.headers;
      return { status: response.status, contentType, connection, body: await buffer(response.body) };
    },
    log: () => world.trace.of('log').map(({ detail }) => `${detail.source}] ${detail.message}`),
  };
}

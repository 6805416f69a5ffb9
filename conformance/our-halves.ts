import { type Cloudcore, startCloudcore } from '@kubeedge-sim/cloud-sim';
import {
  createComponentLog,
  edgecoreLimitsDefault,
  edgecoreRelease,
  runEdgestream,
} from '@kubeedge-sim/edge-sim';
import type { Certificate, Host, World } from '@kubeedge-sim/sim-kit';
import { type Dialect, dialectOf, goJsonTraits } from '@kubeedge-sim/wire';
import { nodeOfPod } from './kube-api.ts';
import type { StubEdged } from './stub-edged.ts';

const EDGED_PORT = 10_350;

/** What a release speaks when it is built by the Go of this machine, as the real half is here. */
export function dialectBuiltHere(release: string, goVersion: string): Dialect {
  return { ...dialectOf(release), ...goJsonTraits(goVersion) };
}

export interface OurCloudOptions {
  release: string;
  dialect: Dialect;
  certificate: Certificate;
  clientRoot: Certificate;
}

/** Starts our cloudstream; pods and Nodes are those of the stub of kube-apiserver. */
export async function startOurCloud(world: World, options: OurCloudOptions): Promise<Cloudcore> {
  const { release, dialect, certificate, clientRoot } = options;
  const host = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  return startCloudcore(world, host, {
    release,
    dialect,
    streamCertificate: certificate,
    tunnelCertificate: certificate,
    tunnelClientRoots: [clientRoot],
    nodes: { kubeletPort: () => 0, setKubeletPort: () => true },
    pods: { nodeOf: (_namespace, name) => nodeOfPod(name) },
  });
}

export interface OurEdgeOptions {
  release: string;
  dialect: Dialect;
  certificate: Certificate;
  name: string;
  internalIp: string;
  /** The port of the machine's loopback to dial. */
  serverPort: number;
  edged: StubEdged;
}

/** Our edgestream, with a stub in the place of edged. */
export interface OurEdge extends AsyncDisposable {
  /** False once it panicked. */
  readonly running: boolean;
  /** The lines it printed so far. */
  readonly log: string;
  edgedUp(): Promise<void>;
  edgedDown(): Promise<void>;
}

export async function startOurEdge(world: World, options: OurEdgeOptions): Promise<OurEdge> {
  const { release, dialect, certificate, name, internalIp, serverPort, edged } = options;
  const { edgestream } = edgecoreRelease(release);
  if (edgestream === null) throw new RangeError(`${release} has no edgestream.`);
  const host: Host = world.net.host({ name, address: internalIp });
  const listen = () => host.listen({ port: EDGED_PORT }, { component: 'stub-edged' }, edged.serve);
  let listener = await listen();
  const ending = new AbortController();
  const ended = runEdgestream({
    world,
    host,
    log: createComponentLog(world, name, 'edgecore'),
    // The name of the machine: 127.0.0.1 is the simulated host's own.
    server: { address: 'localhost', port: serverPort },
    certificate,
    hostname: name,
    internalIp,
    dialect,
    traits: edgestream,
    limits: edgecoreLimitsDefault,
    reachLimit: () => {},
    panic: () => ending.abort(),
    signal: ending.signal,
  }).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    get running() {
      return !ending.signal.aborted;
    },
    get log() {
      const lines = world.trace.of('log').filter((event) => event.host === name);
      return lines.map(({ detail }) => detail.message).join('\n');
    },
    async edgedUp() {
      listener = await listen();
    },
    async edgedDown() {
      await listener.close();
      edged.disconnect();
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await ended;
      await listener.close();
    },
  };
}

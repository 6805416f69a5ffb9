import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { type BenchProcess, startProcess } from '../process.ts';
import type { BenchOptions } from '../result.ts';
import { type BodyShape, largeBody, pathOf, smallBody } from './body.ts';
import type { EdgeStart } from './edge.process.ts';
import type { CloudStarted } from './hosts.ts';
import type { RequestLoad } from './http-client.ts';
import type { KeyPair } from './raw-wss.ts';

export const SHAPES = [smallBody, largeBody];

/** A load but for its timing. */
export type Load = Omit<RequestLoad, 'clients' | 'warmUpSeconds' | 'seconds'>;

/** One way to answer the load, and the processes whose CPU it costs. */
export interface Way {
  name: string;
  call: 'https' | 'wss';
  load(shape: BodyShape): Load;
  processes: Readonly<Record<string, BenchProcess>>;
}

/** The processes of the tunnel, and those that it is compared with. */
export interface TunnelProcesses extends AsyncDisposable {
  client: BenchProcess;
  cloud: BenchProcess;
  edge: BenchProcess;
  /** The servers and clients that do nothing else. */
  raw: BenchProcess;
  /** cloudcore's stream server, and how it names the node. */
  ours: { host: string; port: number; edgeHost: string };
  /** Ours first. */
  ways: Way[];
}

export async function startTunnel({ profileFolder }: BenchOptions): Promise<TunnelProcesses> {
  const stack = new AsyncDisposableStack();
  const launch = (name: string) => {
    const profile =
      profileFolder === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=tunnel-${name}.cpuprofile`];
    return stack.use(startProcess(new URL(`./${name}.process.ts`, import.meta.url), profile));
  };
  const client = launch('load');
  const raw = launch('raw');
  const cloud = launch('cloud');
  const edge = launch('edge');
  try {
    const started = await cloud.call<CloudStarted>('started');
    await edge.call('start', { cloud: started, bodies: SHAPES, pods: 3 } satisfies EdgeStart);
    await sessionOf(cloud);
    const tls = await rawKeyPair();
    const httpsPort = await raw.call<number>('https', { tls, bodies: SHAPES });
    const wssPorts = new Map<BodyShape, number>();
    for (const shape of SHAPES) {
      const port = await client.call<number>('wssListen', tls);
      await raw.call('wss', { port, shape });
      wssPorts.set(shape, port);
    }
    await raw.call('rawDial', await client.call<number>('rawListen', tls));
    const edgeHost = `${started.edgeAddress}:10350`;
    return {
      client,
      cloud,
      edge,
      raw,
      ours: { host: started.cloudAddress, port: 10_003, edgeHost },
      ways: [
        {
          name: 'kubeedge-sim',
          call: 'https',
          load: (shape) => requestFor(shape, started.cloudAddress, 10_003, edgeHost),
          processes: { cloud, edge },
        },
        {
          name: 'raw https',
          call: 'https',
          load: (shape) => requestFor(shape, '127.0.0.1', httpsPort, edgeHost),
          processes: { raw },
        },
        {
          name: 'raw wss',
          call: 'wss',
          load: (shape) => requestFor(shape, '127.0.0.1', wssPorts.get(shape) ?? 0, edgeHost),
          processes: { raw },
        },
      ],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

// Headers as metrics-server v0.4 sends them.
function requestFor(shape: BodyShape, host: string, port: number, hostHeader: string): Load {
  const request =
    `GET ${pathOf(shape)} HTTP/1.1\r\nHost: ${hostHeader}\r\nUser-Agent: metrics-server/v0.4.2\r\n` +
    'Accept-Encoding: identity\r\n\r\n';
  return { host, port, request, bodyBytes: shape.lines * shape.lineBytes };
}

async function sessionOf(cloud: BenchProcess): Promise<void> {
  while ((await cloud.call<number>('sessions')) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A certificate like those of a world, for servers that have none. */
async function rawKeyPair(): Promise<KeyPair> {
  await using world = await createLoopbackWorld();
  const authority = await world.net.authority({ commonName: 'raw' });
  const { pem = '', keyPem = '' } = await authority.issue({ commonName: 'raw', ipAddresses: ['127.0.0.1'] });
  return { cert: pem, key: keyPem };
}

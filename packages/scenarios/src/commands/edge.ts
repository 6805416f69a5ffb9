import { hostname, networkInterfaces } from 'node:os';
import { type Certificate, createLoopbackWorld, readCertificate } from '@kubeedge-sim/sim-kit';
import { CONTROL_DOCKER } from '../catalog/founding-cluster.ts';
import { resolveCell } from '../cell.ts';
import { HUB_PORT, TUNNEL_PORT } from '../cluster/edge-half.ts';
import { limitsOfEdgecore, readLimits } from '../limits.ts';
import { findScenario } from '../select.ts';
import { readCertificates, readPem } from '../standalone/certificate-folder.ts';
import { edgeCertificateFiles, readEdgeCertificate } from '../standalone/certificates.ts';
import { describeEdge } from '../standalone/describe.ts';
import { type EdgeProcessOptions, startEdgeProcess } from '../standalone/edge-process.ts';
import { nodeAddresses } from '../standalone/node-addresses.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { warnOfListening } from './listen.ts';

export interface EdgeFlags {
  cloudcore: string;
  /** false: none. */
  cloudhub?: string | false;
  /** Folder of the cloud's certificates, or `cert` and `key`. */
  certificates?: string;
  cert?: string;
  key?: string;
  /** Who has signed CloudHub's certificate; it is not verified without. */
  ca?: string;
  edgecore?: string;
  /** The same as `edgecore`. */
  release?: string;
  docker?: string;
  nodes: number;
  name?: string;
  address?: string;
  pods: number;
  limit?: string[];
  listen?: string;
  healthPort: number;
  seed: number;
}

/** Serves edge nodes until `stop` aborts; their cloud is another process. */
export async function edge(io: Io, flags: EdgeFlags, stop: AbortSignal): Promise<void> {
  const tunnel = parseEndpoint(flags.cloudcore, TUNNEL_PORT);
  const hub = await hubOf(flags, tunnel);
  const { edgecore, docker } = resolveCell(findScenario('missing-pod-metrics').defaults, {
    edgecore: flags.edgecore ?? flags.release,
    docker: flags.docker ?? CONTROL_DOCKER,
  });
  const limits = limitsOfEdgecore(readLimits(flags.limit));
  const names = nodeNames(flags.name ?? hostname().toLowerCase(), flags.nodes);
  const certificate = await readNodeCertificate(flags);
  await using world = await createLoopbackWorld({ seed: flags.seed, uplink: true });
  const running = await startEdgeProcess(world, {
    cloudcore: { tunnel, ...(hub !== undefined && { hub }) },
    certificate,
    describe(nowMs, lease) {
      const isCloudHere = tunnel.address === 'localhost' || tunnel.address.startsWith('127.');
      const addresses = nodeAddresses({ ...flags, isCloudHere, lease, machine: machineAddress });
      return names.map((name, index) => {
        const address = addresses[index] as string;
        const described = describeEdge({ name, address, edgecore, docker, podCount: flags.pods }, nowMs);
        return { ...described, limits };
      });
    },
    healthPort: flags.healthPort,
    ...(flags.listen !== undefined && { publishOn: flags.listen }),
  });
  warnOfListening(io, flags.listen, { ports: [flags.healthPort], what: 'ask whether it is ready' });
  const lines = [
    ...running.nodes.map(
      ({ name, address }) => `${name.padEnd(16)} ${address}   edgecore ${edgecore}, Docker ${docker}`,
    ),
    `tunnel server    wss://${tunnel.address}:${tunnel.port}/v1/kubeedge/connect`,
    `CloudHub         ${hub === undefined ? 'none' : `wss://${hub.address}:${hub.port}`}`,
    `health           ${running.healthUrl}/readyz`,
    ...(flags.listen === undefined ? [] : [`the same on      ${flags.listen}`]),
    '',
    'Serving until interrupted (Ctrl-C).',
  ];
  io.out(`${lines.join('\n')}\n`);
  void running.connected.then(() => {
    const who =
      names.length === 1 ? `${names[0]} has its tunnel` : `all ${names.length} nodes have their tunnels`;
    io.out(`ready: ${who} to ${tunnel.address}:${tunnel.port}\n`);
  });
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

/** A place in the cloud; `name` is what the user calls it. */
interface Place {
  address: string;
  port: number;
  name: string;
}

/** @throws UsageError */
export function parseEndpoint(text: string, defaultPort: number): Place {
  const [, name, port] = /^(?:wss:\/\/)?([a-zA-Z0-9][a-zA-Z0-9._-]*)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new UsageError(
      `Tried to read ${JSON.stringify(text)} as the cloud's place; give <host> or <host>:<port>, or either behind wss://.`,
    );
  }
  // To an edge 127.0.0.1 is itself.
  const address = name === '127.0.0.1' ? 'localhost' : name;
  return { address, port: Number(port ?? defaultPort), name };
}

/** CloudHub, and how its certificate is verified. @throws UsageError */
async function hubOf(
  { cloudhub, ca }: EdgeFlags,
  tunnel: Place,
): Promise<EdgeProcessOptions['cloudcore']['hub']> {
  if (cloudhub === false) return undefined;
  const { name, ...place } =
    cloudhub === undefined ? { ...tunnel, port: HUB_PORT } : parseEndpoint(cloudhub, HUB_PORT);
  if (ca === undefined) return place;
  return { ...place, roots: [readCertificate(ca, await readPem(ca))], serverName: name };
}

/** @throws UsageError */
async function readNodeCertificate({ certificates, cert, key }: EdgeFlags): Promise<Certificate> {
  if (certificates !== undefined)
    return readEdgeCertificate(await readCertificates(certificates, edgeCertificateFiles));
  if (cert !== undefined && key !== undefined)
    return readCertificate(cert, await readPem(cert), await readPem(key));
  throw new UsageError(
    `Looked for the nodes' certificate, found ${cert ?? 'no --cert'} and ${key ?? 'no --key'}. ` +
      'Give --certificates <folder>, or --cert <file> and --key <file>.',
  );
}

/** The name itself for one node, else the name with a number; `option` gave it. @throws UsageError */
export function nodeNames(name: string, count: number, option = '--name'): string[] {
  if (!/^[a-z0-9]([a-z0-9.-]{0,50}[a-z0-9])?$/.test(name)) {
    throw new UsageError(
      `Tried to name an edge ${JSON.stringify(name)}; a node's name has small letters, digits, "-" and ".". ` +
        `Give one with ${option}.`,
    );
  }
  return count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** @throws UsageError when the machine is on no network */
export function machineAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (own !== undefined) return own.address;
  throw new UsageError(
    'Looked for an IPv4 address of this machine, found only loopback. Give one with --address.',
  );
}

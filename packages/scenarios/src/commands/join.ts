import { createCertificateFiles } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { CONTROL_DOCKER } from '../catalog/founding-cluster.ts';
import { resolveCell } from '../cell.ts';
import { HTTPS_PORT, HUB_PORT, TUNNEL_PORT } from '../cluster/edge-half.ts';
import { findScenario } from '../select.ts';
import { describeEdge } from '../standalone/describe.ts';
import { startEdgeProcess } from '../standalone/edge-process.ts';
import { joinCloudcore } from '../standalone/join.ts';
import { openJoinFolder } from '../standalone/join-files.ts';
import { keadmConfig } from '../standalone/keadm-config.ts';
import { type KeadmLine, readKeadmLine } from '../standalone/keadm-line.ts';
import { edgeAddress, nodeAddresses } from '../standalone/node-addresses.ts';
import { UsageError } from '../usage-error.ts';
import { machineAddress, nodeNames, parseEndpoint } from './edge.ts';
import type { Io } from './io.ts';
import { warnOfListening } from './listen.ts';

/** What `--with-edge-taint` puts on the Node. */
const EDGE_TAINT = { key: 'node-role.kubernetes.io/edge', effect: 'NoSchedule' };

/** Named as keadm join names them, where it has them. */
export interface JoinFlags {
  cloudcoreIpport?: string;
  token?: string;
  edgenodeName?: string;
  certport?: number;
  tunnelport?: number;
  edgeStream?: boolean;
  kubeedgeVersion?: string;
  certPath?: string;
  docker?: string;
  address?: string;
  pods: number;
  listen?: string;
  healthPort: number;
  seed: number;
}

/**
 * Joins a cloudcore by token, and serves the node until `stop` aborts. `words` are those of a keadm join; a flag counts for
 * more than what they say.
 */
export async function join(
  io: Io,
  words: readonly string[],
  flags: JoinFlags,
  stop: AbortSignal,
): Promise<void> {
  const line = words.length === 0 ? undefined : readKeadmLine(words);
  const told = line?.flags ?? {};
  const hub = parseEndpoint(
    flags.cloudcoreIpport ?? told['cloudcore-ipport'] ?? missing('-e, --cloudcore-ipport <host[:port]>'),
    HUB_PORT,
  );
  const token = flags.token ?? told.token ?? missing('-t, --token <token>');
  const wanted = flags.edgenodeName ?? told['edgenode-name'] ?? missing('-i, --edgenode-name <name>');
  const [name = ''] = nodeNames(wanted, 1, '--edgenode-name');
  const version = flags.kubeedgeVersion ?? told['kubeedge-version'];
  const { edgecore, docker } = resolveCell(findScenario('missing-pod-metrics').defaults, {
    // keadm takes the number alone.
    edgecore: version?.replace(/^(?=\d)/, 'v'),
    docker: flags.docker ?? CONTROL_DOCKER,
  });
  const keadm = line && keadmConfig(edgecore, mergeLine(line, flags));
  const edgeStream = flags.edgeStream ?? keadm?.edgeStream ?? true;
  const httpServer = { ...hub, port: flags.certport ?? portOf(told.certport, HTTPS_PORT) };
  const tunnel = { ...hub, port: keadm?.tunnelPort ?? flags.tunnelport ?? TUNNEL_PORT };
  const chosen = flags.address ?? keadm?.nodeIp;
  // Before there is a certificate that nobody uses.
  if (chosen !== undefined) edgeAddress(chosen);
  const { certPath } = flags;
  const files = certPath === undefined ? createCertificateFiles() : openJoinFolder(certPath);
  const { isKubesphere = false } = line ?? {};
  const asked = { nodeName: name, edgecore, httpServer, token, files, signal: stop, isKubesphere };
  const isNew = await joinCloudcore(asked).catch((error: unknown) => {
    // Ctrl-C before there was an answer.
    if (stop.aborted && !(error instanceof UsageError)) return undefined;
    throw error;
  });
  if (isNew === undefined) return;
  io.out(
    isNew
      ? `joined: ${name} has a certificate of https://${hub.address}:${httpServer.port}\n`
      : `${certPath} has a certificate already; the token was not used\n`,
  );
  await using world = await createLoopbackWorld({ seed: flags.seed, uplink: true });
  const running = await startEdgeProcess(world, {
    cloudcore: { tunnel, hub },
    certificate: { httpServer, token, files },
    describe(nowMs, lease) {
      const isCloudHere = hub.address === 'localhost' || hub.address.startsWith('127.');
      const [address = ''] = nodeAddresses({
        ...(chosen !== undefined && { address: chosen }),
        nodes: 1,
        isCloudHere,
        lease,
        machine: machineAddress,
      });
      const described = describeEdge({ name, address, edgecore, docker, podCount: flags.pods }, nowMs);
      return [{ ...described, edgeStream }];
    },
    ...(keadm?.taint === true && { taints: [EDGE_TAINT] }),
    healthPort: flags.healthPort,
    ...(flags.listen !== undefined && { publishOn: flags.listen }),
  });
  warnOfListening(io, flags.listen, { ports: [flags.healthPort], what: 'ask whether it is ready' });
  const [node] = running.nodes;
  const lines = [
    `${name.padEnd(16)} ${node?.address}   edgecore ${edgecore}, Docker ${docker}`,
    edgeStream
      ? `tunnel server    wss://${tunnel.address}:${tunnel.port}/v1/kubeedge/connect`
      : `tunnel           none: keadm leaves modules.edgeStream.enable off in ${edgecore}; give --edge-stream for one`,
    `certificate      ${certPath ?? 'not kept (--cert-path)'}, renewed in time`,
    `health           ${running.healthUrl}/readyz`,
    ...(flags.listen === undefined ? [] : [`the same on      ${flags.listen}`]),
    '',
    'Serving until interrupted (Ctrl-C).',
  ];
  io.out(`${lines.join('\n')}\n`);
  void running.connected.then(() =>
    io.out(
      edgeStream
        ? `ready: ${name} has its tunnel to ${tunnel.address}:${tunnel.port}\n`
        : `ready: ${name} runs without a tunnel: no logs, no exec, no metrics\n`,
    ),
  );
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

/** @throws UsageError */
function missing(option: string): never {
  throw new UsageError(
    `required option '${option}' not specified: give it, or a whole keadm join in quotes instead of flags.`,
  );
}

/** The line with what flags say otherwise. */
function mergeLine({ flags: told, isKubesphere }: KeadmLine, { tunnelport }: JoinFlags): KeadmLine {
  return {
    isKubesphere,
    flags: { ...told, ...(tunnelport !== undefined && { tunnelport: String(tunnelport) }) },
  };
}

/** @throws UsageError */
function portOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`Tried to use ${JSON.stringify(text)} as a port of cloudcore; give 1 to 65535.`);
}

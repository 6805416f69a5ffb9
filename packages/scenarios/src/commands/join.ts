import { createCertificateFiles } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { CONTROL_DOCKER } from '../catalog/founding-cluster.ts';
import { resolveCell } from '../cell.ts';
import { HUB_PORT } from '../cluster/edge-half.ts';
import { findScenario } from '../select.ts';
import { describeEdge } from '../standalone/describe.ts';
import { startEdgeProcess } from '../standalone/edge-process.ts';
import { joinCloudcore } from '../standalone/join.ts';
import { openJoinFolder } from '../standalone/join-files.ts';
import { nodeAddresses } from '../standalone/node-addresses.ts';
import { UsageError } from '../usage-error.ts';
import { machineAddress, nodeNames, parseEndpoint } from './edge.ts';
import type { Io } from './io.ts';
import { warnOfListening } from './listen.ts';

/** Named as keadm join names them, where it has them. */
export interface JoinFlags {
  cloudcoreIpport: string;
  token: string;
  edgenodeName: string;
  certport: number;
  tunnelport: number;
  kubeedgeVersion?: string;
  certPath?: string;
  docker?: string;
  address?: string;
  pods: number;
  listen?: string;
  healthPort: number;
  seed: number;
}

/** Joins a cloudcore by token, and serves the node until `stop` aborts. */
export async function join(io: Io, flags: JoinFlags, stop: AbortSignal): Promise<void> {
  const hub = parseEndpoint(flags.cloudcoreIpport, HUB_PORT);
  const [name = ''] = nodeNames(flags.edgenodeName, 1);
  const httpServer = { ...hub, port: flags.certport };
  const tunnel = { ...hub, port: flags.tunnelport };
  const { edgecore, docker } = resolveCell(findScenario('missing-pod-metrics').defaults, {
    edgecore: flags.kubeedgeVersion,
    docker: flags.docker ?? CONTROL_DOCKER,
  });
  const { certPath, token } = flags;
  const files = certPath === undefined ? createCertificateFiles() : openJoinFolder(certPath);
  const asked = { nodeName: name, edgecore, httpServer, token, files, signal: stop };
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
        ...flags,
        nodes: 1,
        isCloudHere,
        lease,
        machine: machineAddress,
      });
      return [describeEdge({ name, address, edgecore, docker, podCount: flags.pods }, nowMs)];
    },
    healthPort: flags.healthPort,
    ...(flags.listen !== undefined && { publishOn: flags.listen }),
  });
  warnOfListening(io, flags.listen, { ports: [flags.healthPort], what: 'ask whether it is ready' });
  const [node] = running.nodes;
  const lines = [
    `${name.padEnd(16)} ${node?.address}   edgecore ${edgecore}, Docker ${docker}`,
    `tunnel server    wss://${tunnel.address}:${tunnel.port}/v1/kubeedge/connect`,
    `certificate      ${certPath ?? 'not kept (--cert-path)'}, renewed in time`,
    `health           ${running.healthUrl}/readyz`,
    ...(flags.listen === undefined ? [] : [`the same on      ${flags.listen}`]),
    '',
    'Serving until interrupted (Ctrl-C).',
  ];
  io.out(`${lines.join('\n')}\n`);
  void running.connected.then(() =>
    io.out(`ready: ${name} has its tunnel to ${tunnel.address}:${tunnel.port}\n`),
  );
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

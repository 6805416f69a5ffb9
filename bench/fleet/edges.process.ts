// The edgestreams of a whole fleet, or as many plain WebSockets.
import { createSecureContext } from 'node:tls';
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import { WebSocket } from 'ws';
import { createComponentLog } from '../../packages/edge-sim/src/edgecore/component-log.ts';
import { runEdgestream } from '../../packages/edge-sim/src/edgecore/edgestream/edgestream.ts';
import { edgecoreLimitsDefault } from '../../packages/edge-sim/src/edgecore/limits.ts';
import { serveCalls } from '../process.ts';
import type { FleetStarted } from './cloud.process.ts';
import { declareFleet } from './hosts.ts';

const TAG = 'v1.6.1';

export interface FleetPrepare {
  kind: 'tunnels' | 'raw';
  nodes: number;
  started: FleetStarted;
}

let dial = () => {};

async function prepare({ kind, nodes, started }: FleetPrepare): Promise<void> {
  dial = kind === 'tunnels' ? await prepareTunnels(nodes, started) : prepareSockets(nodes, started);
}

async function prepareTunnels(nodes: number, started: FleetStarted): Promise<() => void> {
  const world = await createLoopbackWorld({ leasePrefix: started.leasePrefix });
  const { cloud, edges } = declareFleet(world, nodes);
  const { edgestream } = edgecoreRelease(TAG);
  if (edgestream === null) throw new Error(`${TAG} has no edgestream.`);
  const { signal } = new AbortController();
  return () => {
    for (const host of edges) {
      const stopped = runEdgestream({
        world,
        host,
        log: createComponentLog(world, host.name, 'edgecore'),
        server: { address: cloud.address, port: started.port },
        certificate: started.edgeCertificate,
        hostname: host.name,
        internalIp: host.address,
        dialect: dialectOf(TAG),
        traits: edgestream,
        limits: edgecoreLimitsDefault,
        reachLimit: (limit) => console.error(`limit ${limit} reached`),
        panic: (message) => console.error(message),
        signal,
      });
      stopped.catch((error: unknown) => console.error(error));
    }
  };
}

function prepareSockets(nodes: number, { port, root, edgeCertificate }: FleetStarted): () => void {
  const { pem = '', keyPem = '' } = edgeCertificate;
  const secureContext = createSecureContext({ ca: root.pem ?? '', cert: pem, key: keyPem });
  return () => {
    const plain = { perMessageDeflate: false, skipUTF8Validation: true, rejectUnauthorized: false };
    // Handed on to tls.connect, which ws's types do not know.
    const options = { ...plain, secureContext };
    for (let node = 0; node < nodes; node++) {
      const socket = new WebSocket(`wss://127.0.0.1:${port}`, options);
      socket.on('error', (error) => console.error(error));
    }
  };
}

serveCalls({ prepare, dial: () => dial(), collect: () => globalThis.gc?.() });

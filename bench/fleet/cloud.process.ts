// One cloudcore for a fleet, or a plain WebSocket server for as many connections.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startCloudcore } from '@kubeedge-sim/cloud-sim';
import { type Certificate, createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { WebSocketServer } from 'ws';
import { serveCalls } from '../process.ts';
import { declareFleet } from './hosts.ts';

export interface FleetStarted {
  leasePrefix: string;
  root: Certificate;
  edgeCertificate: Certificate;
  port: number;
}

const world = await createLoopbackWorld();
const authority = await world.net.authority({ commonName: 'KubeEdge' });
let connected = () => 0;

async function certificates() {
  const ipAddresses = ['127.0.0.1', ...world.net.hosts.slice(0, 1).map(({ address }) => address)];
  return {
    server: await authority.issue({ commonName: 'KubeEdge', ipAddresses, usages: ['server'] }),
    edge: await authority.issue({ commonName: 'kubeedge.io', usages: ['client'] }),
  };
}

const started = (edgeCertificate: Certificate, port: number): FleetStarted => ({
  leasePrefix: world.net.leasePrefix ?? '',
  root: authority.certificate,
  edgeCertificate,
  port,
});

async function tunnels(nodes: number): Promise<FleetStarted> {
  const { cloud } = declareFleet(world, nodes);
  const { server, edge } = await certificates();
  const cloudcore = await startCloudcore(world, cloud, {
    release: 'v1.6.1',
    streamCertificate: server,
    tunnelCertificate: server,
    tunnelClientRoots: [authority.certificate],
  });
  // Each node has two keys: its name and its address.
  connected = () => cloudcore.sessions().length / 2;
  return started(edge, cloudcore.tunnelPort);
}

async function raw(): Promise<FleetStarted> {
  const { server, edge } = await certificates();
  const { pem = '', keyPem = '' } = server;
  const https = createServer({ cert: pem, key: keyPem, ca: authority.certificate.pem, requestCert: true });
  const sockets = new WebSocketServer({ server: https, perMessageDeflate: false, skipUTF8Validation: true });
  https.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(https, 'listening');
  connected = () => sockets.clients.size;
  return started(edge, (https.address() as AddressInfo).port);
}

serveCalls({ tunnels, raw, connected: () => connected(), collect: () => globalThis.gc?.() });

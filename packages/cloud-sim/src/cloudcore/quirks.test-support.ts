// Test support only: a cloudcore of a release with one edge, and what the tests of quirks ask it.
import { dialectOf } from '@kubeedge-sim/wire';
import { ByteReader, inLab, type Lab, logLines, RawEdge } from './cloudcore.test-support.ts';

export const METRICS = 'GET /stats/summary HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n\r\n';
export const LOGS = 'GET /containerLogs/a/b/c?follow=true HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n\r\n';
export const EXEC =
  'POST /exec/a/b/c HTTP/1.1\r\nHost: 10.66.0.11:10350\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

/** A cloudcore of a release, with one edge. */
export async function withEdge<T>(
  release: string,
  body: (lab: Lab, edge: RawEdge) => Promise<T>,
): Promise<T> {
  const dialect = dialectOf(release);
  const pods = { nodeOf: () => 'edge-node-1' };
  return inLab(
    async (lab) => {
      const extraHeaders = `${dialect.hostnameHeadersSent[0]}: edge-node-1\r\n`;
      const edge = await RawEdge.dial(lab, { hostname: '', extraHeaders });
      try {
        return await body(lab, edge);
      } finally {
        edge.socket.destroy();
        await lab.world.clock.sleep(100);
      }
    },
    { release, dialect, pods },
  );
}

export async function ask(lab: Lab, request: string) {
  const target = { address: lab.cloudHost.address, port: 10_003 };
  const socket = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
  socket.write(request);
  return { socket, reader: new ByteReader(socket) };
}

export const data = (id: number, bytes: number) =>
  Buffer.concat([Buffer.from([id, 3]), Buffer.alloc(bytes, 'x')]);
export const remove = (id: number) => Buffer.from([id, 4]);

export const ends = (lab: Lab) => lab.world.trace.of('tunnel.session-end').map(({ detail }) => detail.state);
export const printed = (lab: Lab) =>
  logLines(lab.world).map(([, , line]) => line.replace(/serving \S+:/, 'serving *:'));
export const sentTypes = (lab: Lab) =>
  lab.world.trace
    .of('tunnel.message')
    .filter(({ detail }) => detail.direction === 'to-edge')
    .map(({ detail }) => detail.type);

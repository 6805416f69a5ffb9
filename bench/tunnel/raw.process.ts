// The servers that do nothing but answer: plain node:https, and the far end of a plain WebSocket.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serveCalls } from '../process.ts';
import { dialRawStream, type RawStream } from '../streams/raw-streams.ts';
import { type BodyShape, bodyLines, pathOf } from './body.ts';
import { dialRawWss, type KeyPair } from './raw-wss.ts';

async function https({ tls, bodies }: { tls: KeyPair; bodies: readonly BodyShape[] }): Promise<number> {
  const served = new Map(bodies.map((shape) => [pathOf(shape), Buffer.concat(bodyLines(shape))]));
  const server = createServer(tls, (request, response) => {
    response.end(served.get(request.url ?? '') ?? 'no such body\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

let stream: RawStream | undefined;

serveCalls({
  https,
  async wss({ port, shape }: { port: number; shape: BodyShape }) {
    await dialRawWss(port, shape);
  },
  async rawDial(port: number) {
    stream = await dialRawStream(port);
  },
  rawSend: (messageBytes: number) => stream?.send(messageBytes),
  rawReceived: () => stream?.received(),
});

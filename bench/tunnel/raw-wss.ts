import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { type BodyShape, bodyLines } from './body.ts';
import { createLatencies, type LoadResult } from './http-client.ts';

// The same messages over one WebSocket, with nothing that knows what they mean: the far end answers each with one
// message a line and an empty one.

export interface KeyPair {
  cert: string;
  key: string;
}

const options = { perMessageDeflate: false, skipUTF8Validation: true } as const;
// As long as a CONNECT of the tunnel.
const ASK = Buffer.alloc(420, 'a');
const END = Buffer.from([1, 4]);
/** Begins and ends a flood. */
const FLOOD = Buffer.from([0]);
const FLOOD_BUFFER_BYTES = 256 * 1024;

/** The asking end, listening. */
export interface RawWss {
  port: number;
  /** Keeps one question per client under way. */
  load(load: { clients: number; seconds: number; warmUpSeconds: number }): Promise<LoadResult>;
  /** Lets the far end send as fast as it can; messages a second. */
  flood(load: { seconds: number; warmUpSeconds: number }): Promise<number>;
}

/** The asking side: a server, as cloudcore is. */
export async function startRawWss(tls: KeyPair): Promise<RawWss> {
  const https = createServer(tls);
  const server = new WebSocketServer({ ...options, server: https });
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  return {
    port: (https.address() as AddressInfo).port,
    async load(load) {
      const [socket] = await connected;
      const latencies = createLatencies(load);
      const started: number[] = [];
      let isOver = false;
      const ask = () => {
        started.push(performance.now());
        socket.send(ASK);
      };
      const drained = Promise.withResolvers<void>();
      const read = (data: Buffer) => {
        if (data.length > END.length) return;
        const nowMs = performance.now();
        latencies.note(started.shift() ?? nowMs, nowMs);
        if (!isOver) ask();
        else if (started.length === 0) drained.resolve();
      };
      socket.on('message', read);
      for (let client = 0; client < load.clients; client++) ask();
      await latencies.over;
      isOver = true;
      await drained.promise;
      socket.off('message', read);
      return latencies.result();
    },
    async flood({ warmUpSeconds, seconds }) {
      const [socket] = await connected;
      let messages = 0;
      const count = () => {
        messages++;
      };
      socket.on('message', count);
      socket.send(FLOOD);
      await delay(warmUpSeconds * 1_000);
      const before = { messages, atMs: performance.now() };
      await delay(seconds * 1_000);
      const perSecond = ((messages - before.messages) / (performance.now() - before.atMs)) * 1_000;
      socket.send(FLOOD);
      await delay(500);
      socket.off('message', count);
      return perSecond;
    },
  };
}

/** The answering side: a client, as the edge is. */
export async function dialRawWss(port: number, shape: BodyShape): Promise<WebSocket> {
  const messages = bodyLines(shape).map((line) => Buffer.concat([Buffer.from([1, 3]), line]));
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, { ...options, rejectUnauthorized: false });
  let isFlooding = false;
  const flood = () => {
    while (isFlooding && socket.bufferedAmount < FLOOD_BUFFER_BYTES) {
      for (const message of messages) socket.send(message);
    }
    if (isFlooding) setImmediate(flood);
  };
  socket.on('message', (asked: Buffer) => {
    if (asked.length === FLOOD.length) {
      isFlooding = !isFlooding;
      flood();
      return;
    }
    for (const message of messages) socket.send(message);
    socket.send(END);
  });
  await once(socket, 'open');
  return socket;
}

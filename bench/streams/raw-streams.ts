import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { KeyPair } from '../tunnel/raw-wss.ts';

// The same bytes over one WebSocket, in messages of one size, with nobody who knows what they mean.

const options = { perMessageDeflate: false, skipUTF8Validation: true } as const;
const BUFFER_BYTES = 256 * 1024;

/** One end of a raw stream. */
export interface RawStream {
  /** Bytes that have come in so far. */
  received(): number;
  /** Sends messages of this length as fast as they are taken, until it is called with 0. */
  send(messageBytes: number): void;
}

/** The end where the cloud is: it listens. */
export async function listenRawStream(tls: KeyPair): Promise<{ port: number; opened: Promise<RawStream> }> {
  const https = createServer(tls);
  const server = new WebSocketServer({ ...options, server: https });
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  const opened = once(server, 'connection').then(([socket]) => rawStream(socket as WebSocket));
  return { port: (https.address() as AddressInfo).port, opened };
}

/** The end where the edge is: it dials. */
export async function dialRawStream(port: number): Promise<RawStream> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, { ...options, rejectUnauthorized: false });
  await once(socket, 'open');
  return rawStream(socket);
}

function rawStream(socket: WebSocket): RawStream {
  let received = 0;
  let message = Buffer.alloc(0);
  let sending = false;
  socket.on('message', (data: Buffer) => {
    received += data.length;
  });
  const flood = () => {
    while (message.length > 0 && socket.bufferedAmount < BUFFER_BYTES) socket.send(message);
    sending = message.length > 0;
    if (sending) setImmediate(flood);
  };
  return {
    received: () => received,
    send(messageBytes) {
      message = Buffer.alloc(messageBytes, 'x');
      if (!sending) flood();
    },
  };
}

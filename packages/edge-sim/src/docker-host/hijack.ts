import type { NetSocket } from '@kubeedge-sim/sim-kit';

const HEAD_BYTES_MAX = 65_536;
const REFUSAL_BYTES_MAX = 4_096;

/** The engine's answer to a request for a raw stream: the stream, or why there is none. */
export type Hijacked = { readonly socket: NetSocket } | { readonly refused: string };

/**
 * Asks an engine for a connection without HTTP, as the Docker client does: moby v20.10.24 client/hijack.go
 * postHijacked, setupHijackConn.
 */
export async function hijack(socket: NetSocket, path: string, body: string): Promise<Hijacked> {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: docker',
    'User-Agent: kubeedge-sim',
    'Connection: Upgrade',
    'Upgrade: tcp',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const { head, rest } = await readHead(socket);
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]);
  if (status === 101 || status === 200) {
    if (rest.length > 0) socket.unshift(rest);
    return { socket };
  }
  const text = await readRefusal(socket, rest, Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0));
  socket.destroy();
  return { refused: messageOf(text) ?? `HTTP ${status}` };
}

function readHead(socket: NetSocket): Promise<{ head: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = () => {
      socket.removeListener('data', onData);
      socket.removeListener('end', onEnd);
      socket.removeListener('error', reject);
      socket.pause();
    };
    const onEnd = () => {
      settle();
      reject(new Error('the engine closed the connection without an answer'));
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0 && bytes.length < HEAD_BYTES_MAX) return;
      settle();
      if (end < 0) reject(new Error('the engine answered no HTTP'));
      else resolve({ head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) });
    };
    socket.on('data', onData);
    socket.once('end', onEnd);
    socket.once('error', reject);
    socket.resume();
  });
}

async function readRefusal(socket: NetSocket, start: Buffer, length: number): Promise<string> {
  let bytes = start;
  const wanted = Math.min(length, REFUSAL_BYTES_MAX);
  if (bytes.length >= wanted) return bytes.toString();
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= wanted) break;
  }
  return bytes.toString();
}

/** The words of an engine's error. */
export function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

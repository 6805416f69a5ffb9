import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { RemoteCommandClient, upgradeRequestHeaders } from '@kubeedge-sim/spdy';

/** An exec asked of cloudcore, as kube-apiserver does. */
export interface ExecLoad {
  host: string;
  port: number;
  /** Host header: the node and its port. */
  edgeHost: string;
  path: string;
  stdin: boolean;
}

/** As much as client-go reads of stdin at a time. */
const FRAME_BYTES = 32 * 1024;
const HEAD_END = '\r\n\r\n';
const PROTOCOL = 'v4.channel.k8s.io';

/** A running exec. */
export interface RunningExec {
  /** Bytes of stdout so far. */
  stdoutBytes(): number;
  stop(): void;
}

/** Starts an exec that reads stdout, or one that sends stdin as fast as it is taken. */
export async function startExec({ host, port, edgeHost, path, stdin }: ExecLoad): Promise<RunningExec> {
  const socket = connect({ host, port, rejectUnauthorized: false });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  const headers = upgradeRequestHeaders([PROTOCOL]).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\nHost: ${edgeHost}\r\nContent-Length: 0\r\n${headers.join('')}\r\n`);
  const rest = await readHead(socket);
  const remote = new RemoteCommandClient({
    protocol: PROTOCOL,
    wants: { stdin, stdout: !stdin, stderr: false, tty: false },
  });
  const frame = Buffer.alloc(FRAME_BYTES, 'x');
  let stdoutBytes = 0;
  const send = () => {
    let room = true;
    for (const bytes of remote.takeOutput()) room = socket.write(bytes);
    return room;
  };
  const type = () => {
    while (!socket.destroyed && send()) remote.writeStdin(frame);
  };
  const receive = (bytes: Uint8Array) => {
    for (const event of remote.receive(bytes)) {
      if (event.type === 'stdout') {
        stdoutBytes += event.data.length;
        remote.consumed('stdout', event.data.length);
      } else if (event.type === 'ready' && stdin) {
        socket.on('drain', type);
        type();
      }
    }
    send();
  };
  send();
  socket.on('data', receive);
  if (rest.length > 0) receive(rest);
  socket.on('error', () => socket.destroy());
  return { stdoutBytes: () => stdoutBytes, stop: () => void socket.destroy() };
}

/** Resolves with what comes behind the answer's head. @throws Error for an answer that is no upgrade */
function readHead(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', function collect(chunk: Buffer) {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) return;
      socket.removeListener('data', collect);
      const head = bytes.toString('latin1', 0, end);
      if (head.startsWith('HTTP/1.1 101 ')) resolve(bytes.subarray(end + HEAD_END.length));
      else reject(new Error(`The server answered ${head}`));
    });
  });
}

import type { IncomingMessage } from 'node:http';
import type { NetSocket } from '@kubeedge-sim/sim-kit';
import { answerUpgrade, kubeletProtocols, RemoteCommandServer, wantsOfQuery } from '@kubeedge-sim/spdy';

/** As much as Go's io.Copy reads at a time, which is a SPDY frame then. */
const FRAME_BYTES = 32 * 1024;

/** Bytes of stdin that all commands have read. */
let stdinBytes = 0;
const running = new Set<NetSocket>();
export const readStdinBytes = (): number => stdinBytes;

/** Ends all commands. Up to v1.8.2 an edge does not learn that the client has gone, so that one would print on. */
export function endExecs(): void {
  for (const socket of running) socket.destroy();
}

/** edged's end of an exec: one that reads stdin, or else one that prints without end, as fast as it can. */
export function serveExec(request: IncomingMessage, socket: NetSocket, head: Buffer): void {
  const answer = answerUpgrade(request.headers, kubeletProtocols);
  const wants = wantsOfQuery((request.url ?? '').split('?')[1] ?? '');
  if (!answer.accepted || 'refusal' in wants) {
    socket.destroy();
    return;
  }
  const remote = new RemoteCommandServer({ protocol: answer.protocol, wants });
  const frame = Buffer.alloc(FRAME_BYTES, 'x');
  const send = () => {
    let room = true;
    for (const bytes of remote.takeOutput()) room = socket.write(bytes);
    return room;
  };
  const print = () => {
    while (!socket.destroyed && send()) remote.write('stdout', frame);
  };
  const receive = (bytes: Uint8Array) => {
    for (const event of remote.receive(bytes)) {
      if (event.type === 'ready' && !wants.stdin) {
        socket.on('drain', print);
        print();
      } else if (event.type === 'stdin') {
        stdinBytes += event.data.length;
        remote.consumed(event.data.length);
      }
    }
    send();
  };
  running.add(socket);
  socket.once('close', () => running.delete(socket));
  socket.write(answer.head);
  socket.on('error', () => socket.destroy());
  socket.on('data', receive);
  if (head.length > 0) receive(head);
  socket.resume();
}

// Test support: an exec asked of cloudcore's 10003, as a kube-apiserver asks for it.
import type { NetSocket } from '@kubeedge-sim/sim-kit';
import {
  type CommandResult,
  RemoteCommandClient,
  remoteCommandProtocols,
  upgradeRequestHeaders,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';
import { addressOfEdge, CLOUD_NODE } from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';

/** What the client does while the command runs; called with each piece of output. */
type Talk = (client: { write(bytes: Uint8Array): void; end(): void; leave(): void }, output: Buffer) => void;

export interface ExecOutcome {
  readonly result: CommandResult;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a command in a container through the tunnel. Without `stdin` there is none. */
export async function execThroughTunnel(
  cluster: Cluster,
  at: { edge: string; path: string; command: readonly string[]; verb?: 'exec' | 'attach' },
  stdin?: { readonly bytes: Uint8Array } | { readonly talk: Talk },
): Promise<ExecOutcome> {
  const { edge, path, command, verb = 'exec' } = at;
  const words = command.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const query = `${words}&error=1&output=1${stdin === undefined ? '' : '&input=1'}`;
  const port = await kubeletPort(cluster, edge);
  const socket = await cluster
    .host(CLOUD_NODE)
    .connect({ address: addressOfEdge(edge), port }, { tls: { verify: false }, component: 'tester' });
  const headers = upgradeRequestHeaders(remoteCommandProtocols.slice(1));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(
    `POST /${verb}/${path}?${query} HTTP/1.1\r\nHost: ${addressOfEdge(edge)}:${port}\r\n${lines}\r\n`,
  );
  const wants = wantsOfQuery(query);
  if ('refusal' in wants) throw new Error(wants.refusal);
  return speak(socket, new RemoteCommandClient({ protocol: 'v4.channel.k8s.io', wants }), stdin);
}

/** Where the API server asks for what a kubelet serves. */
async function kubeletPort(cluster: Cluster, edge: string): Promise<number> {
  const { stdout } = await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${edge}`]);
  const { status } = JSON.parse(stdout) as {
    status: { daemonEndpoints: { kubeletEndpoint: { Port: number } } };
  };
  return status.daemonEndpoints.kubeletEndpoint.Port;
}

function speak(
  socket: NetSocket,
  remote: RemoteCommandClient,
  stdin: { readonly bytes: Uint8Array } | { readonly talk: Talk } | undefined,
): Promise<ExecOutcome> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let head: Buffer | undefined = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const send = () => {
      for (const bytes of remote.takeOutput()) if (socket.writable) socket.write(bytes);
    };
    const client = {
      write: (bytes: Uint8Array) => {
        remote.writeStdin(bytes);
        send();
      },
      end: () => {
        remote.endStdin();
        send();
      },
      leave: () => socket.destroy(),
    };
    const finish = (result: CommandResult) => {
      socket.end();
      resolve({ result, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    };
    const receive = (bytes: Buffer) => {
      for (const event of remote.receive(bytes)) {
        if (event.type === 'ready' && stdin !== undefined) {
          if ('bytes' in stdin) {
            client.write(stdin.bytes);
            client.end();
          } else stdin.talk(client, Buffer.alloc(0));
        }
        if (event.type === 'stdout' || event.type === 'stderr') {
          const piece = Buffer.from(event.data);
          (event.type === 'stdout' ? stdout : stderr).push(piece);
          remote.consumed(event.type, piece.length);
          if (stdin !== undefined && 'talk' in stdin) stdin.talk(client, piece);
        }
        if (event.type === 'done') finish(event.result);
      }
      send();
    };
    socket.on('error', () => {});
    socket.on('close', () => {
      if (head !== undefined) return reject(new Error(`no upgrade: ${head}`));
      for (const event of remote.connectionEnded()) if (event.type === 'done') finish(event.result);
    });
    socket.on('data', (bytes: Buffer) => {
      if (head === undefined) return receive(bytes);
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1');
      if (!text.startsWith('HTTP/1.1 101')) return void socket.destroy();
      const rest = head.subarray(end + 4);
      head = undefined;
      send();
      if (rest.length > 0) receive(rest);
    });
  });
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** The node a pod runs on is the end of its name: `web-node-rr` is on `node-rr`. */
export function nodeOfPod(name: string): string | undefined {
  return /node-\w+$/.exec(name)?.[0];
}

/** As much of kube-apiserver as cloudstream asks for: a pod's node, and a Node whose status is taken. */
export async function serveKubeApi(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const [, , , kind, name = '', sub, pod] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const metadata = (of: string) => ({ name: of, resourceVersion: '1', uid: `uid-of-${of}` });
    const object =
      kind === 'nodes'
        ? { kind: 'Node', apiVersion: 'v1', metadata: metadata(name), status: {} }
        : sub === 'pods' && pod !== undefined && nodeOfPod(pod) !== undefined
          ? { kind: 'Pod', apiVersion: 'v1', metadata: metadata(pod), spec: { nodeName: nodeOfPod(pod) } }
          : undefined;
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
    request.resume();
    response.writeHead(object === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(object ?? missing));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

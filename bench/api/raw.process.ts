// A node:https server that does nothing but send the bytes that it is told.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serveCalls } from '../process.ts';

export interface RawStart {
  tls: { cert: string; key: string };
  /** By the case that they belong to, which is the path's first part. */
  bodies: Readonly<Record<string, Uint8Array>>;
}

const lineEnd = Buffer.from('\n');
let tell: ((count: number) => Promise<void>) | undefined;

serveCalls({
  async start({ tls, bodies }: RawStart): Promise<number> {
    const server = createServer(tls, (request, response) => {
      const [, name = ''] = (request.url ?? '').split('/');
      const body = bodies[name] ?? Buffer.from('no such body\n');
      if (name === 'watch') {
        response.flushHeaders();
        tell = async (count) => {
          for (let done = 0; done < count; done++) {
            if (!response.write(Buffer.concat([body, lineEnd]))) await once(response, 'drain');
          }
        };
        return;
      }
      request.resume().once('end', () => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
        response.end(body);
      });
    });
    // Its connections are idle while the other server has its turn; five seconds, the default, are not enough.
    server.keepAliveTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  update: (count: number) => tell?.(count),
});

import { describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { CLOUD, type CreateWorld, inWorld, tester } from '../net/contract-world.test-support.ts';
import { createHttpClient } from './client.ts';
import { httpRequest } from './request.ts';
import { createHttpServer, listenHttp } from './server.ts';

/** node:http and ws on the sockets of either net. */
export function httpContract(create: CreateWorld): void {
  describe('http', () => {
    it('answers requests', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const server = createHttpServer((request, response) => {
          request.resume().once('end', () => {
            response.statusCode = 201;
            response.end(`${request.method} ${request.url} from ${request.socket.remoteAddress}`);
          });
        });
        world.own(await listenHttp(cloud, { port: 10003 }, { component: 'streamserver' }, server));
        const target = { address: CLOUD, port: 10003 };
        const asked = { ...tester, target, method: 'POST', path: '/stats?x=1', body: '{}' };
        const response = await httpRequest(edge, asked);
        expect(response.status).toBe(201);
        expect(world.net.describe(await response.text())).toBe(
          `POST /stats?x=1 from ${edge.describedAddress}`,
        );
      }));

    it('answers over a unix socket', () =>
      inWorld(create, async ({ world, edge }) => {
        const server = createHttpServer((request, response) => response.end(request.headers.host));
        const target = { path: '/var/run/docker.sock' };
        world.own(await listenHttp(edge, target, { component: 'dockerd' }, server));
        expect(await (await httpRequest(edge, { ...tester, target, path: '/_ping' })).text()).toBe('docker');
      }));

    it('hangs up when the server goes away', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const server = createHttpServer((request) => request.socket.destroy());
        world.own(await listenHttp(cloud, { port: 10003 }, { component: 'streamserver' }, server));
        const request = httpRequest(edge, { ...tester, target: { address: CLOUD, port: 10003 }, path: '/' });
        await expect(request).rejects.toMatchObject({ code: 'ECONNRESET' });
      }));

    it('fails when the answer is an upgrade nobody asked for', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const target = { address: CLOUD, port: 10003 };
        const listener = await cloud.listen(target, { component: 'raw' }, (socket) => {
          socket.on('error', () => {});
          socket.once('data', () =>
            socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
          );
        });
        world.own(listener);
        const asked = { ...tester, target, path: '/' };
        await expect(httpRequest(edge, asked)).rejects.toMatchObject({ code: 'ERR_HTTP_UPGRADE' });
        using client = createHttpClient({ host: edge, trace: world.trace, idlePerTarget: 1, idleMs: 1_000 });
        await expect(client.request(asked)).rejects.toMatchObject({ code: 'ERR_HTTP_UPGRADE' });
      }));

    it('upgrades to a WebSocket, through TLS', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const authority = await world.net.authority({ commonName: 'ca' });
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const http = createHttpServer();
        const sockets = new WebSocketServer({ noServer: true });
        http.on('upgrade', (request, socket, head) =>
          sockets.handleUpgrade(request, socket, head, (tunnel) =>
            tunnel.on('message', (data) => tunnel.send(`got ${data}`)),
          ),
        );
        const tls = { certificate, clientAuth: 'none' } as const;
        world.own(await listenHttp(cloud, { port: 10004 }, { component: 'tunnel', tls }, http));
        const dial = { ...tester, tls: { verify: true, roots: [authority.certificate] } };
        const socket = await edge.connect({ address: CLOUD, port: 10004 }, dial);
        const tunnel = new WebSocket('ws://cloud/connect', { createConnection: () => socket });
        const answer = new Promise((resolve) => tunnel.once('message', (data) => resolve(String(data))));
        tunnel.once('open', () => tunnel.send('ping'));
        expect(await answer).toBe('got ping');
        const closed = new Promise((resolve) => tunnel.once('close', resolve));
        tunnel.close();
        await closed;
      }));
  });
}

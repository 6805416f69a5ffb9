import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createLoopbackWorld } from '../loopback-world.ts';
import { exchange, inWorld, tester } from './contract-world.test-support.ts';

const create = () => createLoopbackWorld();

describe('the door to the outside', () => {
  it('opens unix sockets', () =>
    inWorld(create, async ({ world }) => {
      const directory = mkdtempSync(join(tmpdir(), 'door-'));
      const path = join(directory, 'docker.sock');
      const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(path);
      await once(server, 'listening');
      for (const target of [path, `unix://${path}`]) {
        expect(await exchange(await world.net.outside(target)(tester), 'ping')).toBe('ping');
      }
      server.close();
      rmSync(directory, { recursive: true });
      await expect(world.net.outside(path)(tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(world.trace.of('net.connect').map(({ host }) => host)).toEqual(['outside', 'outside']);
    }));

  it('opens https servers and verifies them', () =>
    inWorld(create, async ({ world }) => {
      const authority = await world.net.authority({ commonName: 'ca' });
      const { pem: cert = '', keyPem: key = '' } = await authority.issue({
        commonName: 'api',
        ipAddresses: ['127.0.0.1'],
      });
      const server = createTlsServer({ cert, key }, (socket) => socket.pipe(socket));
      server.listen({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      const url = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
      const rootsPem = authority.certificate.pem as string;
      expect(await exchange(await world.net.outside(url, { rootsPem })(tester), 'ping')).toBe('ping');
      await expect(world.net.outside(url)(tester)).rejects.toMatchObject({
        verdict: 'unknown-authority',
        by: 'client',
      });
      await new Promise((resolve) => server.close(resolve));
    }));

  it('does not take other addresses', () =>
    inWorld(create, async ({ world }) => {
      for (const target of ['docker.sock', 'ftp://localhost/', '']) {
        expect(() => world.net.outside(target)).toThrow(/a unix socket path or an http: or https: URL/);
      }
    }));
});

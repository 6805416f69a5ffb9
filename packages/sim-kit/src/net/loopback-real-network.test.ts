import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createLoopbackWorld } from '../loopback-world.ts';
import { createMemoryWorld } from '../world.ts';
import {
  accepting,
  CLOUD,
  echoing,
  exchange,
  greet,
  inWorld,
  tester,
} from './contract-world.test-support.ts';

const create = () => createLoopbackWorld();
const withUplink = () => createLoopbackWorld({ uplink: true });

/** A server of the machine, in no world. */
async function startEcho() {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

describe('an uplink', () => {
  it('dials names of the real network, and says so in the trace', () =>
    inWorld(withUplink, async ({ world, edge }) => {
      const echo = await startEcho();
      const target = { address: 'localhost', port: echo.port };
      expect(await exchange(await edge.connect(target, tester), 'ping')).toBe('ping');
      echo.close();
      await expect(edge.connect(target, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      const to = `localhost:${echo.port}`;
      expect(world.trace.of('net.connect').map(({ detail }) => [detail.to, detail.outcome])).toEqual([
        [to, 'open'],
        [to, 'refused'],
      ]);
    }));

  it('leaves 127.0.0.1 to the dialling host', () =>
    inWorld(withUplink, async ({ world, edge }) => {
      const echo = await startEcho();
      const target = { address: '127.0.0.1', port: echo.port };
      await expect(edge.connect(target, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await echoing(world, edge, target, 'own: ');
      expect(await greet(edge, target)).toBe('own: hello');
      echo.close();
    }));

  it('says of a name that nobody knows what Go says of it', () =>
    inWorld(withUplink, async ({ edge }) => {
      await expect(edge.connect({ address: 'cloud.invalid', port: 10_004 }, tester)).rejects.toMatchObject({
        code: 'ENOTFOUND',
        goText: 'dial tcp: lookup cloud.invalid: no such host',
      });
    }));

  it('leads from one world into another, with TLS', () =>
    inWorld(create, async ({ world, cloud }) => {
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
      const client = await authority.issue({ commonName: 'edge', usages: ['client'] });
      const roots = [authority.certificate];
      const tls = { certificate, clientAuth: 'require', clientRoots: roots } as const;
      await accepting(world, cloud, { port: 10_004 }, { tls });
      await inWorld(withUplink, async ({ edge }) => {
        const target = { address: cloud.address, port: 10_004 };
        const dial = (verify: boolean) =>
          edge.connect(target, { ...tester, tls: { verify, roots, certificate: client } });
        // The leased address is in the certificate.
        const socket = await dial(true);
        expect(socket.encrypted).toBe(true);
        socket.destroy();
        await expect(
          edge.connect({ ...target, address: 'localhost' }, { ...tester, tls: { verify: true, roots } }),
        ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      });
    }));

  it('is not there unless asked for', () =>
    inWorld(create, async ({ edge }) => {
      const echo = await startEcho();
      const target = { address: 'localhost', port: echo.port };
      await expect(edge.connect(target, tester)).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
      echo.close();
    }));
});

describe.each(['0.0.0.0', '127.0.0.1'])('a port published on %s', (address) => {
  it('is the port of its host, with TLS and all', () =>
    inWorld(create, async ({ world, cloud }) => {
      const at = await world.net.publish(cloud, 10_003, { address, port: 0 });
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'cloud', dnsNames: ['localhost'] });
      const { accepted } = await accepting(
        world,
        cloud,
        { port: 10_003 },
        { tls: { certificate, clientAuth: 'none' } },
      );
      const client = connectTls({
        host: '127.0.0.1',
        servername: 'localhost',
        port: at.port,
        ca: authority.certificate.pem as string,
      });
      await once(client, 'secureConnect');
      expect(client.authorized).toBe(true);
      (await accepted()).end('hello');
      expect(await text(client)).toBe('hello');
    }));

  it('takes nothing away from the hosts, also where the number is the same', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      const { port } = await world.net.publish(cloud, 0, { address, port: 0 });
      const listener = await echoing(world, cloud, { port }, 'cloud: ');
      expect(await greet(edge, { address: CLOUD, port })).toBe('cloud: hello');
      await expect(cloud.connect({ address: edge.address, port }, tester)).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
      const dialled = () => world.trace.of('net.connect').map(({ detail }) => detail.outcome);
      expect(dialled()).toEqual(['open', 'refused']);
      await listener.close();
      await expect(edge.connect({ address: CLOUD, port }, tester)).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
      await echoing(world, edge, { port }, 'edge: ');
      expect(await greet(cloud, { address: edge.address, port })).toBe('edge: hello');
    }));

  it('resets who comes while nothing listens', () =>
    inWorld(create, async ({ world, cloud }) => {
      const at = await world.net.publish(cloud, 10_003, { address, port: 0 });
      const come = async () => {
        const client = connect({ host: '127.0.0.1', port: at.port });
        return ((await once(client.resume(), 'error')) as [NodeJS.ErrnoException])[0].code;
      };
      expect(await come()).toBe('ECONNRESET');
      const listener = await echoing(world, cloud, { port: 10_003 }, '');
      await listener.close();
      expect(await come()).toBe('ECONNRESET');
    }));
});

describe('publishing', () => {
  it('refuses a port of the world’s own, one that is taken and an address that is none', () =>
    inWorld(create, async ({ world, cloud }) => {
      await echoing(world, cloud, { port: 20_003 }, '');
      const publish = (address: string, port: number) => world.net.publish(cloud, 20_003, { address, port });
      await expect(publish('0.0.0.0', 20_003)).rejects.toThrow(/has to publish before it listens/);
      const echo = await startEcho();
      await expect(publish('127.0.0.1', echo.port)).rejects.toMatchObject({ code: 'SIM_ERR_PORT_IN_USE' });
      echo.close();
      await expect(publish('192.0.2.1', 0)).rejects.toThrow(/Give an address that this machine has/);
      await expect(publish('cloud', 0)).rejects.toMatchObject({ code: 'SIM_ERR_ADDRESS' });
    }));

  it('is nothing for virtual time', () =>
    inWorld(createMemoryWorld, async ({ world, cloud }) => {
      const at = { address: '0.0.0.0', port: 10_003 };
      await expect(world.net.publish(cloud, 10_003, at)).rejects.toMatchObject({
        code: 'SIM_ERR_NO_OUTSIDE',
      });
    }));
});

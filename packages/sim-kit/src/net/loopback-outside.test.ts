import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createLoopbackWorld } from '../loopback-world.ts';
import type { TlsError } from '../tls/verdict.ts';
import { accepting, CLOUD, EDGE, echoing, greet, inWorld } from './contract-world.test-support.ts';
import type { NatRule } from './nat.ts';

const create = () => createLoopbackWorld({ asHost: 'cloud' });
const redirect: NatRule = { chain: 'OUTPUT', dport: 10350, to: { address: CLOUD, port: 10003 } };

/** A client that knows nothing of the world. */
async function outsider(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  await once(socket, 'connect');
  return socket;
}

async function ask(host: string, port: number): Promise<string> {
  const socket = await outsider(host, port);
  socket.end('hello');
  return text(socket);
}

describe('a client outside a loopback world', () => {
  it('acts as one host, whose rules redirect it while they are there', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      await echoing(world, cloud, { port: 10003 }, 'stream: ');
      await expect(outsider(edge.address, 10350)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      cloud.nat.append(redirect);
      await world.net.settled();
      expect(await ask(edge.address, 10350)).toBe('stream: hello');
      const established = await outsider(edge.address, 10350);
      const [greeting] = await once(established, 'data');
      expect(String(greeting)).toBe('stream: ');
      cloud.nat.delete(redirect);
      await world.net.settled();
      await expect(outsider(edge.address, 10350)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      established.end('still here');
      expect(await text(established)).toBe('still here');
      const [forwarded] = world.trace.of('net.connect');
      expect(forwarded).toMatchObject({
        host: 'cloud',
        component: 'outside',
        detail: { to: `${EDGE}:10350` },
      });
    }));

  it('speaks TLS end to end through a redirect, and its open connection is nobody’s leak', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      const authority = await world.net.authority({ commonName: 'test' });
      const certificate = await authority.issue({ commonName: 'stream' });
      await accepting(world, cloud, { port: 10003 }, { tls: { certificate, clientAuth: 'request' } });
      cloud.nat.append(redirect);
      await world.net.settled();
      const client = connectTls({ host: edge.address, port: 10350, rejectUnauthorized: false });
      client.on('error', () => {});
      await once(client, 'secureConnect');
      expect(client.getPeerX509Certificate()?.subject).toContain('CN=stream');
      expect(world.net.open().filter((line) => line.includes('10350'))).toEqual([]);
    }));

  it('is redirected also where a component listens, which components still reach', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      await echoing(world, cloud, { port: 10003 }, 'stream: ');
      await echoing(world, edge, { port: 10350 }, 'edged: ');
      expect(await ask(edge.address, 10350)).toBe('edged: hello');
      cloud.nat.append(redirect);
      await world.net.settled();
      expect(await ask(edge.address, 10350)).toBe('stream: hello');
      expect(await greet(edge, { address: EDGE, port: 10350 })).toBe('edged: hello');
    }));

  it('acts as a pod of a host where it is told to: PREROUTING of that host redirects it, OUTPUT does not', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      await echoing(world, cloud, { port: 10003 }, 'stream: ');
      cloud.nat.append(redirect);
      await world.net.settled();
      expect(await ask(edge.address, 10350)).toBe('stream: hello');
      world.net.actAs(cloud, { pod: '10.233.64.9' });
      await world.net.settled();
      await expect(outsider(edge.address, 10350)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      const ofPod = ['-s', '10.233.64.9', '-p', 'tcp', '--dport', '10350'];
      const to = ['-j', 'DNAT', '--to', `${CLOUD}:10003`];
      cloud.iptables.run(['-t', 'nat', '-A', 'PREROUTING', ...ofPod, ...to]);
      await world.net.settled();
      expect(await ask(edge.address, 10350)).toBe('stream: hello');
      expect(await ask(cloud.address, 10003)).toBe('stream: hello');
      const ways = world.trace.of('net.connect').map(({ detail }) => [detail.pod, detail.chains]);
      expect(ways).toEqual([
        [undefined, undefined],
        ['10.233.64.9', ['cloud PREROUTING', 'cloud INPUT']],
        ['10.233.64.9', ['cloud PREROUTING', 'cloud INPUT']],
      ]);
      world.net.actAs(cloud);
      await world.net.settled();
      cloud.nat.delete(redirect);
      await world.net.settled();
      await expect(outsider(edge.address, 10350)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }));

  it('is redirected by the PREROUTING rules of others', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      await echoing(world, edge, { port: 10003 }, 'stream: ');
      edge.nat.append({ ...redirect, chain: 'PREROUTING', to: { address: EDGE, port: 10003 } });
      await world.net.settled();
      expect(await ask(edge.address, 10350)).toBe('stream: hello');
      await expect(outsider(cloud.address, 10350)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }));

  it('hears nothing of a host that drops', () =>
    inWorld(create, async ({ world }) => {
      const silent = world.net.host({ name: 'silent', address: '10.66.0.12', inbound: 'drop' });
      const { all } = await accepting(world, silent, { port: 10350 });
      const socket = await outsider(silent.address, 10350);
      socket.end('hello');
      expect(await text(socket)).toBe('');
      expect(all).toEqual([]);
    }));

  it('sees a reset where a redirected dial fails', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      cloud.nat.append(redirect);
      await world.net.settled();
      const socket = connect({ host: edge.address, port: 10350 }).resume();
      expect((await once(socket, 'error').catch((error) => [error]))[0]).toMatchObject({
        code: 'ECONNRESET',
      });
    }));

  it('reports a port that another program has', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      // Another world in the same block is as good as another program.
      const other = await createLoopbackWorld({ leasePrefix: world.net.leasePrefix as string });
      const first = other.net.host({ name: 'cloud', address: CLOUD });
      const second = other.net.host({ name: 'edge', address: EDGE });
      expect([first.address, second.address]).toEqual([cloud.address, edge.address]);
      const listener = await second.listen({ port: 10350 }, { component: 'edged' }, () => {});
      cloud.nat.append(redirect);
      await expect(world.net.settled()).rejects.toMatchObject({ code: 'SIM_ERR_PORT_IN_USE' });
      const listen = edge.listen({ port: 10350 }, { component: 'edged' }, () => {});
      await expect(listen).rejects.toMatchObject({ code: 'SIM_ERR_PORT_IN_USE' });
      await listener.close();
      await other[Symbol.asyncDispose]();
    }));

  it('dials a unix listener by its real path', () =>
    inWorld(create, async ({ world, edge }) => {
      const { socketPath } = await echoing(world, edge, { path: '/var/run/docker.sock' }, 'docker: ');
      const socket = connect({ path: socketPath as string });
      socket.end('hello');
      expect(await text(socket)).toBe('docker: hello');
    }));

  it('is refused by a TLS listener in the words of Go', () =>
    inWorld(create, async ({ world, cloud }) => {
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
      const told: TlsError[] = [];
      const tls = { certificate, clientAuth: 'require', clientRoots: [authority.certificate] } as const;
      await accepting(world, cloud, { port: 10004 }, { tls, onTlsError: (error) => told.push(error) });
      const plain = await outsider(cloud.address, 10004);
      plain.on('error', () => {}).end('GET / HTTP/1.1\r\n\r\n');
      await text(plain).catch(() => '');
      await expect
        .poll(() => told.map(({ message }) => message))
        .toEqual(['tls: first record does not look like a TLS handshake']);
      const nobody = connectTls({
        host: cloud.address,
        port: 10004,
        ca: authority.certificate.pem as string,
      });
      nobody.on('error', () => {});
      await once(nobody, 'secureConnect');
      // The leased address is in the certificate too.
      expect(nobody.authorized).toBe(true);
      await once(nobody.resume(), 'close');
      expect(told.map(({ verdict }) => verdict)).toEqual(['not-tls', 'no-client-certificate']);
    }));
});

describe('a TLS listener', () => {
  it('lets go of a client that leaves in the middle of the handshake', () =>
    inWorld(create, async ({ world, cloud }) => {
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'cloud' });
      await accepting(world, cloud, { port: 10004 }, { tls: { certificate, clientAuth: 'none' } });
      const client = await outsider(cloud.address, 10004);
      await expect.poll(() => world.net.open()).toHaveLength(2);
      // The first bytes of a handshake record, and no more.
      client.end(Buffer.from([22, 3, 1, 2, 0, 1]));
      await expect.poll(() => world.net.open()).toEqual(['server listens on cloud :10004']);
      client.destroy();
    }));

  it('survives many handshakes at once, some of them cut short', () =>
    inWorld(create, async ({ world, cloud, edge }) => {
      const authority = await world.net.authority({ commonName: 'ca' });
      const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
      await accepting(world, cloud, { port: 10004 }, { tls: { certificate, clientAuth: 'none' } });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 200 }, async (_, index) => {
          const roots = index % 4 === 1 ? [] : [authority.certificate];
          const signal = index % 4 === 2 ? AbortSignal.timeout(index % 16) : undefined;
          const dial = { component: 'tester', tls: { verify: true, roots }, signal };
          const socket = await edge.connect({ address: CLOUD, port: 10004 }, dial);
          socket.on('error', () => {});
          if (index % 4 === 3) socket.resetAndDestroy();
          socket.destroy();
        }),
      );
      const failed = outcomes.filter(({ status }, index) => status === 'rejected' && index % 4 !== 2);
      expect(failed).toHaveLength(50);
    }));
});

describe('two loopback worlds', () => {
  it('live side by side on the same described addresses', () =>
    inWorld(create, ({ world: one, cloud: first }) =>
      inWorld(create, async ({ world: two, cloud: second }) => {
        expect(one.net.leasePrefix).not.toBe(two.net.leasePrefix);
        await echoing(one, first, { port: 10003 }, 'one: ');
        await echoing(two, second, { port: 10003 }, 'two: ');
        expect(await greet(first, { address: CLOUD, port: 10003 })).toBe('one: hello');
        expect(await greet(second, { address: CLOUD, port: 10003 })).toBe('two: hello');
      }),
    ));

  it('meet in one block when the second is given the prefix of the first', () =>
    inWorld(create, async ({ world, cloud }) => {
      await echoing(world, cloud, { port: 10003 }, 'one: ');
      const join = () => createLoopbackWorld({ leasePrefix: world.net.leasePrefix as string });
      await inWorld(join, async ({ edge }) => {
        expect(await greet(edge, { address: CLOUD, port: 10003 })).toBe('one: hello');
      });
    }));
});

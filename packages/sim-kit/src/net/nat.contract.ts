import { describe, expect, it } from 'vitest';
import {
  accepting,
  CLOUD,
  type CreateWorld,
  EDGE,
  echoing,
  greet,
  inWorld,
  tester,
} from './contract-world.test-support.ts';
import type { NatRule } from './nat.ts';
import type { Endpoint } from './net.ts';

const redirect: NatRule = { chain: 'OUTPUT', dport: 10350, to: { address: CLOUD, port: 10003 } };

/** What nat rules do to dials, on either net. */
export function natContract(create: CreateWorld): void {
  describe('nat rules', () => {
    it('of OUTPUT redirect what the host dials, its own loopback included', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10003 }, 'stream: ');
        await echoing(world, cloud, { port: 10350, address: '127.0.0.1' }, 'own: ');
        await echoing(world, edge, { port: 10350 }, 'edged: ');
        cloud.nat.append(redirect);
        await world.net.settled();
        expect(await greet(cloud, { address: EDGE, port: 10350 })).toBe('stream: hello');
        expect(await greet(cloud, { address: '127.0.0.1', port: 10350 })).toBe('stream: hello');
        expect(await greet(edge, { address: EDGE, port: 10350 })).toBe('edged: hello');
        const [first] = world.trace.of('net.connect');
        expect(first?.detail).toMatchObject({
          to: `${EDGE}:10350`,
          translated: `${CLOUD}:10003`,
          rule: '-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination 10.0.0.2:10003',
        });
        expect(cloud.iptables.nat.chain('OUTPUT')?.rules[0]).toMatchObject({ packets: 2, bytes: 120 });
      }));

    it('of OUTPUT lose what goes from the loopback to another host, but not with ! -d 127.0.0.0/8', () =>
      inWorld(create, async ({ world, edge }) => {
        await echoing(world, edge, { port: 10350, address: '127.0.0.1' }, 'edged: ');
        const rule = ['-p', 'tcp', '--dport', '10350', '-j', 'DNAT', '--to', `${CLOUD}:10003`];
        edge.iptables.run(['-t', 'nat', '-A', 'OUTPUT', ...rule]);
        const lost = edge.connect({ address: '127.0.0.1', port: 10350 }, { ...tester, timeoutMs: 20 });
        await expect(lost).rejects.toMatchObject({ code: 'ETIMEDOUT' });
        edge.iptables.run(['-t', 'nat', '-R', 'OUTPUT', '1', '!', '-d', '127.0.0.0/8', ...rule]);
        expect(await greet(edge, { address: '127.0.0.1', port: 10350 })).toBe('edged: hello');
      }));

    it('in a chain of their own redirect through the jump, and REDIRECT to the host itself', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10003 }, 'stream: ');
        for (const words of [
          '-N TUNNEL-PORT',
          '-A OUTPUT -j TUNNEL-PORT',
          '-A PREROUTING -j TUNNEL-PORT',
          '-A TUNNEL-PORT -p tcp -m multiport --dports 10351,10360:10370 -j REDIRECT --to-ports 10003',
        ]) {
          expect(cloud.iptables.run(['-t', 'nat', ...words.split(' ')]).stderr).toBe('');
        }
        await world.net.settled();
        expect(await greet(cloud, { address: EDGE, port: 10365 })).toBe('stream: hello');
        expect(await greet(edge, { address: CLOUD, port: 10351 })).toBe('stream: hello');
        cloud.iptables.run(['-t', 'nat', '-F', 'TUNNEL-PORT']);
        await expect(edge.connect({ address: CLOUD, port: 10351 }, tester)).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
      }));

    it('of PREROUTING redirect what pods of the host dial, those of OUTPUT do not', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10003 }, 'stream: ');
        await echoing(world, edge, { port: 10350 }, 'edged: ');
        cloud.nat.append(redirect);
        const pod = { ...tester, pod: '10.233.64.9' };
        const asPod = { ...cloud, connect: (target: Endpoint) => cloud.connect(target, pod) };
        expect(await greet(asPod, { address: EDGE, port: 10350 })).toBe('edged: hello');
        cloud.nat.append({ ...redirect, chain: 'PREROUTING' });
        expect(await greet(asPod, { address: EDGE, port: 10350 })).toBe('stream: hello');
        const own = asPod.connect({ address: '127.0.0.1', port: 10003 });
        await expect(own).rejects.toMatchObject({ code: 'ECONNREFUSED' });
        const ways = world.trace.of('net.connect').map(({ detail }) => [detail.chains, detail.rule]);
        expect(ways).toEqual([
          [['cloud PREROUTING', 'cloud POSTROUTING', 'edge PREROUTING', 'edge INPUT'], undefined],
          [['cloud PREROUTING', 'cloud INPUT'], expect.stringContaining('-A PREROUTING')],
          [[], undefined],
        ]);
        expect(world.trace.of('net.connect').every(({ detail }) => detail.pod === pod.pod)).toBe(true);
      }));

    it('of OUTPUT reach hosts that drop, and addresses of no host', () =>
      inWorld(create, async ({ world, cloud }) => {
        world.net.host({ name: 'behind nat', address: '10.66.0.12', inbound: 'drop' });
        await echoing(world, cloud, { port: 10003 });
        cloud.nat.append(redirect);
        for (const address of ['10.66.0.12', '10.9.9.9'])
          expect(await greet(cloud, { address, port: 10350 })).toBe('hello');
      }));

    it('of PREROUTING redirect what arrives from others', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10003 }, 'stream: ');
        cloud.nat.append({ ...redirect, chain: 'PREROUTING' });
        expect(await greet(edge, { address: CLOUD, port: 10350 })).toBe('stream: hello');
        const own = cloud.connect({ address: CLOUD, port: 10350 }, tester);
        await expect(own).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }));

    it('are tried in order, and the first match wins', () =>
      inWorld(create, async ({ world, cloud }) => {
        await echoing(world, cloud, { port: 10003 }, 'one: ');
        await echoing(world, cloud, { port: 10013 }, 'two: ');
        const second = { ...redirect, to: { address: CLOUD, port: 10013 } };
        cloud.nat.append({ ...redirect, destination: EDGE });
        cloud.nat.append(second);
        expect(await greet(cloud, { address: EDGE, port: 10350 })).toBe('one: hello');
        expect(await greet(cloud, { address: '10.66.0.99', port: 10350 })).toBe('two: hello');
      }));

    it('matter to later connections only', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10003 });
        await echoing(world, edge, { port: 10350 }, 'edged: ');
        cloud.nat.append(redirect);
        const target = { address: EDGE, port: 10350 };
        const dialled = await cloud.connect(target, tester);
        const server = await accepted();
        expect(cloud.nat.delete(redirect)).toBe(true);
        expect(await greet(cloud, target)).toBe('edged: hello');
        server.end('still here');
        let text = '';
        for await (const chunk of dialled) text += String(chunk);
        expect(text).toBe('still here');
      }));
  });
}

import { expect, it } from 'vitest';
import { createMemoryWorld } from '../world.ts';
import { accepting, CLOUD, EDGE, inWorld, tester } from './contract-world.test-support.ts';

it("shows a pod's own address to the other end, and the host's after MASQUERADE", () =>
  inWorld(createMemoryWorld, async ({ world, cloud, edge }) => {
    const { accepted } = await accepting(world, edge, { port: 1 });
    const remote = async () => {
      await cloud.connect({ address: EDGE, port: 1 }, { ...tester, pod: '10.233.64.9' });
      return (await accepted()).remoteAddress;
    };
    expect(await remote()).toBe('10.233.64.9');
    cloud.iptables.run(
      '-t nat -A POSTROUTING -s 10.233.64.0/18 ! -d 10.233.64.0/18 -j MASQUERADE'.split(' '),
    );
    expect(await remote()).toBe(CLOUD);
    cloud.iptables.run('-t nat -I POSTROUTING -s 10.233.64.9 -j SNAT --to-source 10.0.0.77'.split(' '));
    expect(await remote()).toBe('10.0.0.77');
  }));

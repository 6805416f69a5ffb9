import { expect, it } from 'vitest';
import { inLab, RawEdge } from './cloudcore.test-support.ts';

it('a name or an address that another edge takes is told, with who had it', async () => {
  await inLab(async (lab) => {
    const first = await RawEdge.dial(lab, { hostname: 'a', internalIp: '10.0.0.11' });
    const second = await RawEdge.dial(lab, { hostname: 'b', internalIp: '10.0.0.11' });
    const takeovers = () => lab.world.trace.of('tunnel.takeover').map(({ detail }) => detail);
    const peer = (hostname: string) =>
      expect.objectContaining({
        hostname,
        certificate: 'edge',
        address: expect.stringMatching(/^10.66.0.11:\d+$/),
      });
    expect(takeovers()).toEqual([{ keys: ['10.0.0.11'], from: peer('a'), by: peer('b'), wasOpen: true }]);
    // Its own name again, after its tunnel has ended, is no takeover; with a tunnel that is still open it is.
    first.socket.destroy();
    await lab.world.clock.sleep(10);
    const again = await RawEdge.dial(lab, { hostname: 'a', internalIp: '10.0.0.12' });
    expect(takeovers()).toHaveLength(1);
    const twice = await RawEdge.dial(lab, { hostname: 'a', internalIp: '10.0.0.12' });
    expect(takeovers().at(-1)).toEqual({
      keys: ['a', '10.0.0.12'],
      from: peer('a'),
      by: peer('a'),
      wasOpen: true,
    });
    for (const { socket } of [second, again, twice]) socket.destroy();
  });
});

import { describe, expect, it } from 'vitest';
import { httpContract } from '../http/http.contract.ts';
import { createLoopbackWorld } from '../loopback-world.ts';
import { tlsContract } from '../tls/tls.contract.ts';
import { linkContract } from './link.contract.ts';
import { natContract } from './nat.contract.ts';
import { connectionContract, dialContract, hostContract } from './net.contract.ts';

describe('the loopback net', () => {
  const create = () => createLoopbackWorld();
  connectionContract(create);
  dialContract(create);
  hostContract(create);
  natContract(create);
  tlsContract(create);
  httpContract(create);
});

describe('the loopback net with links', () => {
  const create = () => createLoopbackWorld({ links: true });
  linkContract(create);
  // All that holds without a relay must hold with one.
  connectionContract(create);
  dialContract(create);
  hostContract(create);
  tlsContract(create);
  httpContract(create);
});

describe('the loopback net without links', () => {
  it('says what to do when one is to be changed', async () => {
    await using world = await createLoopbackWorld();
    const [a, b] = [1, 2].map((n) => world.net.host({ name: `host-${n}`, address: `10.0.0.${n}` }));
    if (a === undefined || b === undefined) throw new Error('two hosts');
    expect(() => world.net.link(a, b).cut('rst')).toThrow(/cut the link host-1 – host-2.*links: true/);
    expect(() => (world.net.link(a, b).delayMs = 1)).toThrow(/SIM_ERR_NO_LINKS|links: true/);
  });
});

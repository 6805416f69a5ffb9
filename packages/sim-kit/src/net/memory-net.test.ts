import { describe, expect, it } from 'vitest';
import { httpContract } from '../http/http.contract.ts';
import { tlsContract } from '../tls/tls.contract.ts';
import { createMemoryWorld } from '../world.ts';
import { linkContract } from './link.contract.ts';
import { natContract } from './nat.contract.ts';
import { connectionContract, dialContract, hostContract } from './net.contract.ts';

describe('the memory net', () => {
  const create = () => createMemoryWorld();
  connectionContract(create);
  dialContract(create);
  hostContract(create);
  natContract(create);
  tlsContract(create);
  httpContract(create);
  linkContract(create);

  it('has no door to the outside', async () => {
    const world = createMemoryWorld();
    expect(() => world.net.outside('/var/run/docker.sock')).toThrow(
      /from a memory world.*createLoopbackWorld/,
    );
    await world[Symbol.asyncDispose]();
  });
});

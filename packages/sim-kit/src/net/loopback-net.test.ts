import { describe } from 'vitest';
import { httpContract } from '../http/http.contract.ts';
import { createLoopbackWorld } from '../loopback-world.ts';
import { tlsContract } from '../tls/tls.contract.ts';
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

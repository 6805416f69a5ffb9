import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { SimError } from '../errors.ts';

/**
 * The addresses 127.x.0.0/16 of one world. Linux answers on all of 127.0.0.0/8, so each described address can have a
 * real one of its own while ports stay what they are.
 */
export interface Lease {
  /** `127.x`. */
  readonly prefix: string;
  /** The next address; two processes that ask in the same order get the same ones. */
  allot(): string;
  owns(address: string | undefined): boolean;
  release(): Promise<void>;
}

// Low blocks are used by resolvers and by people; 255 looks like a broadcast address.
const BLOCK_FIRST = 64;
const BLOCK_LAST = 254;
// Outside Linux's ephemeral range, so that no outgoing connection sits on it.
const LOCK_PORT = 61_999;
const LAST_HOST_PART = 254;

/**
 * Takes a block nobody else has; holding a listener on its last address is the lock, so a killed process gives it
 * back. With an explicit prefix the block is another process's and no lock is taken.
 * @throws SimError SIM_ERR_NO_LEASE, SIM_ERR_ADDRESS
 */
export async function takeLease(prefix?: string): Promise<Lease> {
  if (prefix !== undefined) {
    if (/^127\.(?!255$)[1-9]\d{0,2}$/.test(prefix)) return createLease(prefix, undefined);
    const expected = 'the first two octets of a loopback block, e.g. 127.73';
    throw new SimError('SIM_ERR_ADDRESS', { value: prefix, what: 'the lease prefix', expected });
  }
  const blocks = BLOCK_LAST - BLOCK_FIRST + 1;
  const first = randomInt(blocks);
  let cause = '';
  for (let tried = 0; tried < blocks; tried++) {
    const candidate = `127.${BLOCK_FIRST + ((first + tried) % blocks)}`;
    const lock = await listenOn(`${candidate}.255.255`).catch((error: NodeJS.ErrnoException) => {
      cause = `${error.code}`;
      return undefined;
    });
    if (lock !== undefined) return createLease(candidate, lock);
    if (cause !== 'EADDRINUSE') break;
  }
  const remedy =
    cause === 'EADDRINUSE'
      ? `Something listens on port ${LOCK_PORT} of every block; stop it, or end other worlds.`
      : 'Only Linux has all of 127.0.0.0/8 on its loopback: use the memory net, or (macOS) add each address with ' +
        '`sudo ifconfig lo0 alias 127.x.y.z`.';
  throw new SimError('SIM_ERR_NO_LEASE', { block: '127.x.0.0/16', cause, remedy });
}

function createLease(prefix: string, lock: Server | undefined): Lease {
  let third = 0;
  let fourth = 0;
  return {
    prefix,
    allot() {
      if (++fourth > LAST_HOST_PART) {
        third++;
        fourth = 1;
      }
      if (third > LAST_HOST_PART) {
        const remedy = 'Put fewer hosts into one world.';
        throw new SimError('SIM_ERR_NO_LEASE', {
          block: `${prefix}.0.0/16`,
          cause: 'all addresses are taken',
          remedy,
        });
      }
      return `${prefix}.${third}.${fourth}`;
    },
    owns: (address) => address?.startsWith(`${prefix}.`) ?? false,
    release: () =>
      lock === undefined ? Promise.resolve() : new Promise((resolve) => lock.close(() => resolve())),
  };
}

function listenOn(host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ host, port: LOCK_PORT }, () => resolve(server));
  });
}

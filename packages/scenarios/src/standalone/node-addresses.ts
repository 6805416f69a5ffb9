import { isAddress } from '../address.ts';
import { UsageError } from '../usage-error.ts';

export interface NodeAddressOptions {
  /** The first address, if the user has given one. */
  address?: string;
  nodes: number;
  /** Whether the cloud is dialled on this machine's loopback. */
  isCloudHere: boolean;
  /** A number that no other world of this machine has. */
  lease: number;
  /** The machine's address; asked for only when needed. */
  machine: () => string;
}

const NODES_AT_AN_ADDRESS_MAX = 250;

/**
 * The InternalIPs that nodes report; no two nodes of a cluster may have one. A node by itself has the machine's. Several
 * cannot all have it, so they are numbered from 10.x.y.1 on, where x and y are the end of the machine's; beside a cloud on
 * this machine they are numbered under an address that only this process has.
 * @throws UsageError
 */
export function nodeAddresses(options: NodeAddressOptions): string[] {
  const first = firstAddress(options);
  return Array.from({ length: options.nodes }, (_, index) => plus(first, index));
}

function firstAddress({ address, nodes, isCloudHere, lease, machine }: NodeAddressOptions): string {
  if (address !== undefined) return edgeAddress(address);
  if (isCloudHere) return `10.${lease}.0.1`;
  const own = machine();
  if (nodes === 1) return own;
  if (nodes > NODES_AT_AN_ADDRESS_MAX) {
    throw new UsageError(
      `Tried to number ${nodes} nodes under the address ${own}, which has room for ${NODES_AT_AN_ADDRESS_MAX}. ` +
        'Give the first address with --address.',
    );
  }
  const [, , x, y] = own.split('.');
  return `10.${x}.${y}.1`;
}

/** An address that was asked for. @throws UsageError unless it can be one of an edge outside this process */
export function edgeAddress(address: string): string {
  if (isAddress(address) && !address.startsWith('127.')) return address;
  throw new UsageError(
    `Tried to use ${address} as an edge's address; give an IPv4 address outside 127.0.0.0/8.`,
  );
}

/** The address `count` further on. */
function plus(address: string, count: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + count;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

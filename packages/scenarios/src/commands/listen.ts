import type { Io } from './io.ts';

/** Says so when what is served can be reached from other machines. */
export function warnOfListening(
  io: Io,
  address: string | undefined,
  { ports, what }: { ports: readonly number[]; what: string },
): void {
  if (address === undefined || address.startsWith('127.')) return;
  io.error(
    `Warning: listening on ${address}, ports ${ports.join(', ')}: whoever reaches this machine can ${what}.\n`,
  );
}

export const whatACloudShows = 'read the simulated cluster, as kube-apiserver takes every token';

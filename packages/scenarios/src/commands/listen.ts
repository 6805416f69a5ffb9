import type { Io } from './io.ts';

/** Whether only programs of this machine can reach it. */
export const isLoopback = (address: string) =>
  /^127(\.\d{1,3}){3}$/.test(address) || address === '::1' || address === 'localhost';

/** Says so when what is served can be reached from other machines. */
export function warnOfListening(
  io: Io,
  address: string | undefined,
  { ports, what }: { ports: readonly number[]; what: string },
): void {
  if (address === undefined || isLoopback(address)) return;
  io.error(
    `Warning: listening on ${address}, ports ${ports.join(', ')}: whoever reaches this machine can ${what}.\n`,
  );
}

/** cloudcore's weakness is the real one's: kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go, tls.RequestClientCert. */
export const whatACloudShows =
  'read the simulated cluster, as kube-apiserver takes tokens made of the seed and 10003 needs no client certificate ' +
  '(a weakness of the real cloudcore, too)';

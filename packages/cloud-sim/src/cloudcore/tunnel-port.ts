import type { CloudcoreProcess } from './process.ts';

/** The annotation tunnelportrecord.kubeedge.io of ConfigMap kubeedge/tunnelport. */
export interface TunnelPortRecord {
  readonly ipTunnelPort: Readonly<Record<string, number>>;
  readonly port: Readonly<Record<number, boolean>>;
}

/** Where the record is kept, which outlives every cloudcore. */
export interface TunnelPortStore {
  /** Undefined before the first cloudcore wrote it. @throws Error for what somebody has written and nobody can read */
  read(): TunnelPortRecord | undefined;
  write(record: TunnelPortRecord): void;
}

/** A store for as long as somebody holds it. */
export function createTunnelPortStore(): TunnelPortStore {
  let record: TunnelPortRecord | undefined;
  return {
    read: () => record,
    write(next) {
      record = next;
    },
  };
}

/** What Go prints when v1.7.0 dereferences the port it did not get. */
export const tunnelPortPanic = 'panic: runtime error: invalid memory address or nil pointer dereference';

/**
 * The port that stands for this cloudcore among several: the one its address has on record, or else the
 * lowest free one. Undefined for a release without tunnel ports, and after the process has ended in a
 * panic. Upstream waits up to 9 s before, so that several cloudcores do not meet; that is left out.
 * kubeedge v1.7.0, v1.8.0 cloud/cmd/cloudcore/app/server.go NegotiateTunnelPort, negotiatePort
 */
export function negotiateTunnelPort(process: CloudcoreProcess, store: TunnelPortStore): number | undefined {
  const { tunnelPortFirst, tunnelPortReuse } = process.release;
  if (tunnelPortFirst === null) return undefined;
  const { address } = process.host;
  const record = readOrExit(process, store);
  if (record === undefined) return undefined;
  const known = record.ipTunnelPort[address];
  if (known !== undefined && tunnelPortReuse === 'panic') {
    process.exit(2, tunnelPortPanic);
    return undefined;
  }
  const port = known ?? lowestFree(record, tunnelPortFirst);
  if (known === undefined) {
    const ipTunnelPort = { ...record.ipTunnelPort, [address]: port };
    store.write({ ipTunnelPort, port: { ...record.port, [port]: true } });
  }
  process.trace('cloudcore.tunnel-port', { port });
  return port;
}

/** A record that cannot be read is the end of the process. */
function readOrExit(process: CloudcoreProcess, store: TunnelPortStore): TunnelPortRecord | undefined {
  try {
    return store.read() ?? { ipTunnelPort: {}, port: {} };
  } catch (error) {
    process.exit(2, `panic: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function lowestFree(record: TunnelPortRecord, first: number): number {
  let port = first;
  while (record.port[port] !== undefined) port += 1;
  return port;
}

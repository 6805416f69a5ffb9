import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { TlsError } from '../tls/verdict.ts';
import type { Trace } from '../trace.ts';
import type { HostTable, TableHost } from './host-table.ts';
import type { LinkTable } from './link.ts';
import type { Lease } from './loopback-lease.ts';
import { MemorySocket } from './memory-socket.ts';
import type { ListenOptions, ListenTarget, NetSocket } from './net.ts';
import type { OpenSockets } from './open-sockets.ts';

/** One component's listener. */
export interface Bound {
  /** A port 0 is replaced when the real port is known. */
  target: ListenTarget;
  readonly options: ListenOptions;
  readonly onConnection: (socket: NetSocket) => void;
}

export interface LoopbackHost extends TableHost {
  readonly bound: Bound[];
  nextPort: number;
}

/**
 * A dial of a component of this process, by which both ends of a real connection find each other: the accepting side
 * learns who dials, the dialling side learns what the server thought of its certificate.
 */
export interface Dial {
  readonly connection: string;
  /** Whether the dialler speaks TLS; undefined where it only passes on bytes that may be either. */
  readonly encrypted: boolean | undefined;
  /** Records the connection in the trace at its first call; the event's id. */
  readonly opened: () => number;
  /** The dialler has looked at the server's certificate: keep the connection, or not. */
  readonly checked: PromiseWithResolvers<boolean>;
  /** The server has decided: undefined is yes. */
  readonly admitted: PromiseWithResolvers<TlsError | undefined>;
}

/** What the parts of one loopback net share. */
export interface LoopbackParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly trace: Trace;
  readonly lease: Lease;
  readonly hosts: HostTable<LoopbackHost>;
  readonly links: LinkTable;
  readonly sockets: OpenSockets;
  /** Dials under way, by connection key. */
  readonly dials: Map<string, Dial>;
  /** Leased to described, in any text. */
  readonly describe: (text: string) => string;
}

/** The key of an accepted connection; undefined when the peer has already gone. */
export function acceptedKey(socket: Socket): string | undefined {
  if (socket.remoteAddress === undefined || socket.localAddress === undefined) return undefined;
  return `${socket.remoteAddress}:${socket.remotePort}>${socket.localAddress}:${socket.localPort}`;
}

/** Makes a real socket a {@link NetSocket}. `raw` is what is under a TLS one, which alone can be reset. */
export function dressSocket(socket: Socket, connection: string, raw?: Socket | MemorySocket): NetSocket {
  const dressed = Object.assign(socket, { connection });
  if (raw instanceof MemorySocket) nameEnds(dressed, raw);
  if (raw !== undefined) {
    dressed.resetAndDestroy = () => {
      // Closing the TLS layer destroys the socket below it; resetting that one first would crash Node 24.
      const below: Pick<Duplex, 'destroy'> & { resetAndDestroy(): Duplex } = raw;
      const { destroy } = below;
      below.destroy = () => {
        below.destroy = destroy;
        return below.resetAndDestroy();
      };
      return dressed.destroy();
    };
  } else if (connection.includes('#')) {
    // A unix socket has no reset to send.
    dressed.resetAndDestroy = () => dressed.destroy();
  }
  return dressed as unknown as NetSocket;
}

/** TLS asks a handle for its addresses, and what is no real socket has none. */
function nameEnds(socket: Socket, below: MemorySocket): void {
  for (const key of ['localAddress', 'localPort', 'remoteAddress', 'remotePort', 'remoteFamily'] as const) {
    Object.defineProperty(socket, key, { value: below[key] });
  }
}

export const ignoreError = () => {};

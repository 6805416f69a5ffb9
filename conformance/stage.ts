import { type Exchange, openExchange } from './exchange.ts';
import type { Middle } from './middle.ts';
import type { StubEdged } from './stub-edged.ts';
import type { TunnelPeer } from './tunnel-peer.ts';
import type { TunnelRecord } from './tunnel-record.ts';

const BARRIER_MS = 5_000;
const BARRIER_POLL_MS = 20;

export type Side = 'real' | 'ours';

export interface RequestShape {
  method?: string;
  /** Instead of the node's name and edged's port. */
  host?: string;
  headers?: readonly (readonly [string, string])[];
  body?: string;
}

/** A client of a stream server. */
export interface ClientStage {
  readonly release: string;
  /** The name under which the tunnel's edge is known. */
  readonly node: string;
  readonly internalIp: string;
  readonly record: TunnelRecord;
  open(path: string, shape?: RequestShape): Promise<Exchange>;
  /** Asks for something through the same tunnel and waits for the answer. */
  barrier(): Promise<void>;
}

/** A cloud, a tunnel somebody reads along, an edge, and a stub of edged. */
export interface WholeStage extends ClientStage {
  readonly edged: StubEdged;
  readonly middle: Middle;
  edgedDown(): Promise<void>;
  edgedUp(): Promise<void>;
  /** Resolves when the edge has said, since edged went down, that it was refused. */
  edgeRefused(): Promise<void>;
}

/** A cloud; the edge is the case's. */
export interface CloudStage extends ClientStage {
  readonly edge: TunnelPeer;
  /** Another edge; headers of the handshake as given, or those of the release. */
  dial(
    name: string,
    internalIp: string,
    headers?: readonly (readonly [string, string])[],
  ): Promise<TunnelPeer>;
}

/** An edge and a stub of edged; the cloud is the case's. */
export interface EdgeStage {
  readonly release: string;
  readonly node: string;
  readonly internalIp: string;
  readonly edged: StubEdged;
  /** The tunnel that is open, or was the last one. */
  readonly cloud: TunnelPeer;
  readonly record: TunnelRecord;
  /** Waits for another tunnel, once this one is gone. */
  redialled(): Promise<TunnelPeer>;
  /** Sends CONNECT; returns its id. */
  connect(kind: 'logs' | 'exec' | 'metrics' | 'attach', path: string, more?: ConnectShape): number;
  barrier(): Promise<void>;
  /** Whether the edge's process still runs, after it had time to end. */
  survives(): Promise<boolean>;
}

export interface ConnectShape {
  id?: number;
  headers?: Readonly<Record<string, readonly string[]>> | null;
  method?: string;
  port?: number;
}

/** Talks to one stream server as the client of one node. */
export function clientOf(
  server: { host: string; port: number },
  node: string,
): Pick<ClientStage, 'open' | 'barrier'> {
  let barriers = 0;
  const open = (path: string, shape: RequestShape = {}): Promise<Exchange> => {
    const { host = `${node}:10350`, method, headers = [['Accept', '*/*']], body } = shape;
    return openExchange(server, {
      ...(method !== undefined && { method }),
      path,
      headers: [['Host', host], ['User-Agent', 'conformance'], ...headers],
      ...(body !== undefined && { body }),
    });
  };
  return {
    open,
    async barrier() {
      const limit = Date.now() + BARRIER_MS;
      for (;;) {
        barriers += 1;
        const exchange = await open(`/stats/summary?barrier=${barriers}`);
        const lines = await exchange.answer();
        exchange.leave();
        // Until an edge has its session, the answer is another.
        if (lines.includes('body: "ok\\n"')) return;
        if (Date.now() > limit)
          throw new Error(`Asked ${node} through its tunnel, found ${lines.join(' | ')}.`);
        await new Promise((resolve) => setTimeout(resolve, BARRIER_POLL_MS));
      }
    },
  };
}

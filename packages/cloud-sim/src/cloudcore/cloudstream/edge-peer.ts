import { messageTypes } from '@kubeedge-sim/wire';
import type { CloudcoreRelease } from '../release.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import { GoPanic } from './go-panic.ts';
import type { Session } from './session.ts';

/**
 * Whether the edge has ended a request. kubeedge v1.6.1 cloud/pkg/cloudstream/apiserverconnection.go
 * SetEdgePeerDone, EdgePeerDone
 */
export class EdgePeer {
  readonly #release: CloudcoreRelease;
  readonly #stop = Promise.withResolvers<'edge-peer-done'>();
  #isDone = false;

  constructor(release: CloudcoreRelease) {
    this.#release = release;
  }

  /** Resolves when the edge has ended the request. */
  get done(): Promise<'edge-peer-done'> {
    return this.#stop.promise;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** @throws GoPanic `close of closed channel` when told twice, in releases that close a channel here */
  setDone(): void {
    if (this.#isDone && this.#release.edgePeerStop === 'close') throw new GoPanic('close of closed channel');
    this.#isDone = true;
    this.#stop.resolve('edge-peer-done');
  }
}

const REMOVE_TRIES_MAX = 3;

/** Tells the edge that nobody waits for a request any more; `failed` is called for each try in vain. */
export function removeAtEdge(
  session: Session,
  connection: ApiserverConnection,
  failed: (error: string) => void,
): void {
  const { messageId: connectId } = connection;
  const message = { connectId, type: messageTypes.REMOVE_CONNECT, data: new Uint8Array() };
  for (let tries = 0; tries < REMOVE_TRIES_MAX; tries += 1) {
    const error = session.writeMessageToTunnel(connection, message);
    if (error === undefined) return;
    failed(error);
  }
}

/** Resolves when the client of a request has gone. */
export function clientGone(signal: AbortSignal): Promise<'client-gone'> {
  if (signal.aborted) return Promise.resolve('client-gone');
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('client-gone'), { once: true });
  });
}

import type { TunnelMessage } from '@kubeedge-sim/wire';
import type { EdgestreamTraits } from '../release.ts';

// kubeedge v1.6.1 edge/pkg/edgestream/tunnel.go serveLogsConnection: make(chan *stream.Message, 128)
const SLOTS = 128;
/** What keeping a message costs beside its data. */
const MESSAGE_BYTES = 64;

/** Takes a message off a channel; it takes no other before the promise resolves. */
export type TakeMessage = (message: TunnelMessage) => Promise<void> | undefined;

/**
 * What the cloud sends for one connection waits here until the connection takes it. kubeedge v1.6.1
 * edge/pkg/edgestream/tunnel.go WriteToLocalConnection, pkg/stream/edgedlogconnection.go CacheTunnelMessage
 */
export class ReadChannel {
  readonly #senderWaits: boolean;
  readonly #waiting: TunnelMessage[] = [];
  #take: TakeMessage | undefined;
  #waitingBytes = 0;
  #isTaking = false;
  #freed: PromiseWithResolvers<void> | undefined;

  constructor({ readChannelFull }: Pick<EdgestreamTraits, 'readChannelFull'>) {
    this.#senderWaits = readChannelFull === 'blocks';
  }

  /** What the waiting messages hold. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether all slots are taken and the sender holds another message. */
  get isSenderWaiting(): boolean {
    return this.#freed !== undefined;
  }

  /** Puts a message there; a promise means that there is no slot for it before it resolves. */
  send(message: TunnelMessage): Promise<void> | undefined {
    this.#waiting.push(message);
    this.#waitingBytes += MESSAGE_BYTES + message.data.length;
    this.#next();
    if (this.#waiting.length <= SLOTS || !this.#senderWaits) return undefined;
    this.#freed ??= Promise.withResolvers();
    return this.#freed.promise;
  }

  /** Has the messages taken from now on, one after the other. */
  read(take: TakeMessage): void {
    this.#take = take;
    this.#next();
  }

  /** Has no more messages taken; those that come fill the slots. */
  stop(): void {
    this.#take = undefined;
  }

  #next(): void {
    while (this.#take !== undefined && !this.#isTaking) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.#waitingBytes -= MESSAGE_BYTES + message.data.length;
      if (this.#waiting.length <= SLOTS) {
        this.#freed?.resolve();
        this.#freed = undefined;
      }
      const taken = this.#take(message);
      if (taken === undefined) continue;
      this.#isTaking = true;
      void taken.then(() => {
        this.#isTaking = false;
        this.#next();
      });
    }
  }
}

import type { Clock } from '@kubeedge-sim/sim-kit';
import type { FastifyReply } from 'fastify';
import type { ObjectStore, StoreEvent } from './object-store.ts';
import type { Node, Pod } from './objects.ts';
import { toTable } from './table.ts';

export interface WatchOptions {
  store: ObjectStore;
  clock: Clock;
  kind: 'Node' | 'Pod';
  matches: (object: Node | Pod) => boolean;
  asTable: boolean;
  /** Objects changed after this version are told first, as what they are now. */
  resourceVersion?: string;
  timeoutSeconds?: string;
}

/** Streams changes, one JSON object per line, until the client leaves or `timeoutSeconds` are over. */
export function startWatch(reply: FastifyReply, options: WatchOptions): FastifyReply {
  const { store, clock, kind, matches, asTable, resourceVersion, timeoutSeconds } = options;
  const since = Number(resourceVersion ?? 0);
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  reply.raw.flushHeaders();
  const tell = ({ type, object }: StoreEvent) => {
    if (!matches(object)) return;
    const { selfLink, resourceVersion: version } = object.metadata;
    const metadata = { selfLink, resourceVersion: version };
    const told = asTable ? toTable([object], { kind, metadata, nowMs: clock.now() }) : object;
    reply.raw.write(`${JSON.stringify({ type, object: told })}\n`);
  };
  for (const object of kind === 'Node' ? store.nodes() : store.pods()) {
    const changed = Number(object.metadata.resourceVersion) > since;
    if (changed) tell({ type: since === 0 ? 'ADDED' : 'MODIFIED', object });
  }
  const subscription = store.subscribe(tell);
  const seconds = Number(timeoutSeconds ?? 0);
  const timer =
    seconds > 0 ? clock.setTimeout(() => reply.raw.end(), seconds * 1_000, 'end of a watch') : undefined;
  reply.raw.once('close', () => {
    subscription[Symbol.dispose]();
    timer?.cancel();
  });
  return reply;
}

import type { Clock } from '@kubeedge-sim/sim-kit';
import type { FastifyReply } from 'fastify';
import type { KubeObject } from './objects.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';
import type { Selection } from './selection.ts';
import { goJson } from './send.ts';
import { expired } from './status.ts';
import type { ObjectEvent, TypedObjects } from './typed-objects.ts';

export interface WatchOptions {
  clock: Clock;
  type: ResourceType;
  objects: TypedObjects;
  selection: Selection;
  /** The version of the store's last change. */
  currentVersion(): number;
  /** Where to begin; undefined: with what there is now, told as ADDED. */
  since: number | undefined;
  /** An object as JSON, in the form that the client asked for. */
  encode(object: KubeObject): string;
  /** Whether the client takes BOOKMARK events. */
  bookmarks: boolean;
  /** Whether the end of what there was at first is marked (`sendInitialEvents=true`). */
  marksInitialEnd: boolean;
  timeoutSeconds: number;
}

/** kubernetes/apiserver v0.19.3 pkg/storage/cacher/cacher.go defaultBookmarkFrequency. */
const BOOKMARK_INTERVAL_MS = 60_000;

/**
 * Streams changes, one JSON object per line, until the client leaves or the time is over. Nothing is held back for a
 * client that reads slowly: it has a place in the history of its type, and is told that its version is too old when the
 * history has moved past it.
 */
export function startWatch(reply: FastifyReply, options: WatchOptions): FastifyReply {
  const { clock, objects, selection, encode, timeoutSeconds } = options;
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  raw.flushHeaders();

  let place = options.since ?? options.currentVersion();
  let waiting: Iterator<ObjectEvent> | undefined;
  let atBeginning = options.since === undefined;
  if (atBeginning) {
    const first = selection.list(objects).map((object): ObjectEvent => ({ type: 'ADDED', object }));
    waiting = first[Symbol.iterator]();
  }
  let blocked = false;
  let ended = false;
  const write = (line: string) => {
    blocked = !raw.write(`${line}\n`);
  };
  const bookmark = (annotations?: Record<string, string>) =>
    write(goJson({ type: 'BOOKMARK', object: bookmarkOf(options.type, place, annotations) }));
  const end = () => {
    ended = true;
    raw.end();
  };
  const tooOld = (oldest: number) => {
    const status = expired(`too old resource version: ${place} (${oldest})`);
    write(goJson({ type: 'ERROR', object: status }));
    end();
  };
  /** The next event to tell; undefined when there is none at present. */
  const next = (): ObjectEvent | undefined => {
    let step = waiting?.next();
    if (step === undefined || step.done === true) {
      if (atBeginning) {
        atBeginning = false;
        if (options.marksInitialEnd) bookmark({ 'k8s.io/initial-events-end': 'true' });
      }
      const events = objects.since(place);
      if (events === undefined) {
        tooOld(objects.oldestVersion);
        return undefined;
      }
      if (events.length === 0) {
        waiting = undefined;
        // Changes of other types are none that could be missed.
        place = Math.max(place, options.currentVersion());
        return undefined;
      }
      waiting = events[Symbol.iterator]();
      step = waiting.next();
    }
    return step.done === true ? undefined : step.value;
  };
  const pump = () => {
    while (!blocked && !ended) {
      const initial = atBeginning;
      const event = next();
      if (event === undefined) return;
      if (!atBeginning) place = Number(event.object.metadata.resourceVersion);
      const told = initial && atBeginning ? event : seenThrough(selection, event);
      if (told !== undefined) write(`{"type":"${told.type}","object":${encode(told.object)}}`);
    }
  };

  const subscription = objects.subscribe(pump);
  raw.on('drain', () => {
    blocked = false;
    pump();
  });
  const timers = [
    timeoutSeconds > 0 && clock.setTimeout(end, timeoutSeconds * 1_000, 'end of a watch'),
    options.bookmarks &&
      clock.setInterval(
        () => {
          if (!blocked && !ended && waiting === undefined) bookmark();
        },
        BOOKMARK_INTERVAL_MS,
        'bookmarks of a watch',
      ),
  ];
  raw.once('close', () => {
    ended = true;
    subscription[Symbol.dispose]();
    for (const timer of timers) if (timer) timer.cancel();
  });
  pump();
  return reply;
}

/**
 * What a change looks like to one who sees a selection only: objects come into it and go out of it
 * (kubernetes/apiserver v0.19.3 pkg/storage/cacher/cacher.go convertToWatchEvent).
 */
function seenThrough(selection: Selection, event: ObjectEvent): ObjectEvent | undefined {
  const { type, object, previous } = event;
  const now = type !== 'DELETED' && selection.matches(object);
  const before = previous !== undefined && selection.matches(previous);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

function bookmarkOf(type: ResourceType, place: number, annotations?: Record<string, string>): object {
  return {
    kind: type.kind,
    apiVersion: apiVersionOf(type),
    metadata: {
      resourceVersion: String(place),
      creationTimestamp: null,
      ...(annotations !== undefined && { annotations }),
    },
  };
}

import type { AnyTraceEvent, TraceEvent, TraceKinds } from '@kubeedge-sim/sim-kit';
import type { Look } from './scenario.ts';

/** Events of one kind, of one host where given, oldest first. */
export function eventsOf<K extends keyof TraceKinds>(look: Look, kind: K, host?: string): TraceEvent<K>[] {
  return look.events.filter(
    (event) => event.kind === kind && (host === undefined || event.host === host),
  ) as unknown as TraceEvent<K>[];
}

/**
 * The component whose request led to an event: that of the nearest `net.connect` among its ancestors, or of the tunnel
 * message that edgestream asks edged for, over a connection which it has kept.
 */
export function requesterOf(look: Pick<Look, 'events'>, event: { parent?: number }): string | undefined {
  const parent = look.events.find(({ id }) => id === event.parent);
  if (parent === undefined) return undefined;
  const isAsking = parent.kind === 'net.connect' || parent.kind === 'edgestream.message';
  return isAsking ? parent.component : requesterOf(look, parent);
}

/** The events from the latest start of edgecore on a host. */
export function sinceStart(look: Look, host: string): Look {
  const start = eventsOf(look, 'edgecore.process', host).findLast(
    ({ detail }) => detail.state === 'starting',
  );
  if (start === undefined) return look;
  const isEarlier = (event: AnyTraceEvent) => event.host === host && event.id < start.id;
  return { ...look, events: look.events.filter((event) => !isEarlier(event)) };
}

import { type AnyTraceEvent, traceToNdjson } from '@kubeedge-sim/sim-kit';
import type { Answer } from './operation.ts';
import type { ControlledWorld } from './worlds.ts';

interface TraceQuery {
  since?: number;
  kind?: string;
  host?: string;
  limit?: number;
}

/** One page of a world's events as NDJSON, and where the next one is. */
export function tracePage({ simulation }: ControlledWorld, query: TraceQuery, target: string): Answer {
  const { since = 0, kind = '', host, limit = 1_000 } = query;
  const events = simulation.events();
  const page: AnyTraceEvent[] = [];
  let more = false;
  for (let index = indexAfter(events, since); index < events.length; index++) {
    const event = events[index];
    if (event === undefined || !event.kind.startsWith(kind)) continue;
    if (host !== undefined && event.host !== host) continue;
    more = page.length === limit;
    if (more) break;
    page.push(event);
  }
  const next = new URL(target, 'http://control');
  next.searchParams.set('since', String(page.at(-1)?.id ?? since));
  return {
    type: 'application/x-ndjson',
    headers: more ? { link: `<${next.pathname}${next.search}>; rel="next"` } : {},
    body: traceToNdjson(page),
  };
}

/** Index of the first event after an id. Ids rise by one, and old events may have been dropped. */
function indexAfter(events: readonly AnyTraceEvent[], id: number): number {
  const first = events[0]?.id ?? 1;
  return Math.max(0, id - first + 1);
}

import type { AnyTraceEvent, TraceEvent, TraceKinds } from '@kubeedge-sim/sim-kit';

/**
 * One request for metrics and all that followed from it, oldest first: the latest scrape of `node` that came to an end,
 * or else the latest under way, or else the latest request that kube-apiserver made of the node for a client, or else
 * the latest that reached port 10003. Children are found by `parent`; over the tunnel, which parents do not cross, by
 * connect id.
 * @param node name of the edge that is asked; any when absent
 * @returns undefined when the trace has no such request
 */
export function followRequest(events: readonly AnyTraceEvent[], node?: string): AnyTraceEvent[] | undefined {
  const root = rootOf(events, node);
  if (root === undefined) return undefined;
  const children = Map.groupBy(events, ({ parent }) => parent);
  const found = new Set<AnyTraceEvent>();
  const visit = (event: AnyTraceEvent) => {
    if (found.has(event)) return;
    found.add(event);
    const there = event.kind === 'tunnel.message' && opens(event) ? acrossTunnel(events, event) : [];
    for (const next of [...(children.get(event.id) ?? []), ...there]) visit(next);
  };
  visit(root);
  // The dial of a request that came from outside; other requests may have come over the same connection.
  const dial = root.kind === 'stream.request' && events.find(({ id }) => id === root.parent);
  if (dial) found.add(dial);
  return [...found].toSorted((one, other) => one.id - other.id);
}

function rootOf(events: readonly AnyTraceEvent[], node: string | undefined): AnyTraceEvent | undefined {
  const isAsked = ({ detail }: { detail: { node: string } }) => node === undefined || detail.node === node;
  const scrapes = of(events, 'metrics-server.scrape').filter(isAsked);
  const ended = new Set(of(events, 'metrics-server.scraped').map(({ parent }) => parent));
  return (
    scrapes.findLast(({ id }) => ended.has(id)) ??
    scrapes.at(-1) ??
    of(events, 'apiserver.proxy').findLast(isAsked) ??
    of(events, 'stream.request').at(-1)
  );
}

/** Whether a message asks for a new connection through the tunnel. */
const opens = ({ detail }: TraceEvent<'tunnel.message' | 'edgestream.message'>) =>
  detail.direction === 'to-edge' && detail.type.endsWith('_CONNECT') && !detail.type.startsWith('REMOVE');

/** What edgestream received and sent for the connection that a message opened. */
function acrossTunnel(
  events: readonly AnyTraceEvent[],
  { id, detail }: TraceEvent<'tunnel.message'>,
): AnyTraceEvent[] {
  const messages = of(events, 'edgestream.message').filter(
    (event) => event.id > id && event.host === detail.session && event.detail.connectId === detail.connectId,
  );
  const [first, ...rest] = messages;
  if (first === undefined || !opens(first)) return [];
  // A cloudcore that was restarted counts its connect ids from the start again.
  const next = rest.findIndex(opens);
  return [first, ...(next < 0 ? rest : rest.slice(0, next))];
}

function of<K extends keyof TraceKinds>(events: readonly AnyTraceEvent[], kind: K) {
  return events.filter((event) => event.kind === kind) as unknown as (TraceEvent<K> & AnyTraceEvent)[];
}

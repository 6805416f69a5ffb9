import type { AnyTraceEvent, TraceEvent } from '@kubeedge-sim/sim-kit';
import { requesterOf } from '../look.ts';
import type { Hop } from '../scenario.ts';
import { formatDetail } from './trace-text.ts';

/** An arrow between two hops, or, without `to`, what happened at one. */
export interface Draft {
  from: Hop;
  to?: Hop;
  /** `lost`: it was sent and did not arrive, or was turned away. */
  arrow: 'ask' | 'answer' | 'lost' | 'note';
  text: string;
  /** Length of the data of a tunnel message, which is told in sum. */
  bytes?: number;
}

const hopsOfComponents: Readonly<Record<string, Hop>> = {
  cloudcore: 'stream',
  edgestream: 'edgestream',
  edgecore: 'edgestream',
  edgehub: 'edgestream',
  edged: 'edged',
  kubelet: 'edged',
  dockershim: 'edged',
  cadvisor: 'cadvisor',
  dockerd: 'docker',
};

/** The hop at which a component works; whoever is not on the way is the caller. */
const hopOf = (component: string | undefined): Hop => hopsOfComponents[component ?? ''] ?? 'caller';

/**
 * What an event is in a sequence of hops.
 * @param events of the run, for what became of it
 * @param evidence whether it is shown because it proves something, and not as a part of the request: it is told in full
 */
export function draftsOf(event: AnyTraceEvent, events: readonly AnyTraceEvent[], evidence: boolean): Draft[] {
  switch (event.kind) {
    case 'docker.request':
      return [engineAsked(event, events)];
    case 'net.connect':
      return dialled(event);
    case 'net.tls':
      return event.detail.verdict === 'ok' ? [] : [refusedHandshake(event, events)];
    case 'stream.request':
      return streamAsked(event);
    case 'tunnel.message':
      return tunnelMessage(event, events);
    case 'edgestream.message':
      return event.detail.direction === 'to-cloud'
        ? [sent('edgestream', 'tunnel', 'answer', event.detail)]
        : [sent('tunnel', 'edgestream', 'ask', event.detail)];
    case 'edged.request': {
      const { method, path, status, pods } = event.detail;
      const listed = pods === undefined ? '' : `, lists ${pods} ${pods === 1 ? 'pod' : 'pods'}`;
      const from = hopOf(requesterOf({ events }, event));
      return [
        { from, to: 'edged', arrow: 'ask', text: `${method} ${path}` },
        { from: 'edged', to: from, arrow: 'answer', text: `${status}${listed}` },
      ];
    }
    case 'edged.container-skipped':
      return [note('edged', `leaves out ${event.detail.ids.length} containers: ${event.detail.reason}`)];
    case 'edgestream.request':
      return event.detail.error === undefined ? [] : [note('edgestream', event.detail.error)];
    case 'stream.response': {
      const { status, bytes, end } = event.detail;
      const cut = end === 'complete' ? '' : `, ${end}`;
      return [{ from: 'stream', to: 'caller', arrow: 'answer', text: `${status}, ${bytes} bytes${cut}` }];
    }
    case 'metrics-server.scrape':
      return [note('caller', `asks ${event.detail.node}: ${event.detail.url}`)];
    case 'apiserver.proxy':
      return [note('caller', `kube-apiserver asks ${event.detail.node}: ${event.detail.url}`)];
    case 'metrics-server.scraped': {
      const { outcome, pods, error } = event.detail;
      return [note('caller', error ?? `${outcome}, ${pods} ${pods === 1 ? 'pod' : 'pods'}`)];
    }
    case 'apiserver.proxied':
      return [note('caller', `kube-apiserver: ${event.detail.error ?? `answered ${event.detail.status}`}`)];
    case 'metrics-server.drop': {
      const { what, name, reason } = event.detail;
      return [note('caller', `leaves out ${what} ${name}: ${reason}`)];
    }
    case 'log':
      return evidence ? [note(hopOf(event.component), `logs: ${event.detail.message}`)] : [];
    default:
      return evidence ? [note(placeOf(event), `${event.kind} ${formatDetail(event.detail)}`)] : [];
  }
}

const note = (from: Hop, text: string): Draft => ({ from, arrow: 'note', text });

/** cloudcore has two doors: what is said of tunnels is said of 10004. */
const placeOf = ({ kind, component }: AnyTraceEvent): Hop =>
  kind.startsWith('tunnel.') ? 'tunnel' : hopOf(component);

function engineAsked(event: TraceEvent<'docker.request'>, events: readonly AnyTraceEvent[]): Draft {
  const { method, path, apiVersion, status, refused } = event.detail;
  const version = apiVersion === undefined ? '' : `/v${apiVersion}`;
  const answer = refused === undefined ? `${status}` : `${status} ${refused}`;
  return {
    from: hopOf(requesterOf({ events }, event)),
    to: 'docker',
    arrow: refused === undefined ? 'ask' : 'lost',
    text: `${method} ${version}${path} → ${answer}`,
  };
}

function dialled({ component, detail }: TraceEvent<'net.connect'>): Draft[] {
  const from = hopOf(component);
  const { translated, outcome } = detail;
  const to = detail.pod === undefined ? detail.to : `${detail.to} as pod ${detail.pod}`;
  const isOpen = outcome === 'open';
  // A dial on the edge that is open is followed by the request itself.
  if (from !== 'caller')
    return isOpen ? [] : [{ from, to: 'edged', arrow: 'lost', text: `dial ${to}: ${outcome}` }];
  if (translated === undefined) {
    const text = isOpen ? `dial ${to}` : `dial ${to}: no rule, ${outcome}`;
    return [isOpen ? { from, to: 'stream', arrow: 'ask', text } : { from, to: 'nat', arrow: 'lost', text }];
  }
  const onwards = isOpen ? `DNAT to ${translated}` : `DNAT to ${translated}: ${outcome}`;
  return [
    { from, to: 'nat', arrow: 'ask', text: `dial ${to}` },
    { from: 'nat', to: 'stream', arrow: isOpen ? 'ask' : 'lost', text: onwards },
  ];
}

function refusedHandshake(event: TraceEvent<'net.tls'>, events: readonly AnyTraceEvent[]): Draft {
  const { by, verdict, detail } = event.detail;
  const text = `TLS, the ${by} says ${verdict}${detail === undefined ? '' : `: ${detail}`}`;
  const dial = events.find(({ id }) => id === event.parent);
  const from = hopOf(dial?.component);
  return { from, to: from === 'edgestream' ? 'tunnel' : 'stream', arrow: 'lost', text };
}

function streamAsked({ detail }: TraceEvent<'stream.request'>): Draft[] {
  const { method, path, sessionKey, found } = detail;
  const asked: Draft = { from: 'caller', to: 'stream', arrow: 'ask', text: `${method} ${path}` };
  if (found === undefined) return [asked];
  return [asked, note('stream', `session ${sessionKey}: ${found ? 'found' : 'NOT found'}`)];
}

/** A message at the tunnel's end in the cloud; that it reached the other end is an event of edgestream's. */
function tunnelMessage(
  { id: sentAt, detail: message }: TraceEvent<'tunnel.message'>,
  events: readonly AnyTraceEvent[],
): Draft[] {
  const { direction, session, connectId, type } = message;
  if (direction === 'to-cloud') return [sent('tunnel', 'stream', 'answer', message)];
  const isThere = events.some(
    ({ id, kind, host, detail }) =>
      id > sentAt &&
      host === session &&
      kind === 'edgestream.message' &&
      detail.direction === direction &&
      detail.connectId === connectId &&
      detail.type === type,
  );
  const handed = sent('stream', 'tunnel', 'ask', message);
  return isThere
    ? [handed]
    : [handed, { ...sent('tunnel', 'edgestream', 'lost', message), text: `${handed.text}: never arrives` }];
}

function sent(
  from: Hop,
  to: Hop,
  arrow: 'ask' | 'answer' | 'lost',
  { type, connectId, bytes }: { type: string; connectId: number; bytes: number },
): Draft {
  const text = `${type}, connect id ${connectId}`;
  return arrow === 'lost' ? { from, to, arrow, text } : { from, to, arrow, text, bytes };
}

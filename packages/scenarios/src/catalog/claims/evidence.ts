// What claims look for in a trace, where more than one of them does.
import { carrierOf } from '../../explain/carrier.ts';
import { Evidence } from '../../explain/explanation.ts';
import { eventsOf, requesterOf, sinceStart } from '../../look.ts';
import type { Claim, Look } from '../../scenario.ts';

/** Refusals by the engine of what one part of edgecore asked since edgecore's latest start. */
export function refusals(look: Look, component: string, refused: 'too-new' | 'too-old') {
  const recent = sinceStart(look, look.edge);
  return eventsOf(recent, 'docker.request', look.edge).filter(
    (event) => event.detail.refused === refused && requesterOf(look, event) === component,
  );
}

/** The line with which edgecore says that its configuration has no edgestream. */
export const disabledEdgestream = (look: Look) =>
  eventsOf(sinceStart(look, look.edge), 'log', look.edge).filter(
    ({ detail }) => detail.message === 'Module edgestream is disabled, do not register',
  );

export const isState =
  (state: string) =>
  ({ detail }: { detail: { state: string } }): boolean =>
    detail.state === state;

export const nonEmpty = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined);

/** The latest scrape of the edge that came to an end, where cloudcore sent it into the tunnel of another. */
export function sentElsewhere(look: Look) {
  const scraped = eventsOf(look, 'metrics-server.scraped').findLast(
    ({ detail }) => detail.node === look.edge,
  );
  const asked = eventsOf(look, 'metrics-server.scrape').find(({ id }) => id === scraped?.parent);
  if (scraped === undefined || asked === undefined) return undefined;
  const carrier = carrierOf(new Evidence(look.events), asked);
  return carrier === undefined || carrier.edge === look.edge ? undefined : { ...carrier, asked, scraped };
}

export function refusedText(evidence: Parameters<Claim['say']>[0]): string {
  const [first] = evidence;
  if (first?.kind !== 'docker.request') return '';
  const { method, path, apiVersion, status } = first.detail;
  return `${method} /v${apiVersion}${path} → ${status} (${evidence.length}×)`;
}

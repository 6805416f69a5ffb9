// What claims look for in a trace, where more than one of them does.
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

export function refusedText(evidence: Parameters<Claim['say']>[0]): string {
  const [first] = evidence;
  if (first?.kind !== 'docker.request') return '';
  const { method, path, apiVersion, status } = first.detail;
  return `${method} /v${apiVersion}${path} → ${status} (${evidence.length}×)`;
}

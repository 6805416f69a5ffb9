import type { TraceEvent } from '@kubeedge-sim/sim-kit';
import { carrierOf } from './carrier.ts';
import { explainWords as words } from './explain-words.ts';
import { Evidence, type Explanation, type Finding, type Subject, type Verdict } from './explanation.ts';

/**
 * Why a pod or a node has metrics, or has none, as far as the trace says: which scrape was the last, what its answer
 * held, and which rule left something out. Everything in it is an event of the trace.
 */
export function explain(events: Evidence['events'], subject: Subject): Explanation {
  const evidence = new Evidence(events);
  const known =
    subject.kind === 'pod' ? { ...subject, node: subject.node ?? nodeOf(evidence, subject) } : subject;
  const found = explainKept(evidence, known);
  const [service] = evidence.of('service.ready').slice(-1);
  // Before its first look a Service has no endpoint, and nothing says so but the probes.
  const probed = evidence.of('service.probed').at(-1);
  const isOut = service === undefined ? probed?.detail.ok === false : !service.detail.ready;
  if (!isOut) return { subject: known, ...found };
  const last = service ?? probed;
  const reason = service?.detail.reason ?? probed?.detail.error ?? '';
  const out = { text: words.outOfService(reason), events: last === undefined ? [] : [last.id] };
  return { subject: known, verdict: 'out-of-service', findings: [...found.findings, out] };
}

type Found = Omit<Explanation, 'subject'>;
type Scrape = TraceEvent<'metrics-server.scrape'>;

/** The node whose kubelet has listed the pod last. */
function nodeOf(evidence: Evidence, { namespace, name }: { namespace: string; name: string }) {
  const listed = evidence
    .of('edged.pod-listed')
    .findLast(({ detail }) => detail.pods.includes(`${namespace}/${name}`));
  return listed?.host;
}

/** A round that could not be stored leaves what an earlier one has brought. */
function explainKept(evidence: Evidence, subject: Subject): Found {
  const explainIn = (those: Evidence) =>
    subject.kind === 'pod' ? explainPod(those, subject) : explainNode(those, subject.name);
  const found = explainIn(evidence);
  const rounds = evidence.of('metrics-server.cycle');
  const last = rounds.at(-1);
  if (last?.detail.error === undefined) return found;
  const lost = { text: words.roundLost(evidence.when(last), last.detail.error), events: [last.id] };
  const stored = rounds.findLast(({ detail }) => detail.error === undefined);
  const earlier = stored && explainIn(new Evidence(evidence.events.filter(({ id }) => id <= stored.id)));
  if (earlier !== undefined && isShown(earlier)) {
    return { ...earlier, findings: [...earlier.findings, lost] };
  }
  return { verdict: isShown(found) ? 'dropped' : found.verdict, findings: [...found.findings, lost] };
}

const isShown = ({ verdict }: Found) => verdict === 'measured' || verdict === 'of-another';

function explainNode(evidence: Evidence, node: string): Found {
  const scrape = lastScrape(evidence, node);
  if ('verdict' in scrape) return scrape;
  const { answeredAs } = scrape.ended.detail;
  const asked = scrape.findings;
  if (answeredAs !== undefined) {
    const other = { text: words.answeredAs(node, answeredAs), events: [scrape.ended.id] };
    return { verdict: 'not-in-answer', findings: [...asked, other] };
  }
  const drops = dropsOf(evidence, scrape.asked).filter(({ detail }) => detail.what === 'node');
  const mine = drops.filter(({ detail }) => detail.name === node || detail.name === '');
  if (mine.length > 0) return leftOut(asked, mine);
  if (scrape.carriedBy !== undefined) {
    const other = { text: words.takenForAnother(node, scrape.carriedBy), events: [scrape.ended.id] };
    return { verdict: 'of-another', findings: [...asked, other] };
  }
  return { verdict: 'measured', findings: [...asked, fine(evidence, scrape.asked)] };
}

/** What a rule left out has no metrics, unless it was there twice. */
function leftOut(asked: Finding[], drops: readonly TraceEvent<'metrics-server.drop'>[]): Found {
  const findings = [...asked, ...drops.map(dropped)];
  const [twice] = drops;
  if (twice === undefined || drops.some(({ detail }) => detail.reason !== 'duplicate')) {
    return { verdict: 'dropped', findings };
  }
  const first = { text: words.firstCounts(twice.detail.name), events: [twice.id] };
  return { verdict: 'measured', findings: [...findings, first] };
}

function explainPod(evidence: Evidence, pod: Extract<Subject, { kind: 'pod' }>): Found {
  const { namespace, name, node } = pod;
  const ref = `${namespace}/${name}`;
  if (node === undefined) {
    return { verdict: 'not-in-answer', findings: [{ text: words.nodeUnknown(ref), events: [] }] };
  }
  const scrape = lastScrape(evidence, node);
  if ('verdict' in scrape) return scrape;
  const mine = dropsOf(evidence, scrape.asked).filter(
    ({ detail }) =>
      (detail.what === 'pod' && detail.name === ref) ||
      (detail.what === 'container' && detail.name.startsWith(`${ref}/`)),
  );
  if (mine.length > 0) return leftOut(scrape.findings, mine);
  const answers = evidence.from('edged.request', scrape.asked.id);
  const lists = evidence.from('edged.pod-listed', scrape.asked.id);
  const isListed = lists.some(({ detail }) => detail.pods.includes(ref));
  // What a kubelet of the cloud lists is no event; that its pods were kept is.
  if (isListed || answers.length === 0) {
    const listed = lists.map(({ id }) => ({ text: words.listed(ref), events: [id] }));
    return { verdict: 'measured', findings: [...scrape.findings, ...listed, fine(evidence, scrape.asked)] };
  }
  const why = scrape.carriedBy === undefined ? absence : notListed;
  return {
    verdict: 'not-in-answer',
    findings: [...scrape.findings, ...why(evidence, scrape.asked, ref)],
  };
}

function notListed(evidence: Evidence, scrape: Scrape, ref: string): Finding[] {
  const [answer] = evidence.from('edged.request', scrape.id);
  return [
    {
      text: words.notListed(ref, answer?.detail.pods ?? 0),
      events: answer === undefined ? [] : [answer.id],
    },
  ];
}

/** Why an answer does not hold a pod, as far as the edge says. */
function absence(evidence: Evidence, scrape: Scrape, ref: string): Finding[] {
  const findings = notListed(evidence, scrape, ref);
  const [skipped] = evidence.from('edged.container-skipped', scrape.id);
  if (skipped !== undefined) {
    const { ids, reason } = skipped.detail;
    findings.push({ text: words.skipped(ids.length, reason), events: [skipped.id] });
  }
  const failed = evidence
    .of('cadvisor.factory')
    .findLast(({ host, detail }) => host === skipped?.host && !detail.registered);
  if (failed !== undefined) {
    findings.push({
      text: words.factory(failed.detail.factory, failed.detail.error ?? ''),
      events: [failed.id],
    });
  }
  return findings;
}

interface Answered {
  asked: Scrape;
  ended: TraceEvent<'metrics-server.scraped'>;
  findings: Finding[];
  /** Another node, where it was that one's tunnel that the request was sent into. */
  carriedBy?: string;
}

/** The last scrape of a node that has come to an end, or why there is none to go by. */
function lastScrape(evidence: Evidence, node: string): Found | Answered {
  const ended = evidence.of('metrics-server.scraped').findLast(({ detail }) => detail.node === node);
  if (ended === undefined) {
    return { verdict: 'never-asked', findings: [{ text: words.neverAsked(node), events: [] }] };
  }
  const asked = evidence.of('metrics-server.scrape').find(({ id }) => id === ended.parent);
  const { outcome, error = '' } = ended.detail;
  const gave = (verdict: Verdict, text: Finding['text']): Found => ({
    verdict,
    findings: [...(asked === undefined ? [] : askedOf(evidence, asked)), { text, events: [ended.id] }],
  });
  if (outcome === 'skipped') return gave('never-asked', words.skippedNode(error));
  if (outcome === 'stuck') return gave('not-answered', words.stuck(error));
  if (outcome === 'error' || asked === undefined) return gave('not-answered', words.failed(error));
  const kept = { text: words.answered(ended.detail.pods), events: [ended.id] };
  const elsewhere = carriedElsewhere(evidence, asked);
  return {
    asked,
    ended,
    findings: [...askedOf(evidence, asked), ...(elsewhere?.findings ?? []), kept],
    ...(elsewhere && { carriedBy: elsewhere.edge }),
  };
}

/** That cloudcore sent a scrape into the tunnel of another node than metrics-server asked for. */
function carriedElsewhere(
  evidence: Evidence,
  asked: Scrape,
): { edge: string; findings: Finding[] } | undefined {
  const carrier = carrierOf(evidence, asked);
  const { node } = asked.detail;
  if (carrier === undefined || carrier.edge === node) return undefined;
  const { edge, request, message } = carrier;
  const { sessionKey = '' } = request.detail;
  const carried = { text: words.carried(node, { edge, sessionKey }), events: [request.id, message.id] };
  const tunnelOf = (name: string) =>
    evidence
      .of('tunnel.session')
      .findLast(
        ({ id, detail }) => id < asked.id && detail.hostname === name && detail.internalIp === sessionKey,
      );
  const mine = tunnelOf(node);
  const theirs = tunnelOf(edge);
  if (mine === undefined || theirs === undefined) return { edge, findings: [carried] };
  const both = { text: words.oneAddress(node, { edge, sessionKey }), events: [mine.id, theirs.id] };
  return { edge, findings: [carried, both] };
}

/** The scrape, and which way it went where metrics-server is a pod. */
function askedOf(evidence: Evidence, { id, atMs, detail }: Scrape): Finding[] {
  const asked = { text: words.asked(evidence.when({ atMs }), detail.url), events: [id] };
  const dial = evidence.of('net.connect').find(({ parent }) => parent === id);
  const { pod, chains = [], rule } = dial?.detail ?? {};
  if (dial === undefined || pod === undefined) return [asked];
  return [asked, { text: words.dialledAsPod({ pod, node: dial.host, chains, rule }), events: [dial.id] }];
}

/** What the decoder left out of a scrape's answer, and what was left out when its round was put together or asked for. */
function dropsOf(evidence: Evidence, scrape: Scrape): TraceEvent<'metrics-server.drop'>[] {
  return evidence
    .of('metrics-server.drop')
    .filter(
      (drop) => drop.parent === scrape.id || (drop.id > scrape.id && !isOfAnotherScrape(evidence, drop)),
    );
}

function isOfAnotherScrape(evidence: Evidence, { parent }: { parent?: number }): boolean {
  return parent !== undefined && evidence.of('metrics-server.scrape').some(({ id }) => id === parent);
}

const dropped = ({ id, detail }: TraceEvent<'metrics-server.drop'>): Finding => ({
  text: words.dropped(detail),
  events: [id],
});

/** Nothing was left out; and whether there has been more than one scrape to make a rate of. */
function fine(evidence: Evidence, scrape: Scrape): Finding {
  const count = evidence
    .of('metrics-server.scraped')
    .filter(({ detail }) => detail.node === scrape.detail.node && detail.outcome === 'ok').length;
  return { text: count === 1 ? words.onlyOne() : words.nothingLeftOut(count), events: [] };
}

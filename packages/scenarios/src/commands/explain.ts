import { askControl } from '../control/control-client.ts';
import { explain as explainEvents } from '../explain/explain.ts';
import { subjectText, verdictWords } from '../explain/explain-words.ts';
import type { Explanation, Subject } from '../explain/explanation.ts';
import { startSimulation } from '../simulation.ts';
import type { Lang } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { readEvents, type TraceFlags } from './trace.ts';

export interface ExplainFlags extends Pick<TraceFlags, 'control' | 'world'> {
  /** A trace file to read, instead of the running `up`. */
  trace?: string;
  /** A scenario to play anew, instead of either. */
  scenario?: string;
  /** Of a pod: its node, where nobody can tell. */
  node?: string;
  edgecore?: string;
  cloudcore?: string;
  docker?: string;
  metricsServer?: string;
  seed: number;
  lang: Lang;
  json?: boolean;
}

/**
 * Prints why a pod or a node has metrics, or has none: from a trace file, from a scenario that is played for it, or from
 * what a control server serves.
 * @throws UsageError for another kind than pod and node, and as `trace`
 */
export async function explain(io: Io, kind: string, name: string, flags: ExplainFlags): Promise<void> {
  const subject = subjectOf(kind, name, flags);
  const explanation =
    flags.scenario === undefined
      ? await ofTrace(subject, flags)
      : await ofNewRun(subject, flags.scenario, flags);
  if (flags.json === true) io.out(`${JSON.stringify(explanation, undefined, 2)}\n`);
  else io.out(report(explanation, flags.lang));
}

function subjectOf(kind: string, name: string, { node }: ExplainFlags): Subject {
  if (kind === 'node') return { kind, name };
  if (kind !== 'pod')
    throw new UsageError(`Tried to explain a ${kind}; say \`pod <name>\` or \`node <name>\`.`);
  const slash = name.indexOf('/');
  const [namespace, pod] = slash < 0 ? ['default', name] : [name.slice(0, slash), name.slice(slash + 1)];
  return { kind, namespace, name: pod, node };
}

async function ofTrace(subject: Subject, flags: ExplainFlags): Promise<Explanation> {
  const { trace: file, control, world } = flags;
  const events = await readEvents(file, { control, world });
  if (!events.some(({ kind }) => kind.startsWith('metrics-server.')))
    throw new UsageError(
      `Looked for metrics-server in ${file ?? 'what is served'}, found nothing of it. It has not begun to scrape, or it is yours ` +
        '(up --kubeconfig, --external-metrics-server): then ask its own log.',
    );
  const located =
    file === undefined
      ? await locate(subject, async (path) => {
          const { body } = await askControl({ control, world }, '/kubectl', { args: ['get', '--raw', path] });
          return (JSON.parse(body) as { stdout: string }).stdout;
        })
      : subject;
  return explainEvents(events, located);
}

async function ofNewRun(subject: Subject, scenario: string, flags: ExplainFlags): Promise<Explanation> {
  const { edgecore, cloudcore, docker, metricsServer, seed } = flags;
  const versions = { edgecore, cloudcore, docker, metricsServer };
  await using simulation = await startSimulation({ scenario, seed, ...versions });
  const located = await locate(subject, async (path) => (await simulation.get(path)).body);
  return explainEvents(simulation.events(), located);
}

/** The pod with the node that the API server has it on; a node as it is. @throws UsageError for one that is not there */
async function locate(subject: Subject, get: (path: string) => Promise<string>): Promise<Subject> {
  if (subject.kind === 'node') {
    const names = namesIn(await get('/api/v1/nodes'));
    if (names === undefined || names.includes(subject.name)) return subject;
    throw new UsageError(
      `Looked for node "${subject.name}", found only ${names.join(', ')}. Use one of these names.`,
    );
  }
  if (subject.node !== undefined) return subject;
  const { namespace, name } = subject;
  const body = await get(`/api/v1/namespaces/${namespace}/pods/${name}`);
  const found = nodeNameIn(body);
  if (found !== undefined) return { ...subject, node: found };
  throw new UsageError(
    `Looked for the pod ${namespace}/${name}, found none. Give it as <namespace>/<name>, see \`kubectl get pod -A\`.`,
  );
}

/** Undefined where the API server gives no list. */
function namesIn(body: string): string[] | undefined {
  try {
    const { items } = JSON.parse(body) as { items?: { metadata: { name: string } }[] };
    return items?.map(({ metadata }) => metadata.name);
  } catch {
    return undefined;
  }
}

function nodeNameIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { spec?: { nodeName?: string } }).spec?.nodeName;
  } catch {
    return undefined;
  }
}

function report({ subject, verdict, findings }: Explanation, lang: Lang): string {
  const numbers = findings.map(({ events }) => events.map((id) => `#${id}`).join(' '));
  const width = Math.max(8, ...numbers.map(({ length }) => length + 1));
  const lines = findings.map(({ text }, at) => `  ${numbers[at]?.padEnd(width)}${text[lang]}`);
  return `${[`${subjectText(subject)[lang]}: ${verdictWords[verdict][lang]}`, ...lines].join('\n')}\n`;
}

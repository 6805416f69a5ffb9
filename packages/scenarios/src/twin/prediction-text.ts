import { styleText } from 'node:util';
import type { Lang, Text } from '../text.ts';
import type { Note } from './note.ts';
import type { NodePrediction, Play, Prediction, Verdict } from './predict.ts';
import { cloudReports, totalsOf } from './prediction-totals.ts';
import { answerWords, assumptions, verdictWords, predictionWords as words } from './prediction-words.ts';

export interface PredictionTextOptions {
  lang: Lang;
  colour: boolean;
  /** List every name instead of the first few. */
  all: boolean;
}

/** Names shown of a list before it is folded. */
const NAMES_MAX = 8;

/**
 * A prediction for a person: a table first, then every kind of edge with its cause, then what is left to
 * know.
 */
export function predictionText(prediction: Prediction, options: PredictionTextOptions): string {
  const { placement, plays, nodes } = prediction;
  const { lang } = options;
  const say = (text: Text) => text[lang];
  const style = (format: 'bold' | 'dim', text: string) => (options.colour ? styleText(format, text) : text);
  const heading = (text: Text) => `\n${style('bold', `── ${say(text)} ──`)}`;
  const fold = (names: readonly string[]) => foldNames(names, options);

  const lines: string[] = [sources(prediction, lang), ...played(prediction, lang)];
  lines.push(heading(words.summary), ...table(nodes, lang));
  lines.push(heading(words.why));
  const groups = [...Map.groupBy(nodes, groupOf).values()];
  groups.sort((a, b) => rankOf(a) - rankOf(b) || b.length - a.length);
  for (const members of groups) {
    lines.push('', style('bold', groupTitle(members, plays, lang)));
    lines.push(...why(members, plays, lang).map((line) => `  ${line}`));
    lines.push(style('dim', `  ${fold(members.map(({ name }) => name))}`));
  }
  const notes = notesOf(nodes);
  if (notes.length > 0) lines.push(heading(words.notes), ...noteLines(notes, options));
  lines.push(heading(words.cloud));
  for (const [role, reports] of Map.groupBy(cloudReports(placement), (report) => say(report.role.text))) {
    lines.push(
      `${fold(reports.map(({ name, ready }) => (ready === 'True' ? name : `${name} (NotReady)`)))}: ${role}`,
    );
  }
  if (placement.cloud.length === 0) lines.push(noCloud[lang]);
  lines.push(...leftOver(prediction, options, heading));
  lines.push(heading(words.assumed), ...assumptions.map((text) => `• ${say(text)}`));
  return `${lines.join('\n')}\n`;
}

const noCloud: Text = {
  en: 'none in the dump: a stand-in plays the control plane',
  zh: '导出文件中没有：由替代节点承担控制面',
};

function sources(prediction: Prediction, lang: Lang): string {
  const { items, nodes, pods, unusable, otherKinds } = totalsOf(prediction);
  const from = prediction.dump.sources.join(', ');
  return {
    en:
      `${from}: ${items} items = ${nodes.all} nodes + ${pods.all} pods + ${otherKinds} of other kinds + ${unusable} unusable\n` +
      `nodes: ${nodes.edgesPlayed} edges played, ${nodes.edgesNotPlayed} edges not played, ${nodes.cloud} of the cloud, ${nodes.unplaced} neither\n` +
      `pods: ${pods.onNodes} on these nodes, ${pods.withoutNode} on none`,
    zh:
      `${from}：${items} 个条目 = ${nodes.all} 个节点 + ${pods.all} 个 Pod + ${otherKinds} 个其他类型 + ${unusable} 个无法使用\n` +
      `节点：推演的边缘 ${nodes.edgesPlayed}，未推演的边缘 ${nodes.edgesNotPlayed}，云端 ${nodes.cloud}，无法归类 ${nodes.unplaced}\n` +
      `Pod：在这些节点上 ${pods.onNodes}，不在任何节点上 ${pods.withoutNode}`,
  }[lang];
}

function played({ versions, plays }: Prediction, lang: Lang): string[] {
  const { cloudcore, metricsServer } = versions;
  const chosen = [
    `cloudcore ${cloudcore.version} (${cloudcore.from[lang]})`,
    `metrics-server ${metricsServer.version} (${metricsServer.from[lang]})`,
  ].join(', ');
  const worlds = { en: `${plays.length} clusters played`, zh: `共推演 ${plays.length} 个集群` }[lang];
  return [`${chosen}; ${worlds}`];
}

const verdicts = Object.keys(verdictWords) as Verdict[];

function table(nodes: readonly NodePrediction[], lang: Lang): string[] {
  const header = [
    words.verdict,
    words.nodes,
    words.nodeMetrics,
    words.podMetrics,
    words.podsAffected,
    words.meaning,
  ];
  const rows = verdicts.flatMap((verdict) => {
    const of = nodes.filter((node) => node.verdict === verdict);
    const [first] = of;
    if (first === undefined) return [];
    const affected = of.reduce((sum, { pods }) => sum + pods.affected, 0);
    const { node, pods } = first.metrics;
    const answers = [answerWords[node][lang], answerWords[pods][lang]];
    return [[verdict, String(of.length), ...answers, String(affected), verdictWords[verdict][lang]]];
  });
  const cells = [header.map((text) => text[lang]), ...rows];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text));
  return cells.map((row) => row.map(pad).join('  ').trimEnd());
}

/** Columns a text takes on a terminal: Chinese characters take two. */
const widthOf = (text: string) => text.length + (text.match(/[\u2e80-\u9fff\uff00-\uff60]/g)?.length ?? 0);

/** Edges that are told together: of one play or one reason, and of one verdict. */
const groupOf = ({ verdict, play, reason, ready }: NodePrediction) =>
  `${verdict} ${play ?? reason?.text.en} ${verdict === 'other' && ready !== 'True'}`;

const rankOf = ([first]: readonly NodePrediction[]) => verdicts.indexOf(first?.verdict ?? 'healthy');

function playOf(members: readonly NodePrediction[], plays: readonly Play[]): Play | undefined {
  return plays.find(({ id }) => id === members[0]?.play);
}

function groupTitle(members: readonly NodePrediction[], plays: readonly Play[], lang: Lang): string {
  const play = playOf(members, plays);
  const verdict = members[0]?.verdict ?? '';
  const { length } = members;
  if (play === undefined)
    return { en: `${verdict}: ${length} nodes`, zh: `${verdict}：${length} 个节点` }[lang];
  const versions = `edgecore ${play.cell.edgecore} · Docker ${play.cell.docker}`;
  return {
    en: `${verdict}: ${length} nodes · ${versions} (played once for ${play.nodes} nodes, as ${play.representative})`,
    zh: `${verdict}：${length} 个节点 · ${versions}（${play.nodes} 个节点共推演一次，以 ${play.representative} 为代表）`,
  }[lang];
}

function why(members: readonly NodePrediction[], plays: readonly Play[], lang: Lang): string[] {
  const [first] = members;
  const lines = first?.reason === undefined ? [] : [first.reason.text[lang]];
  const play = playOf(members, plays);
  if (play === undefined || first?.verdict === 'healthy') return lines;
  for (const { layer, text, evidence } of play.causes) {
    lines.push(`${words.layer[lang]}: ${layer[lang]}`, `${words.cause[lang]}: ${text[lang]}`);
    lines.push(`${words.evidence[lang]}: ${cite(evidence)}`);
  }
  if (play.causes.length === 0 && play.outcome !== 'healthy') lines.push(words.unexplained[lang]);
  for (const { id, title } of play.cures) lines.push(`${words.cures[lang]}: ${id}: ${title[lang]}`);
  if (play.cures.length > 0) lines.push(`${words.tryThem[lang]}: ${replayOf(play)}`);
  return lines;
}

/** The command that plays the same versions with all their cures. */
const replayOf = ({ cell }: Play) =>
  `kubeedge-sim replay missing-pod-metrics --edgecore ${cell.edgecore} --cloudcore ${cell.cloudcore} --docker ${cell.docker} --metrics-server ${cell.metricsServer}`;

function cite(evidence: readonly number[]): string {
  const shown = evidence.slice(0, 4).map((id) => `#${id}`);
  const more = evidence.length - shown.length;
  return more > 0 ? `${shown.join(' ')} +${more}` : shown.join(' ');
}

function notesOf(nodes: readonly NodePrediction[]): { name: string; note: Note }[] {
  return nodes.flatMap(({ name, notes }) => notes.map((note) => ({ name, note })));
}

function noteLines(notes: readonly { name: string; note: Note }[], options: PredictionTextOptions): string[] {
  const texts = [...Map.groupBy(notes, ({ note }) => note.text[options.lang])];
  const shown = options.all ? texts : texts.slice(0, NOTES_MAX);
  const lines = shown.map(
    ([text, of]) =>
      `• ${foldNames(
        of.map(({ name }) => name),
        options,
      )}: ${text}`,
  );
  return texts.length > shown.length ? [...lines, folded(texts.length - shown.length, options.lang)] : lines;
}

const NOTES_MAX = 20;

function leftOver(
  { dump, placement }: Prediction,
  options: PredictionTextOptions,
  heading: (text: Text) => string,
): string[] {
  const { lang } = options;
  const entries: [name: string, reason: string][] = [
    ...placement.unplaced.map(({ node, reason }): [string, string] => [`Node ${node.name}`, reason[lang]]),
    ...placement.podsWithoutNode.map(({ pod, reason }): [string, string] => [
      `Pod ${pod.namespace}/${pod.name}`,
      reason[lang],
    ]),
    ...dump.bad.map(({ place, problem }): [string, string] => [place, problem]),
    ...[...dump.otherKinds].map(([kind, count]): [string, string] => [
      `${count} × ${/^\w{1,60}$/.test(kind) ? kind : JSON.stringify(kind)}`,
      { en: 'a twin needs no such thing', zh: '孪生集群不需要' }[lang],
    ]),
  ];
  if (entries.length === 0) return [];
  const reasons = [...Map.groupBy(entries, ([, reason]) => reason)];
  return [
    heading(words.leftOver),
    ...reasons.map(
      ([reason, of]) =>
        `• ${foldNames(
          of.map(([name]) => name),
          options,
        )}: ${reason}`,
    ),
  ];
}

function foldNames(names: readonly string[], { all, lang }: PredictionTextOptions): string {
  const shown = all ? names : names.slice(0, NAMES_MAX);
  const text = shown.join(', ');
  return names.length > shown.length ? `${text} ${folded(names.length - shown.length, lang)}` : text;
}

const folded = (more: number, lang: Lang) =>
  ({ en: `… ${more} more (--all lists them)`, zh: `… 另有 ${more} 项（--all 全部列出）` })[lang];

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsServerTags, metricsServerVersions } from '../packages/cloud-sim/src/metrics-server/index.ts';
import type { MetricsServerVersion } from '../packages/cloud-sim/src/metrics-server/version.ts';

// Makes the table of docs/metrics-server.md of the version data: settings are read, rules are tried on small answers.
// test/metrics-server-page.test.ts holds the page against it.

const PAGE = join(import.meta.dirname, '../docs/metrics-server.md');
const BEGIN = '<!-- made by scripts/metrics-server-page.ts -->';
const END = '<!-- end -->';

const time = '2021-06-10T08:00:00Z';
const asked = { node: 'edge', address: '10.66.0.11', askedAtMs: 0 };

interface Sample {
  cpu: number;
  memory?: number;
}

/** An answer in the format that the release asks for: a node, and a pod with one container more than `bad`. */
function answerFor(version: MetricsServerVersion, node: Sample, bad: Sample): string {
  return version.client.path.startsWith('/metrics/') ? textOf(node, bad) : summaryOf(node, bad);
}

const good: Sample = { cpu: 5, memory: 4096 };

function summaryOf(node: Sample, bad: Sample): string {
  const stats = ({ cpu, memory }: Sample) => ({
    startTime: time,
    cpu: { time, usageNanoCores: cpu, usageCoreNanoSeconds: cpu },
    memory: { time, ...(memory !== undefined && { workingSetBytes: memory }) },
  });
  const containers = [
    { name: 'a', ...stats(good) },
    { name: 'b', ...stats(bad) },
  ];
  return JSON.stringify({
    node: { nodeName: 'edge', ...stats(node) },
    pods: [{ podRef: { namespace: 'ns', name: 'pod' }, containers }],
  });
}

function textOf(node: Sample, bad: Sample): string {
  const lines = (prefix: string, labels: string, { cpu, memory }: Sample) => [
    `${prefix}_cpu_usage_seconds_total${labels} ${cpu}`,
    ...(memory === undefined ? [] : [`${prefix}_memory_working_set_bytes${labels} ${memory}`]),
  ];
  const labels = (name: string) => `{container="${name}",namespace="ns",pod="pod"}`;
  return `${[
    ...lines('node', '', node),
    ...lines('container', labels('a'), good),
    ...lines('container', labels('b'), bad),
  ].join('\n')}\n`;
}

function tried(version: MetricsServerVersion, text: string): string {
  try {
    const { nodes, pods } = version.decode(text, asked);
    return `${nodes.length} node, ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.name === 'EndlessDecode' ? 'never comes back' : `error: ${error.message}`;
  }
}

const yes = (value: boolean) => (value ? 'yes' : 'no');

/** What is told of a release, by title. */
const columns: Readonly<Record<string, (version: MetricsServerVersion) => string>> = {
  'asks for': ({ client }) => `\`${client.path}\``,
  "a Node's annotation may name another path": ({ client }) =>
    client.pathAnnotation === undefined ? 'no' : `\`${client.pathAnnotation}\``,
  'scrapes before metrics (CPU: 1 instant, 2 rate)': ({ scrapesBeforeMetrics }) =>
    String(scrapesBeforeMetrics),
  'all is there': (version) => tried(version, answerFor(version, good, good)),
  'a container without memory': (version) => tried(version, answerFor(version, good, { cpu: 5 })),
  'a container that has used no CPU': (version) =>
    tried(version, answerFor(version, good, { cpu: 0, memory: 4096 })),
  'a node without memory': (version) => tried(version, answerFor(version, { cpu: 5 }, good)),
  'an empty body': (version) => tried(version, ''),
  'a body of plain text': (version) => tried(version, 'Internal Error: failed to list pod stats\n'),
  'first scrape': ({ firstScrape }) => firstScrape,
  'nodes that are not ready': ({ scraper }) => scraper.notReady,
  'time for a node': ({ timeout, scraper }) =>
    timeout === 'request-timeout'
      ? '`--kubelet-request-timeout`, 10s'
      : `${timeout.partOfResolution} of the resolution${scraper.jitterCountsAsTime ? ', less the jitter' : ''}`,
  '`--kubelet-use-node-status-port`': ({ flags }) =>
    Object.hasOwn(flags.known, 'kubelet-use-node-status-port') ? 'known' : 'unknown: it exits',
  'least `--metric-resolution`': ({ flags }) =>
    flags.resolution === undefined ? 'none' : `${flags.resolution.minMs / 1_000}s`,
  'lists pods as': ({ view }) => view.pods,
  'two answers of one name': ({ createStorage, scraper }) => duplicate({ createStorage, scraper }),
  'labels in answers': ({ answers }) => yes(answers.labels),
  '`selfLink` in answers': ({ answers }) => yes(answers.selfLink),
  'tables with usage': ({ answers }) => yes(answers.tables),
  'field selectors': ({ answers }) => yes(answers.fieldSelectors),
  'answers for pods that do not run': ({ answers }) => yes(!answers.onlyRunning),
  'health endpoints': ({ health }) =>
    Object.keys(health.endpoints)
      .map((name) => `\`/${name}\``)
      .join(' '),
  'ready with nodes and no pods': (version) => yes(isReady(version, { nodes: true, pods: false })),
};

function duplicate({
  createStorage,
  scraper,
}: Pick<MetricsServerVersion, 'createStorage' | 'scraper'>): string {
  if (scraper.duplicate !== undefined) return 'the first counts';
  const node = { name: 'edge', atNs: 1n, cpu: 1n, memoryBytes: 1n };
  const { error } = createStorage(60_000).store({ nodes: [node, node], pods: [] });
  return error === undefined ? 'the first counts' : 'the round is lost';
}

function isReady({ health }: MetricsServerVersion, ready: { nodes: boolean; pods: boolean }): boolean {
  const round = { lastStartMs: 0, lastOk: true, synced: true };
  const view = { nowMs: 0, startedMs: 0, resolutionMs: 60_000, round, ready };
  const names = health.endpoints['readyz'] ?? health.endpoints['healthz'] ?? [];
  return names.every((name) => health.checks[name]?.(view) === undefined);
}

/** Values of a column with the tags that have each, oldest first. */
function valuesOf(column: (version: MetricsServerVersion) => string): string {
  const groups: { value: string; first: string; last: string }[] = [];
  for (const tag of metricsServerTags) {
    const value = column(metricsServerVersions[tag]);
    const latest = groups.at(-1);
    if (latest?.value === value) latest.last = tag;
    else groups.push({ value, first: tag, last: tag });
  }
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) return only.value;
  return groups
    .map(({ value, first, last }) => `${first === last ? first : `${first} – ${last}`}: ${value}`)
    .join('<br>');
}

/** The page with its table made anew. `page` is what it is now. */
export function metricsServerPage(page: string): string {
  const rows = Object.entries(columns).map(([title, column]) => [
    title,
    valuesOf(column).replaceAll('|', '\\|'),
  ]);
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length), 8));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const table = [
    line(['what', 'release: value']),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ].join('\n');
  const [before = ''] = page.split(BEGIN);
  const [, after = ''] = page.split(END);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}

if (import.meta.main) {
  const { readFileSync } = await import('node:fs');
  writeFileSync(PAGE, metricsServerPage(readFileSync(PAGE, 'utf8')));
}

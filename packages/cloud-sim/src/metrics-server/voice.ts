import { goDuration } from '../kube-apiserver/human-duration.ts';
import type { LogLine } from './klog.ts';
import { type Raw, structured } from './structured-log.ts';

/** A node that gave nothing, or not everything. */
export interface Failure {
  node: string;
  /** Undefined when none of its addresses is wanted. */
  address?: string;
  ready: boolean;
  error: string;
  timedOut: boolean;
  timeoutMs: number;
}

/** What a release says of a round. Failures are lines of their own, or texts that `roundFailed` puts together. */
export interface Voice {
  begins: LogLine;
  stores: LogLine;
  ends: LogLine;
  scraping(nodes: readonly string[], selector: string): LogLine;
  scrapingOne(node: string): LogLine;
  scraped(found: { durationMs: number; nodes: number; pods: number }): LogLine;
  /** Why a node could not be asked, or its answer not be read, as the release puts it. */
  problem(failure: Pick<Failure, 'node' | 'address' | 'error'>): string;
  /** `error` of the failure is the {@link problem}, or what is wrong with parts of the answer. */
  failed(failure: Failure): { line: LogLine } | { error: string };
  roundFailed?(errors: string): LogLine;
  notSaved?(error: string): LogLine;
  /** A health check that fails is put down. */
  failedProbe?(probe: string, values: Record<string, string>): LogLine;
}

/** `file:line` of each log call. */
export interface VoiceSources {
  begins: string;
  stores: string;
  ends: string;
  scraping: string;
  scrapingOne: string;
  scraped: string;
}

const info = (verbosity: number, source: string, message: string): LogLine => ({
  severity: 'I',
  verbosity,
  source,
  message,
});
const error = (source: string, message: string): LogLine => ({
  severity: 'E',
  verbosity: 0,
  source,
  message,
});

/** kubernetes-sigs/metrics-server v0.3.0, v0.3.7 pkg/sources/{manager,summary/summary}.go, pkg/manager/manager.go. */
export function sourceManagerVoice(sources: VoiceSources & { roundFailed: string; notSaved: string }): Voice {
  return {
    ...plainVoice(sources, { begins: 'Beginning cycle, collecting metrics...', what: 'sources' }),
    scrapingOne: (node) => info(2, sources.scrapingOne, `Querying source: kubelet_summary:${node}`),
    problem: ({ node, address, error: problem }) =>
      address === undefined
        ? `unable to extract connection information for node "${node}": ${problem}`
        : `unable to fetch metrics from Kubelet ${node} (${address}): ${problem}`,
    failed({ node, address, error: problem }) {
      if (address === undefined) return { error: problem };
      return { error: `unable to fully scrape metrics from source kubelet_summary:${node}: ${problem}` };
    },
    roundFailed: (errors) => error(sources.roundFailed, `unable to fully collect metrics: ${errors}`),
    notSaved: (problem) => error(sources.notSaved, `unable to save metrics: ${problem}`),
  };
}

/** kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/scraper.go, pkg/server/server.go. */
export function scraperVoice(sources: VoiceSources & { roundFailed: string }): Voice {
  return {
    ...plainVoice(sources, { begins: 'Beginning cycle, scraping metrics...', what: 'nodes' }),
    scrapingOne: (node) => info(2, sources.scrapingOne, `Querying source: ${node}`),
    problem({ node, address, error: problem }) {
      const unreachable = `unable to extract connection information for node "${node}": `;
      return `unable to fetch metrics from node ${node}: ${address === undefined ? unreachable : ''}${problem}`;
    },
    failed: ({ node, error: problem }) => ({
      error: `unable to fully scrape metrics from node ${node}: ${problem}`,
    }),
    roundFailed: (errors) => error(sources.roundFailed, `unable to fully scrape metrics: ${errors}`),
  };
}

function plainVoice(sources: VoiceSources, { begins, what }: { begins: string; what: string }) {
  return {
    begins: info(6, sources.begins, begins),
    stores: info(6, sources.stores, '...Storing metrics...'),
    ends: info(6, sources.ends, '...Cycle complete'),
    scraping: (nodes: readonly string[]) =>
      info(1, sources.scraping, `Scraping metrics from ${nodes.length} ${what}`),
    scraped: ({ durationMs, nodes, pods }: { durationMs: number; nodes: number; pods: number }) => {
      const time = goDuration(durationMs);
      return info(1, sources.scraped, `ScrapeMetrics: time: ${time}, nodes: ${nodes}, pods: ${pods}`);
    },
  };
}

export interface StructuredTraits {
  sources: VoiceSources & {
    failed: string;
    timedOut?: string;
    notReady?: string;
    probes: Readonly<Record<string, string>>;
  };
  /** Whether the first line names nodes and selector. */
  namesNodes: boolean;
}

/** kubernetes-sigs/metrics-server v0.5.0, v0.6.4, v0.7.2, v0.9.0 pkg/scraper/scraper.go, pkg/server/server.go. */
export function structuredVoice({ sources, namesNodes }: StructuredTraits): Voice {
  const line = (
    verbosity: number,
    source: string,
    message: string,
    values: Record<string, string | number | Raw>,
  ) => info(verbosity, source, structured(message, values));
  return {
    begins: line(6, sources.begins, 'Scraping metrics', {}),
    stores: line(6, sources.stores, 'Storing metrics', {}),
    ends: line(6, sources.ends, 'Scraping cycle complete', {}),
    scraping(nodes, selector) {
      const names = { raw: `[${nodes.map((name) => `"${name}"`).join(' ')}]` };
      const values = namesNodes
        ? { nodes: names, nodeCount: nodes.length, nodeSelector: selector }
        : undefined;
      return line(1, sources.scraping, 'Scraping metrics from nodes', values ?? { nodeCount: nodes.length });
    },
    scrapingOne: (node) => line(2, sources.scrapingOne, 'Scraping node', { node }),
    scraped({ durationMs, nodes, pods }) {
      const values = { duration: goDuration(durationMs), nodeCount: nodes, podCount: pods };
      return line(1, sources.scraped, 'Scrape finished', values);
    },
    problem: ({ error: problem }) => problem,
    failed({ node, ready, error: err, timedOut, timeoutMs }) {
      if (!ready && sources.notReady !== undefined) {
        const message = 'Failed to scrape node, node is not ready';
        return { line: line(4, sources.notReady, message, { node, err }) };
      }
      if (timedOut && sources.timedOut !== undefined) {
        const message = 'Failed to scrape node, timeout to access kubelet';
        const values = { err, node, timeout: goDuration(timeoutMs) };
        return { line: error(sources.timedOut, structured(message, values)) };
      }
      return { line: error(sources.failed, structured('Failed to scrape node', { err, node })) };
    },
    failedProbe: (probe, values) =>
      line(0, sources.probes[probe] ?? '', 'Failed probe', { probe, ...values }),
  };
}

import { type DecodeSources, summaryDecoder } from './decode-summary.ts';
import type { Decode } from './points.ts';

/**
 * What differs between metrics-server releases. A release is listed only if its rules are implemented in
 * full.
 */
export interface MetricsServerVersion {
  readonly tag: string;
  /** Path and query of a scrape. */
  readonly scrapePath: string;
  readonly decode: Decode;
  /** `window` of every answer, in milliseconds. */
  readonly windowMs: number;
  /** The scrape timeout as a part of --metric-resolution. */
  readonly timeoutRatio: number;
  readonly jitterPerNodeMs: number;
  readonly jitterMaxMs: number;
  readonly defaultResolutionMs: number;
  /** Where the log calls stand, `file:line` as klog prints it. */
  readonly sources: {
    readonly scraping: string;
    readonly scraped: string;
    readonly tickFailed: string;
    readonly tickBegins: string;
    readonly tickStores: string;
    readonly tickEnds: string;
    readonly duplicateNode: string;
    readonly duplicatePod: string;
    readonly noNodeMetrics: string;
    readonly noPod: string;
    readonly noPodMetrics: string;
  };
}

const decode042: DecodeSources = {
  nodeTime: 'decode.go:63',
  nodeCpu: 'decode.go:74',
  nodeMemory: 'decode.go:78',
  containerTime: 'decode.go:96',
  containerCpu: 'decode.go:107',
  containerMemory: 'decode.go:111',
};

// kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/{client,scraper}.go, pkg/server/server.go,
// pkg/api/{node,pod}.go.
export const metricsServerVersions = {
  'v0.4.2': {
    tag: 'v0.4.2',
    scrapePath: '/stats/summary?only_cpu_and_memory=true',
    decode: summaryDecoder(decode042),
    windowMs: 30_000,
    timeoutRatio: 0.9,
    jitterPerNodeMs: 8,
    jitterMaxMs: 4_000,
    defaultResolutionMs: 60_000,
    sources: {
      scraping: 'scraper.go:115',
      scraped: 'scraper.go:168',
      tickFailed: 'server.go:132',
      tickBegins: 'server.go:129',
      tickStores: 'server.go:138',
      tickEnds: 'server.go:143',
      duplicateNode: 'storage.go:123',
      duplicatePod: 'storage.go:134',
      noNodeMetrics: 'node.go:126',
      noPod: 'pod.go:119',
      noPodMetrics: 'pod.go:149',
    },
  },
} as const satisfies Record<string, MetricsServerVersion>;

export type MetricsServerTag = keyof typeof metricsServerVersions;

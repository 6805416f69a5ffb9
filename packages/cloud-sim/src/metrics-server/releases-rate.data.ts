import type { ReadinessProbe } from '../kube-apiserver/service-readiness.ts';
import { type AnswerTraits, silent } from './answer-traits.ts';
import type { ViewTraits } from './cluster-view.ts';
import { nineTenths, protobuf, readinessProbe, scraper } from './common-traits.data.ts';
import { rateSummaryDecoder } from './decode-rate-summary.ts';
import { resourceDecoder } from './decode-resource.ts';
import { collectionTimely, type HealthTraits, informersSynced, storageReady } from './health.ts';
import { words05, words06 } from './kubelet-client-words.ts';
import type { ParserTraits } from './prometheus-parser.ts';
import { createRateStorage } from './rate-storage.ts';
import { rateWords } from './rate-words.ts';
import { structuredDuplicateWords } from './storage.ts';
import { structuredVoice, type VoiceSources } from './voice.ts';

// Releases that make rates of cumulative counts. Read at each tag of kubernetes-sigs/metrics-server; numbers behind a
// colon are the lines of its log calls.

const probe05: ReadinessProbe = { ...readinessProbe, initialDelayMs: 20_000 };
const metadata: ViewTraits = { ...protobuf, pods: 'metadata-of-running' };
const answers05: AnswerTraits = {
  selfLink: false,
  labels: true,
  sorted: true,
  fieldSelectors: true,
  tables: true,
  onlyRunning: true,
  singularNames: { nodes: '', pods: '' },
  unknownNode: 'as-node',
  unknownPod: 'pods',
  words: silent,
};

interface Health05 {
  /** Checks of the generic API server that all endpoints have, and one that only /readyz has. */
  hooks: readonly string[];
  readyOnly: readonly string[];
  /** metrics-server's own. */
  ready: readonly string[];
  err: string;
  needs: 'nodes-or-pods' | 'nodes-and-pods';
}

function health05({ hooks, readyOnly, ready, err, needs }: Health05): HealthTraits {
  const first = ['ping', 'log'];
  const start = hooks.filter(isInformers);
  const filter = hooks.filter((hook) => !isInformers(hook));
  const synced = 'metadata-informer-sync';
  return {
    endpoints: {
      healthz: [...first, ...hooks, synced],
      livez: [...first, ...hooks, 'metric-collection-timely', synced],
      readyz: [...first, ...start, ...readyOnly, ...filter, ...ready, synced, 'shutdown'],
    },
    checks: {
      'metric-collection-timely': collectionTimely,
      'metric-storage-ready': storageReady(err, needs),
      'metric-informer-sync': informersSynced,
      'metadata-informer-sync': informersSynced,
    },
    lastOkAtFirst: true,
  };
}

function isInformers(hook: string): boolean {
  return hook.endsWith('generic-apiserver-start-informers');
}

const health050 = health05({
  hooks: ['poststarthook/generic-apiserver-start-informers', 'poststarthook/max-in-flight-filter'],
  readyOnly: ['informer-sync'],
  ready: ['metric-storage-ready'],
  err: 'not metrics to serve',
  needs: 'nodes-or-pods',
});
const health060 = health05({
  hooks: ['poststarthook/generic-apiserver-start-informers', 'poststarthook/max-in-flight-filter'],
  readyOnly: ['informer-sync'],
  ready: ['metric-storage-ready'],
  err: 'no metrics to serve',
  needs: 'nodes-or-pods',
});
const later = {
  hooks: ['poststarthook/max-in-flight-filter', 'poststarthook/storage-object-count-tracker-hook'],
  readyOnly: [],
  ready: ['metric-storage-ready', 'metric-informer-sync'],
  err: 'no metrics to serve',
};
const health070 = health05({ ...later, needs: 'nodes-or-pods' });
const health090 = health05({ ...later, needs: 'nodes-and-pods' });

const server = (begins: number): Pick<VoiceSources, 'begins' | 'stores' | 'ends'> => ({
  begins: `server.go:${begins}`,
  stores: `server.go:${begins + 3}`,
  ends: `server.go:${begins + 8}`,
});
/** Lines of the failed probes: collection, storage, informers. */
const probes = (timely: number, ready: number, synced?: number) => ({
  'metric-collection-timely': `server.go:${timely}`,
  'metric-storage-ready': `server.go:${ready}`,
  ...(synced !== undefined && { 'metric-informer-sync': `server.go:${synced}` }),
});

const storage05 = (shift: number) =>
  ({
    olderNode: `node.go:${83 - shift}`,
    olderContainer: `pod.go:${125 + 4 * shift}`,
    skippedNode: 'node.go:53',
    skippedContainer: `pod.go:${72 + 2 * shift}`,
  }) as const;
const olderContainer05 = {
  text: 'Found new container metrics point is older then stored previous , drop previous',
  key: 'container',
} as const;
const decode05 = (shift: number, nodeNeedsStart: boolean) =>
  rateSummaryDecoder({
    nodeNeedsStart,
    sources: {
      nodeTime: 'decode.go:59',
      nodeCpu: `decode.go:${71 - shift}`,
      nodeMemory: `decode.go:${75 - shift}`,
      containerTime: `decode.go:${92 - shift}`,
      containerCpu: `decode.go:${105 - shift}`,
      containerMemory: `decode.go:${109 - shift}`,
    },
  });
const common05 = {
  client: { path: '/stats/summary?only_cpu_and_memory=true', words: words05 },
  scraper,
  scrapesBeforeMetrics: 2,
  firstScrape: 'at-once',
  timeout: nineTenths,
  voice: structuredVoice({
    sources: {
      ...server(136),
      scraping: 'scraper.go:114',
      scrapingOne: 'scraper.go:136',
      scraped: 'scraper.go:157',
      failed: 'scraper.go:139',
      probes: probes(175, 188),
    },
    namesNodes: false,
  }),
  health: health050,
  view: metadata,
  answers: answers05,
  readinessProbe: probe05,
} as const;
export const v050 = {
  ...common05,
  decode: decode05(0, true),
  createStorage: (resolutionMs: number) =>
    createRateStorage(
      {
        nodeRestarts: true,
        pods: 'partial',
        checksStart: false,
        duplicate: structuredDuplicateWords({ node: 'node.go:67', pod: 'pod.go:96' }),
        words: rateWords({ sources: storage05(0), olderContainer: olderContainer05 }),
      },
      resolutionMs,
    ),
};
export const v051 = {
  ...common05,
  decode: decode05(1, false),
  createStorage: (resolutionMs: number) =>
    createRateStorage(
      {
        nodeRestarts: false,
        pods: 'complete',
        checksStart: false,
        duplicate: structuredDuplicateWords({ node: 'node.go:67', pod: 'pod.go:100' }),
        words: rateWords({ sources: storage05(1), olderContainer: olderContainer05 }),
      },
      resolutionMs,
    ),
};

// prometheus/prometheus, the version that go.mod names: v2.5.0, v0.48.1, v0.304.2, v0.313.0.
const parser25: ParserTraits = { quotedNames: false, explains: false, plainFloats: false };
const parser48: ParserTraits = { quotedNames: false, explains: true, plainFloats: true };
const parser304: ParserTraits = { quotedNames: true, explains: true, plainFloats: true };
const parser313: ParserTraits = { ...parser304, namesToken: true };

const sources06 = {
  olderNode: 'node.go:91',
  olderContainer: 'pod.go:138',
  skippedNode: 'node.go:54',
  skippedContainer: 'pod.go:74',
} as const;
const olderContainer06 = {
  text: 'Found new containerName metrics point is older than stored previous , drop previous',
  key: 'containerName',
} as const;
const storage06 = (checksStart: boolean, readinessSource?: readonly number[]) => (resolutionMs: number) =>
  createRateStorage(
    {
      nodeRestarts: false,
      pods: 'complete',
      checksStart,
      duplicate: undefined,
      words: rateWords({
        sources: sources06,
        olderContainer: olderContainer06,
        ...(readinessSource && { readiness: readinessSource.map((line) => `storage.go:${line}`) }),
      }),
    },
    resolutionMs,
  );
const decode06 = (
  line: number,
  parser: ParserTraits,
  rest: { cpuField: string; points: 'fields' | 'json' },
) =>
  resourceDecoder({
    parser,
    syntaxError: 'fails-the-node',
    ...rest,
    sources: {
      incompleteNode: `decode.go:${line}`,
      incompletePod: `decode.go:${line + 14}`,
      incompleteContainer: `decode.go:${line + 106}`,
    },
  });
const fields = { cpuField: 'CumulativeCpuUsed', points: 'fields' } as const;
const asJson = { cpuField: 'CumulativeCpuUsed', points: 'json' } as const;

export const v060 = {
  client: { path: '/metrics/resource', words: words06 },
  decode: resourceDecoder({
    parser: parser25,
    syntaxError: 'passed-over',
    ...fields,
    sources: {
      incompleteNode: 'decode.go:83',
      incompletePod: 'decode.go:97',
      incompleteContainer: 'decode.go:189',
    },
  }),
  scraper: {
    ...scraper,
    duplicate: structuredDuplicateWords({ node: 'scraper.go:158', pod: 'scraper.go:165' }),
  },
  createStorage: storage06(false),
  scrapesBeforeMetrics: 2,
  firstScrape: 'at-once',
  timeout: nineTenths,
  voice: structuredVoice({
    sources: {
      ...server(136),
      scraping: 'scraper.go:115',
      scrapingOne: 'scraper.go:137',
      scraped: 'scraper.go:172',
      failed: 'scraper.go:140',
      probes: probes(175, 187),
    },
    namesNodes: false,
  }),
  health: health060,
  view: metadata,
  answers: answers05,
  readinessProbe: probe05,
} as const;
export const v062 = { ...v060, decode: decode06(86, parser25, fields) };

const voice07 = (
  begins: number,
  one: number,
  failures: { timedOut: number; failed: number; notReady?: number },
) => {
  const { timedOut, failed, notReady } = failures;
  const shift = begins - 136;
  return structuredVoice({
    sources: {
      ...server(begins),
      scraping: 'scraper.go:121',
      scrapingOne: `scraper.go:${one}`,
      scraped: 'scraper.go:182',
      failed: `scraper.go:${failed}`,
      timedOut: `scraper.go:${timedOut}`,
      ...(notReady !== undefined && { notReady: `scraper.go:${notReady}` }),
      probes: probes(179 + shift, 191 + shift, 203 + shift),
    },
    namesNodes: true,
  });
};
export const v070 = {
  ...v060,
  client: {
    path: '/metrics/resource',
    pathAnnotation: 'metrics.k8s.io/resource-metrics-path',
    words: words06,
  },
  decode: decode06(90, parser48, asJson),
  scraper: {
    ...scraper,
    jitterCountsAsTime: false,
    duplicate: structuredDuplicateWords({ node: 'scraper.go:168', pod: 'scraper.go:175' }),
  },
  createStorage: storage06(true),
  timeout: 'request-timeout',
  voice: voice07(136, 143, { timedOut: 147, failed: 149 }),
  health: health070,
  answers: { ...answers05, singularNames: { nodes: 'node', pods: 'pod' } },
} as const;
export const v071 = { ...v070, answers: answers05 };
export const v080 = {
  ...v071,
  decode: decode06(90, parser304, { ...asJson, cpuField: 'CumulativeCPUUsed' }),
  voice: voice07(137, 143, { timedOut: 147, failed: 149 }),
};
export const v090 = {
  ...v080,
  decode: decode06(90, parser313, { ...asJson, cpuField: 'CumulativeCPUUsed' }),
  createStorage: storage06(true, [104, 106, 108, 110]),
  voice: voice07(137, 140, { timedOut: 147, failed: 149, notReady: 145 }),
  health: health090,
};

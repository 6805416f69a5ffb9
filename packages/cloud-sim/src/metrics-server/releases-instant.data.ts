import {
  type AnswerTraits,
  type AnswerWords,
  answerWords04,
  answerWords030,
  answerWords031,
} from './answer-traits.ts';
import type { ViewTraits } from './cluster-view.ts';
import { nineTenths, protobuf, readinessProbe, scraper } from './common-traits.data.ts';
import { instantSummaryDecoder } from './decode-instant-summary.ts';
import { easyjsonError } from './easyjson-errors.ts';
import { type HealthTraits, lastTickOk, liveness, readiness, tickInTime } from './health.ts';
import { createInstantStorage } from './instant-storage.ts';
import { instantWords04, partsOfOneError, summarySyntaxError } from './instant-words.ts';
import { words03, words04 } from './kubelet-client-words.ts';
import { duplicateWords } from './storage.ts';
import { scraperVoice, sourceManagerVoice } from './voice.ts';

// Releases that answer with the kubelet's own rate. Read at each tag of kubernetes-sigs/metrics-server; numbers behind a
// colon are the lines of its log calls.

// ---- 0.3: pkg/sources, pkg/manager, pkg/provider, pkg/storage ----

const health03 = (log: readonly string[]): HealthTraits => ({
  endpoints: { healthz: ['ping', ...log, 'poststarthook/generic-apiserver-start-informers', 'healthz'] },
  checks: { healthz: (view) => tickInTime(view) ?? lastTickOk(view) },
  lastOkAtFirst: false,
});
const answers03: Omit<AnswerTraits, 'words' | 'fieldSelectors' | 'onlyRunning'> = {
  selfLink: true,
  labels: false,
  sorted: false,
  tables: false,
  singularNames: { nodes: '', pods: '' },
  unknownNode: 'as-metrics',
  unknownPod: 'pod',
};
const json: ViewTraits = { pods: 'all', accept: 'application/json, */*' };

interface Sources03 {
  scraped: number;
  manager: { roundFailed: number; notSaved: number; begins: number; stores: number; ends: number };
  duplicate: { node: number; pod: number };
}
const manager030 = { roundFailed: 102, notSaved: 118, begins: 99, stores: 115, ends: 126 };
const manager032 = { roundFailed: 111, notSaved: 127, begins: 108, stores: 124, ends: 135 };

function release03({ scraped, manager, duplicate }: Sources03) {
  const at = (file: string, line: number) => `${file}.go:${line}`;
  const words = duplicateWords({
    node: at('sinkprov', duplicate.node),
    pod: at('sinkprov', duplicate.pod),
  });
  return {
    client: { path: '/stats/summary/', words: words03 },
    decode: instantSummaryDecoder({
      syntaxError: summarySyntaxError,
      words: partsOfOneError('names-consequence'),
      nodeName: 'node',
      // v0.3.1 cuts the list of one node to one, not to none.
      badNode: 'kept-with-zeros',
      badContainer: 'drops-its-pod',
    }),
    scraper: { ...scraper, notReady: 'scraped' as 'scraped' | 'skipped' },
    createStorage: () => createInstantStorage({ duplicate: words, onDuplicate: 'drops-the-round' }),
    scrapesBeforeMetrics: 1 as const,
    firstScrape: 'at-once' as const,
    timeout: nineTenths,
    voice: sourceManagerVoice({
      scraping: 'manager.go:95',
      scrapingOne: 'manager.go:120',
      scraped: at('manager', scraped),
      roundFailed: at('manager', manager.roundFailed),
      notSaved: at('manager', manager.notSaved),
      begins: at('manager', manager.begins),
      stores: at('manager', manager.stores),
      ends: at('manager', manager.ends),
    }),
    health: health03(['log']),
    view: json,
  };
}

interface Reststorage {
  node: number;
  pod: number;
  noPod: number;
  listedNode: number;
  listedPod: number;
}
const answerSources = (lines: Reststorage) =>
  Object.fromEntries(Object.entries(lines).map(([key, line]) => [key, `reststorage.go:${line}`])) as {
    [K in keyof Reststorage]: string;
  };
const answers030 = answerWords030(
  answerSources({ node: 112, pod: 126, noPod: 112, listedNode: 101, listedPod: 98 }),
);
const answers031 = answerWords031(
  answerSources({ node: 112, pod: 121, noPod: 104, listedNode: 129, listedPod: 144 }),
);
const answers032 = answerWords031(
  answerSources({ node: 112, pod: 121, noPod: 104, listedNode: 129, listedPod: 148 }),
);
const answers033 = answerWords031(
  answerSources({ node: 111, pod: 120, noPod: 103, listedNode: 128, listedPod: 147 }),
);
const answers034 = answerWords031(
  answerSources({ node: 118, pod: 133, noPod: 116, listedNode: 135, listedPod: 160 }),
);

const all03 = (words: AnswerWords): AnswerTraits => ({
  ...answers03,
  fieldSelectors: false,
  onlyRunning: false,
  words,
});

const duplicate031 = { node: 125, pod: 134 };
const base032 = release03({ scraped: 150, manager: manager032, duplicate: duplicate031 });
const base034 = release03({ scraped: 148, manager: manager032, duplicate: duplicate031 });
const duplicate036 = duplicateWords({ node: 'sinkprov.go:125', pod: 'sinkprov.go:135' });

export const v030 = {
  ...release03({ scraped: 146, manager: manager030, duplicate: { node: 93, pod: 102 } }),
  decode: instantSummaryDecoder({
    syntaxError: summarySyntaxError,
    words: partsOfOneError('plain'),
    nodeName: 'node',
    badNode: 'kept-with-zeros',
    badContainer: 'kept-with-zeros',
  }),
  scraper: { ...scraper, notReady: 'skipped' as const },
  firstScrape: 'after-one-interval' as const,
  health: health03([]),
  answers: all03(answers030),
};
export const v031 = {
  ...release03({ scraped: 150, manager: manager030, duplicate: duplicate031 }),
  scraper: { ...scraper, notReady: 'skipped' as const },
  firstScrape: 'after-one-interval' as const,
  health: health03([]),
  answers: all03(answers031),
};
export const v032 = {
  ...base032,
  health: health03([]),
  answers: { ...all03(answers032), onlyRunning: true },
};
export const v033 = { ...base032, answers: { ...all03(answers033), onlyRunning: true } };
export const v034 = {
  ...base034,
  client: { path: '/stats/summary?only_cpu_and_memory=true', words: words03 },
  answers: { ...all03(answers034), onlyRunning: true, fieldSelectors: true },
};
export const v035 = { ...v034, view: protobuf };
export const v036 = {
  ...v035,
  createStorage: () => createInstantStorage({ duplicate: duplicate036, onDuplicate: 'drops-the-later' }),
};

// ---- 0.4: pkg/scraper, pkg/server, pkg/storage, pkg/api ----

const started04 = ['ping', 'log', 'poststarthook/generic-apiserver-start-informers'];
const duplicate04 = duplicateWords({ node: 'storage.go:123', pod: 'storage.go:134' });
export const v04 = {
  client: { path: '/stats/summary?only_cpu_and_memory=true', words: words04 },
  decode: instantSummaryDecoder({
    syntaxError: easyjsonError,
    words: instantWords04({
      nodeTime: 'decode.go:63',
      nodeCpu: 'decode.go:74',
      nodeMemory: 'decode.go:78',
      containerTime: 'decode.go:96',
      containerCpu: 'decode.go:107',
      containerMemory: 'decode.go:111',
    }),
    nodeName: 'summary',
    badNode: 'dropped',
    badContainer: 'drops-its-pod',
  }),
  scraper,
  createStorage: () => createInstantStorage({ duplicate: duplicate04, onDuplicate: 'drops-the-later' }),
  scrapesBeforeMetrics: 1,
  firstScrape: 'at-once',
  timeout: nineTenths,
  voice: scraperVoice({
    begins: 'server.go:129',
    stores: 'server.go:138',
    ends: 'server.go:143',
    scraping: 'scraper.go:115',
    scrapingOne: 'scraper.go:140',
    scraped: 'scraper.go:168',
    roundFailed: 'server.go:132',
  }),
  health: {
    endpoints: {
      healthz: [...started04, 'livez', 'readyz'],
      livez: [...started04, 'livez', 'readyz'],
      readyz: [...started04, 'informer-sync', 'livez', 'readyz', 'shutdown'],
    },
    checks: { livez: liveness, readyz: readiness },
    lastOkAtFirst: true,
  },
  view: protobuf,
  answers: {
    ...answers03,
    sorted: true,
    fieldSelectors: true,
    tables: true,
    onlyRunning: true,
    words: answerWords04({ node: 'node.go:126', pod: 'pod.go:149', noPod: 'pod.go:132' }),
  },
  readinessProbe,
} as const;

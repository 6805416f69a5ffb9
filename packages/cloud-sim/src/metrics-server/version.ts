import type { ReadinessProbe } from '../kube-apiserver/service-readiness.ts';
import type { AnswerTraits } from './answer-traits.ts';
import type { ViewTraits } from './cluster-view.ts';
import type { FlagTraits } from './flags.ts';
import type { HealthTraits } from './health.ts';
import type { KubeletClientTraits } from './kubelet-client.ts';
import type { Decode } from './points.ts';
import type { ScraperTraits } from './scraper.ts';
import type { MetricsStorage } from './storage.ts';
import type { Voice } from './voice.ts';

/** What differs between metrics-server releases: parts that are put together, and settings of parts. */
export interface MetricsServerVersion {
  readonly tag: string;
  readonly client: KubeletClientTraits;
  readonly decode: Decode;
  readonly scraper: ScraperTraits;
  createStorage(resolutionMs: number): MetricsStorage;
  /** A rate needs two points; a container that has started lately is content with one. */
  readonly scrapesBeforeMetrics: 1 | 2;
  readonly firstScrape: 'at-once' | 'after-one-interval';
  /** How long a node is given: a part of --metric-resolution, or --kubelet-request-timeout. */
  readonly timeout: { partOfResolution: number } | 'request-timeout';
  readonly voice: Voice;
  readonly health: HealthTraits;
  readonly view: ViewTraits;
  readonly answers: AnswerTraits;
  readonly flags: FlagTraits;
  /** Undefined where the manifest has none: the pod is ready when it runs. */
  readonly readinessProbe?: ReadinessProbe;
}

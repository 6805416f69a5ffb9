import type { Scenario } from '../scenario.ts';
import { missingPodMetrics } from './missing-pod-metrics.scenario.ts';

/** Every scenario, in the order in which `list` shows them. */
export const catalog: readonly Scenario[] = [missingPodMetrics];

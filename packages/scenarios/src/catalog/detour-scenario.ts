// What the scenarios about the way of the metrics have in common: the founding report's cluster with versions that
// agree, and the looks at the detour. Each adds its fault and its symptom.
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import type { Cell, Scenario } from '../scenario.ts';
import type { Text } from '../text.ts';
import { causes } from './claims/index.ts';
import { detourStory } from './claims/story.ts';
import { cures } from './cures.ts';
import { observeDetour } from './detour-looks.ts';
import { CONTROL_EDGE, describeFoundingCluster, EDGE } from './founding-cluster.ts';
import { observeSummaryStructure, settleCluster } from './metrics-path.ts';

/** Versions with which the cluster is healthy as long as nothing is wrong with it. */
export const healthyCell: Cell = {
  edgecore: 'v1.6.1',
  cloudcore: 'v1.6.1',
  docker: '20.10.24',
  metricsServer: 'v0.4.2',
};

export const healthyVerdict = {
  en: 'the edge node and its pods have metrics, by name and by address',
  zh: '边缘节点和 Pod 都有监控，按节点名和按地址都能取到',
};

/** From v1.14 on edgecore runs on a CRI runtime only, which the simulated edge does not have. */
export function needsDocker(cell: Cell): Text | undefined {
  if (edgecoreRelease(cell.edgecore).dockershim !== null) return undefined;
  return {
    en: `edgecore ${cell.edgecore} has no Docker client, and the simulated edges have no CRI runtime.`,
    zh: `edgecore ${cell.edgecore} 没有 Docker 客户端，而模拟的边缘节点没有 CRI 运行时。`,
  };
}

export const detourScenario = {
  edge: EDGE,
  control: CONTROL_EDGE,
  defaults: healthyCell,
  describe: describeFoundingCluster,
  settle: settleCluster,
  observe: observeDetour,
  observeControl: observeSummaryStructure,
  claims: [...causes, ...detourStory],
  cures,
  notApplicable: needsDocker,
} satisfies Partial<Scenario>;

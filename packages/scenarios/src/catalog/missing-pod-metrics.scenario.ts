// The founding report: KubeSphere 3.1.0 on Kubernetes 1.19.8 with metrics-server 0.4.2. Edge nodes show metrics, their
// pods do not; an edge with Docker 18.09.1 is affected, one with 19.03 or later is not. Public traces of the same fault:
// kubeedge/kubeedge#2525, #2817, #2834, kubernetes/kubernetes#94281; fixed by google/cadvisor#2714.
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { defineScenario } from '../scenario.ts';
import { engineRefusesCadvisor, foundingStory } from './claims/docker.ts';
import { otherCauses } from './claims/index.ts';
import { observeConsole } from './console-looks.ts';
import { cures } from './cures.ts';
import { CONTROL_EDGE, describeFoundingCluster, EDGE } from './founding-cluster.ts';
import {
  observeMetricsOutcome,
  observeMetricsPath,
  observeSummaryStructure,
  settleCluster,
} from './metrics-path.ts';

export const missingPodMetrics = defineScenario({
  id: 'missing-pod-metrics',
  title: { en: 'Edge nodes have metrics, their pods have none', zh: '边缘节点有监控，节点上的 Pod 没有监控' },
  report: {
    en: 'KubeSphere 3.1.0, Kubernetes 1.19.8, metrics-server 0.4.2. The console shows CPU and memory of the edge node but none for its pods. On an edge with Docker 18.09.1 it fails, on one with Docker 19.03 or later it works. The pods run, their logs can be read, no log shows an error.',
    zh: 'KubeSphere 3.1.0，Kubernetes 1.19.8，metrics-server 0.4.2。控制台能看到边缘节点的 CPU 和内存，却看不到节点上 Pod 的监控。Docker 18.09.1 的边缘节点有问题，Docker 19.03 及以上正常。Pod 运行正常，日志可以查看，所有日志里都没有报错。',
  },
  defaults: { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' },
  faults: [],
  absentWith: { docker: '20.10.24' },
  verdicts: {
    symptom: { en: 'the edge node has metrics, its pods have none', zh: '边缘节点有监控，Pod 没有监控' },
    healthy: { en: 'the edge node and its pods have metrics', zh: '边缘节点和 Pod 都有监控' },
  },
  edge: EDGE,
  control: CONTROL_EDGE,
  notApplicable(cell) {
    if (edgecoreRelease(cell.edgecore).dockershim !== null) return undefined;
    return {
      en: `edgecore ${cell.edgecore} has no Docker client: it talks to a CRI runtime only, so the Docker engine's API version cannot matter.`,
      zh: `edgecore ${cell.edgecore} 没有 Docker 客户端，只使用 CRI 运行时，因此与 Docker 引擎的 API 版本无关。`,
    };
  },
  describe: describeFoundingCluster,
  settle: settleCluster,
  observe: async (cluster) => [...(await observeMetricsPath(cluster)), ...(await observeConsole(cluster))],
  observeOutcome: observeMetricsOutcome,
  observeControl: observeSummaryStructure,
  outcome(observations) {
    const facts = Object.fromEntries(observations.map(({ id, facts }) => [id, facts]));
    const edgeNode = facts['top-node']?.edgeNodeHasMetrics === true;
    const edgePod = facts['top-edge-pod']?.hasMetrics === true;
    if (edgeNode && edgePod) return 'healthy';
    return edgeNode ? 'symptom' : 'other';
  },
  claims: [
    ...foundingStory.before,
    engineRefusesCadvisor,
    ...foundingStory.after,
    ...otherCauses(engineRefusesCadvisor),
  ],
  cures,
});

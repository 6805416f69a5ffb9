// Public reports: kubeedge/kubeedge#4952 (readOnlyPort), #3688, #5345 (a fix that no tag has).
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { edgedOnOtherPort } from '../faults/edged-on-other-port.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyCell, healthyVerdict, needsDocker } from './detour-scenario.ts';

export const edgeDialFailureHangs = defineScenario({
  ...detourScenario,
  id: 'edge-dial-failure-hangs',
  title: {
    en: 'edged is not on 10350: requests hang until the caller gives up',
    zh: 'edged 不在 10350 上：请求一直挂起，直到调用方超时',
  },
  report: {
    en: "Metrics and logs of one edge neither come nor fail: every request hangs for as long as its caller waits. The tunnel is open, the node Ready. Only edgecore's log has a line about it.",
    zh: '某个边缘节点的监控和日志既不返回也不报错：请求一直挂起，调用方等多久就挂多久。隧道已建立，节点 Ready。只有 edgecore 的日志里有一行提到它。',
  },
  defaults: { ...healthyCell, edgecore: 'v1.13.5', cloudcore: 'v1.13.5' },
  faults: [edgedOnOtherPort],
  verdicts: {
    symptom: {
      en: 'the node is ready but has no metrics; a request is connected and then hangs',
      zh: '节点 Ready，但没有监控；请求连接成功后一直挂起',
    },
    healthy: healthyVerdict,
  },
  notApplicable(cell) {
    if (edgecoreRelease(cell.edgecore).nodeStatus.patch) return needsDocker(cell);
    return {
      en: `edgecore ${cell.edgecore} has no setting for edged's port; tailoredKubeletConfig came with v1.12.`,
      zh: `edgecore ${cell.edgecore} 不能配置 edged 的端口；tailoredKubeletConfig 从 v1.12 开始才有。`,
    };
  },
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ ready, byName, byAddress }) =>
        ready === 'Ready' &&
        [byName, byAddress].every(({ error }) => /Operation timed out .* 0 bytes received/.test(error)),
    ),
});

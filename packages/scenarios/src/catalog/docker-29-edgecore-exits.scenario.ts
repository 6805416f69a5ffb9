// Public reports: kubeedge/kubeedge#6517 (and its fix #6541), docker/for-win#14997, google/cadvisor#3749.
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyCell, healthyVerdict } from './detour-scenario.ts';

export const docker29EdgecoreExits = defineScenario({
  ...detourScenario,
  id: 'docker-29-edgecore-exits',
  title: {
    en: 'With Docker 29 edgecore does not start: the loud opposite of the founding report',
    zh: '使用 Docker 29 时 edgecore 无法启动：与最初的静默故障正相反',
  },
  report: {
    en: "After Docker on the edge was upgraded to 29 the node is NotReady, and edgecore is started again every ten seconds. Its log names the reason each time: the client's API version is too old, the engine's minimum is 1.44.",
    zh: '边缘节点的 Docker 升级到 29 之后，节点变为 NotReady，edgecore 每十秒重启一次。日志每次都写明原因：客户端 API 版本太旧，引擎要求的最低版本是 1.44。',
  },
  defaults: { ...healthyCell, docker: '29.0.0' },
  faults: [],
  absentWith: { docker: '28.5.2' },
  verdicts: {
    symptom: {
      en: 'edgecore exits at its start and says why; the node is not ready',
      zh: 'edgecore 启动即退出，并写明原因；节点 NotReady',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ ready, edgecoreExits, edgedAnswers }) => ready === 'NotReady' && edgecoreExits && !edgedAnswers,
    ),
});

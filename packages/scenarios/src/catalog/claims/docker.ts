// The founding fault: cAdvisor inside edgecore and the Docker engine cannot agree, in silence.
import { eventsOf, requesterOf, sinceStart } from '../../look.ts';
import type { Claim } from '../../scenario.ts';
import { isState, nonEmpty, refusals, refusedText } from './evidence.ts';

const dockerLayer = {
  en: "edged's cAdvisor ↔ Docker Engine API",
  zh: 'edged 内的 cAdvisor ↔ Docker Engine API',
};

/** The engine refuses the API version that cAdvisor insists on. */
export const engineRefusesCadvisor: Claim = {
  id: 'engine-refuses-cadvisor',
  holds: (look) => nonEmpty(refusals(look, 'cadvisor', 'too-new')),
  say: (evidence, look) => ({
    en: `cAdvisor inside edgecore ${look.cell.edgecore} asks Docker ${look.cell.docker} for an API version the engine does not have, and does not negotiate: ${refusedText(evidence)}`,
    zh: `edgecore ${look.cell.edgecore} 内的 cAdvisor 固定使用引擎不支持的 API 版本，且不协商，Docker ${look.cell.docker} 拒绝：${refusedText(evidence)}`,
  }),
  cause: { layer: dockerLayer, hop: 'docker', cures: ['docker', 'edgecore'] },
};

/** What goes before it in the story, and what follows from it. */
export const foundingStory: { before: readonly Claim[]; after: readonly Claim[] } = {
  before: [
    {
      id: 'tunnel-carries-metrics',
      holds: (look) => {
        const messages = eventsOf(look, 'tunnel.message').filter(
          ({ detail }) => detail.session === look.edge,
        );
        const asked = messages.findLast(
          (event) => event.detail.type === 'METRIC_CONNECT' && requesterOf(look, event) === 'metrics-server',
        );
        const answered = messages.find(
          (event) => event.detail.type === 'DATA' && event.detail.connectId === asked?.detail.connectId,
        );
        return asked && answered && [asked, answered];
      },
      say: ([asked], look) => ({
        en: `The tunnel is not the fault: metrics-server's request reached ${look.edge} (${asked?.kind === 'tunnel.message' ? `connect id ${asked.detail.connectId}` : ''}) and was answered.`,
        zh: `隧道没有问题：metrics-server 的请求到达了 ${look.edge}，并且得到了应答。`,
      }),
    },
    {
      id: 'dockershim-agrees',
      // Worth saying only beside a cAdvisor that was refused.
      holds: (look) => {
        const checked = eventsOf(sinceStart(look, look.edge), 'dockershim.checked', look.edge).at(-1);
        return checked?.detail.ok && refusals(look, 'cadvisor', 'too-new').length > 0 ? [checked] : undefined;
      },
      say: ([checked]) => ({
        en: `dockershim agreed with the engine on API ${checked?.kind === 'dockershim.checked' ? checked.detail.apiVersion : ''}: pods run, logs and exec work, and nothing looks wrong.`,
        zh: `dockershim 与引擎协商成功（API ${checked?.kind === 'dockershim.checked' ? checked.detail.apiVersion : ''}）：Pod 正常运行，日志和 exec 也正常，表面上看不出问题。`,
      }),
    },
  ],
  after: [
    {
      id: 'start-is-five-seconds-slower',
      holds: (look) => {
        const states = eventsOf(sinceStart(look, look.edge), 'edgecore.process', look.edge);
        const [starting, started] = [states.find(isState('starting')), states.find(isState('started'))];
        const slow = starting && started && started.atMs - starting.atMs >= 5_000;
        return slow && refusals(look, 'cadvisor', 'too-new').length > 0 ? [starting, started] : undefined;
      },
      say: () => ({
        en: "The only outward sign: edgecore's start takes five seconds longer, while cAdvisor retries in silence.",
        zh: '唯一的外部迹象：edgecore 启动慢了五秒，cAdvisor 在静默重试。',
      }),
    },
    {
      id: 'docker-factory-missing',
      holds: (look) => {
        const tried = eventsOf(sinceStart(look, look.edge), 'cadvisor.factory', look.edge);
        return tried.length > 0 && !tried.some(({ detail }) => detail.registered) ? tried : undefined;
      },
      say: ([tried]) => ({
        en: `So cAdvisor's docker factory is not registered, which is tried once, at start: ${tried?.kind === 'cadvisor.factory' ? tried.detail.error : ''}`,
        zh: `因此 cAdvisor 没有注册 docker 工厂（只在启动时尝试一次）：${tried?.kind === 'cadvisor.factory' ? tried.detail.error : ''}`,
      }),
    },
    {
      id: 'containers-lose-their-labels',
      holds: (look) => {
        const recent = sinceStart(look, look.edge);
        if (!eventsOf(recent, 'cadvisor.factory', look.edge).some(({ detail }) => !detail.registered))
          return undefined;
        const containers = eventsOf(recent, 'cadvisor.container', look.edge).filter(({ detail }) =>
          /\/[0-9a-f]{64}$/.test(detail.cgroup),
        );
        return nonEmpty(containers.filter(({ detail }) => detail.handler === 'raw'));
      },
      say: (evidence) => ({
        en: `The raw cgroup handler took the ${evidence.length} containers instead: their numbers are there, their pod labels are not.`,
        zh: `${evidence.length} 个容器改由 raw cgroup 处理器接管：数值都在，但没有 Pod 标签。`,
      }),
    },
    {
      id: 'summary-lists-no-pods',
      holds: (look) => {
        const asked = eventsOf(look, 'edged.request', look.edge);
        const answers = (path: string) => asked.filter(({ detail }) => detail.path.startsWith(path));
        // What metrics-server asks for, by its release; a person may have asked for the other.
        const last = answers('/metrics/resource').at(-1) ?? answers('/stats/summary').at(-1);
        return last?.detail.pods === 0 ? [last] : undefined;
      },
      say: ([answer]) =>
        answer?.kind === 'edged.request' && answer.detail.path.startsWith('/metrics/')
          ? {
              en: "The kubelet lists a pod only by such labels, so /metrics/resource has no container's line beside those of a complete node.",
              zh: 'kubelet 只按这些标签列出 Pod，所以 /metrics/resource 中节点数据完整，却没有任何容器的数据行。',
            }
          : {
              en: 'The kubelet lists a pod only by such labels, so /stats/summary says "pods": [] beside a complete node.',
              zh: 'kubelet 只按这些标签列出 Pod，所以 /stats/summary 中节点数据完整，而 "pods" 是 []。',
            },
    },
    {
      id: 'log-is-silent',
      holds: (look) => {
        const lines = eventsOf(sinceStart(look, look.edge), 'log', look.edge);
        const telling = lines.filter(({ detail }) => /is too new|factory failed/.test(detail.message));
        return telling.length > 0 && telling.every(({ detail }) => detail.verbosity >= 5)
          ? telling
          : undefined;
      },
      say: ([line]) => ({
        en: `No line of edgecore's default log names it; with --v=5 one does: ${line?.kind === 'log' ? line.detail.message : ''}`,
        zh: `默认日志没有一行提到它；使用 --v=5 才能看到：${line?.kind === 'log' ? line.detail.message : ''}`,
      }),
    },
  ],
};

// What else the trace says where an edge's metrics do not come through: no causes, but what rules causes out.
import { eventsOf, sinceStart } from '../../look.ts';
import type { Claim } from '../../scenario.ts';
import { lastProxied } from './configuration.ts';
import { nonEmpty } from './evidence.ts';

export const detourStory: readonly Claim[] = [
  {
    id: 'answered-by-name',
    holds(look) {
      const byName = lastProxied(look);
      const tunnel = eventsOf(look, 'tunnel.message').findLast(
        ({ detail }) => detail.session === look.edge && detail.type === 'DATA',
      );
      return byName?.answer?.detail.status === 200 && tunnel ? [byName.answer, tunnel] : undefined;
    },
    say: (_evidence, look) => ({
      en: `The tunnel is not the fault: asked for by its name, ${look.edge} answers through it.`,
      zh: `隧道没有问题：按节点名请求时，${look.edge} 通过隧道应答了。`,
    }),
  },
  {
    id: 'log-names-it-aloud',
    holds: (look) =>
      nonEmpty(
        eventsOf(sinceStart(look, look.edge), 'log', look.edge).filter(
          ({ detail }) => detail.verbosity === 0 && /is too (old|new)/.test(detail.message),
        ),
      ),
    say: () => ({
      en: "edgecore's default log names it at every start: the same disagreement about an API version that Docker 18.09 keeps silent, because here it is dockershim that is refused and not cAdvisor.",
      zh: 'edgecore 的默认日志在每次启动时都会写明：同样是 API 版本不一致，Docker 18.09 时毫无声息，因为这里被拒绝的是 dockershim，而不是 cAdvisor。',
    }),
  },
  {
    id: 'other-node-counted-twice',
    holds: (look) =>
      nonEmpty(
        eventsOf(look, 'metrics-server.drop')
          .filter(({ detail }) => detail.what === 'node' && detail.reason === 'duplicate')
          .slice(-1),
      ),
    say: ([drop]) => ({
      en: `metrics-server takes the node's name from the summary, so it gets ${drop?.kind === 'metrics-server.drop' ? drop.detail.name : ''} twice and drops one.`,
      zh: `metrics-server 使用 summary 中的节点名，于是收到两份 ${drop?.kind === 'metrics-server.drop' ? drop.detail.name : ''}，并丢弃其中一份。`,
    }),
  },
];

// What else the trace says where an edge's metrics do not come through: no causes, but what rules causes out.
import { eventsOf, sinceStart } from '../../look.ts';
import type { Claim, Look } from '../../scenario.ts';
import { lastProxied } from './configuration.ts';
import { nonEmpty, sentElsewhere } from './evidence.ts';

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
  {
    id: 'taken-for-another-nodes',
    holds(look) {
      const elsewhere = sentElsewhere(look);
      if (elsewhere === undefined || lostRound(look) !== undefined) return undefined;
      const { asked, scraped, message } = elsewhere;
      const { outcome, answeredAs } = scraped.detail;
      const isLeftOut = eventsOf(look, 'metrics-server.drop').some(
        ({ parent, detail }) => parent === asked.id && detail.what === 'node',
      );
      return outcome === 'ok' && answeredAs === undefined && !isLeftOut ? [message, scraped] : undefined;
    },
    say: ([message], look) => {
      const other = message?.kind === 'tunnel.message' ? message.detail.session : '';
      return {
        en: `metrics-server goes by the Node that it asked and not by a name in the answer: the figures it shows for ${look.edge} were measured on ${other}.`,
        zh: `metrics-server 以所请求的 Node 为准，不看应答中的名称：显示在 ${look.edge} 名下的数值来自 ${other}。`,
      };
    },
  },
  {
    id: 'other-pods-counted-twice',
    holds(look) {
      const elsewhere = sentElsewhere(look);
      const drops = eventsOf(look, 'metrics-server.drop').filter(
        ({ detail }) => detail.what === 'pod' && detail.reason === 'duplicate',
      );
      return elsewhere && nonEmpty(drops.filter(({ id }) => id > elsewhere.asked.id));
    },
    say(drops, look) {
      const other = sentElsewhere(look)?.edge ?? '';
      return {
        en: `The pods of ${other} come twice, and one of each is dropped (${drops.length}×); those of ${look.edge} are in no answer.`,
        zh: `${other} 的 Pod 被收到两份，各丢弃一份（${drops.length}×）；${look.edge} 的 Pod 不在任何应答中。`,
      };
    },
  },
  {
    id: 'round-not-stored',
    holds: (look) => {
      const lost = lostRound(look);
      return lost && [lost];
    },
    say: ([lost]) => {
      const error = (lost?.kind === 'metrics-server.cycle' && lost.detail.error) || '';
      return {
        en: `metrics-server stores nothing of a round in which a name comes twice (${error}): no node of the cluster gets new metrics, healthy ones included.`,
        zh: `同一名称在一轮中出现两次时，metrics-server 不保存这一轮的任何数据（${error}）：集群所有节点都得不到新的监控，包括健康的节点。`,
      };
    },
  },
];

/** The latest round, where nothing of it was stored. */
function lostRound(look: Look) {
  const last = eventsOf(look, 'metrics-server.cycle').at(-1);
  return last?.detail.error === undefined ? undefined : last;
}

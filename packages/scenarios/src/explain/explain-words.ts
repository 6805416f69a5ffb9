import type { Text } from '../text.ts';
import type { Subject, Verdict } from './explanation.ts';

const plural = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

/** What `explain` says of what it finds. */
export const explainWords = {
  asked: (when: string, url: string): Text => ({
    en: `metrics-server asked the node at ${when}: ${url}`,
    zh: `metrics-server 在 ${when} 请求该节点：${url}`,
  }),
  dialledAsPod: (way: {
    pod: string;
    node: string;
    chains: readonly string[];
    rule: string | undefined;
  }): Text => ({
    en: `it dialled as a pod, ${way.pod} on ${way.node}, so PREROUTING of ${way.node} counts and OUTPUT does not (${way.chains.join(', ')}): ${way.rule === undefined ? 'no rule hit' : `by ${way.rule}`}`,
    zh: `它以 Pod 身份（${way.node} 上的 ${way.pod}）发起连接，由 ${way.node} 的 PREROUTING 链决定，而不是 OUTPUT 链（${way.chains.join('、')}）：${way.rule === undefined ? '没有命中规则' : `命中 ${way.rule}`}`,
  }),
  answered: (pods: number): Text => ({
    en: `the answer was read; ${plural(pods, 'pod')} of it kept`,
    zh: `应答已解析，保留了 ${pods} 个 Pod`,
  }),
  failed: (error: string): Text => ({
    en: `nothing came of it, and a round replaces all points: ${error}`,
    zh: `抓取失败，而每一轮都会替换全部数据：${error}`,
  }),
  stuck: (error: string): Text => ({
    en: `the decoder never comes back from this answer, and the round never ends: ${error}`,
    zh: `解码器在该应答上永不返回，这一轮抓取永远不会结束：${error}`,
  }),
  skippedNode: (error: string): Text => ({
    en: `the node was not asked: ${error}`,
    zh: `没有请求该节点：${error}`,
  }),
  neverAsked: (node: string): Text => ({
    en: `the trace has no scrape of ${node} that came to an end`,
    zh: `trace 中没有对 ${node} 的已完成抓取`,
  }),
  nodeUnknown: (ref: string): Text => ({
    en: `no kubelet has listed ${ref}; give its node with --node`,
    zh: `没有任何 kubelet 列出过 ${ref}；请用 --node 指定其节点`,
  }),
  listed: (ref: string): Text => ({
    en: `the kubelet's answer lists ${ref}`,
    zh: `kubelet 的应答中有 ${ref}`,
  }),
  notListed: (ref: string, count: number): Text => ({
    en: `the kubelet's answer lists ${plural(count, 'pod')}, and ${ref} is not among them`,
    zh: `kubelet 的应答列出了 ${count} 个 Pod，其中没有 ${ref}`,
  }),
  skipped: (count: number, reason: string): Text => ({
    en: `edged left ${plural(count, 'container')} out of it: ${reason}`,
    zh: `edged 略去了 ${count} 个容器：${reason}`,
  }),
  factory: (factory: string, error: string): Text => ({
    en: `cAdvisor's ${factory} factory did not register, so nothing gives containers their pod labels: ${error}`,
    zh: `cAdvisor 的 ${factory} 工厂没有注册，容器因此得不到 Pod 标签：${error}`,
  }),
  dropped: ({
    what,
    name,
    reason,
    at,
  }: {
    what: string;
    name: string;
    reason: string;
    at?: string;
  }): Text => ({
    en: `metrics-server left out ${what} ${name}: ${reason}${at === undefined ? '' : ` (${at})`}`,
    zh: `metrics-server 丢弃了 ${what} ${name}：${reason}${at === undefined ? '' : `（${at}）`}`,
  }),
  answeredAs: (node: string, other: string): Text => ({
    en: `the answer calls the node ${other}, so it counts for that one and not for ${node}`,
    zh: `应答中的节点名是 ${other}，因此数据记在它名下，而不是 ${node}`,
  }),
  carried: (node: string, { edge, sessionKey }: { edge: string; sessionKey: string }): Text => ({
    en: `cloudcore looked up the session ${sessionKey}, and that is the tunnel of ${edge}: what came back was measured there, not on ${node}`,
    zh: `cloudcore 按 ${sessionKey} 查找会话，找到的是 ${edge} 的隧道：返回的数据来自 ${edge}，而不是 ${node}`,
  }),
  oneAddress: (node: string, { edge, sessionKey }: { edge: string; sessionKey: string }): Text => ({
    en: `${node} and ${edge} both report ${sessionKey} as their InternalIP, and the tunnel that came later has that key; give one of them an address of its own`,
    zh: `${node} 和 ${edge} 上报的 InternalIP 都是 ${sessionKey}，后建立的隧道占用该会话；请为其中一个节点改用自己的地址`,
  }),
  takenForAnother: (node: string, edge: string): Text => ({
    en: `metrics-server goes by the Node that it asked, so it takes these metrics of ${edge} for those of ${node}`,
    zh: `metrics-server 以所请求的 Node 为准，因此把 ${edge} 的监控当作 ${node} 的`,
  }),
  firstCounts: (name: string): Text => ({
    en: `${name} came twice in the round, and the one that came first counts`,
    zh: `同一轮中收到两份 ${name}，以先到的为准`,
  }),
  roundLost: (when: string, error: string): Text => ({
    en: `nothing of the round that ended at ${when} was stored, for no node: ${error}`,
    zh: `${when} 结束的一轮没有保存任何节点的数据：${error}`,
  }),
  onlyOne: (): Text => ({
    en: 'nothing was left out; it was the first good scrape: enough up to metrics-server 0.4, later ones need two for a rate',
    zh: '没有丢弃任何数据；这是第一次成功抓取：对 metrics-server 0.4 及以下已足够，0.5 及以上需要两次才能计算速率',
  }),
  nothingLeftOut: (count: number): Text => ({
    en: `nothing was left out; ${count} good scrapes so far`,
    zh: `没有丢弃任何数据；至今成功抓取 ${count} 次`,
  }),
  outOfService: (reason: string): Text => ({
    en: `metrics-server is not ready, so the Metrics API is not available to anybody: ${reason}`,
    zh: `metrics-server 未就绪，Metrics API 对所有人都不可用：${reason}`,
  }),
};

export const verdictWords: Readonly<Record<Verdict, Text>> = {
  measured: { en: 'has metrics', zh: '有监控' },
  'of-another': { en: "shows another node's metrics", zh: '显示的是另一个节点的监控' },
  dropped: { en: 'has none: a rule left it out', zh: '没有监控：被规则丢弃' },
  'not-in-answer': { en: 'has none: it was in no answer', zh: '没有监控：应答中没有它' },
  'not-answered': { en: 'has none: its node gave no usable answer', zh: '没有监控：节点没有给出可用的应答' },
  'never-asked': { en: 'has none: its node was not asked', zh: '没有监控：没有请求过它的节点' },
  'out-of-service': {
    en: 'has none: metrics-server is out of service',
    zh: '没有监控：metrics-server 不可用',
  },
};

/** `pod default/nginx on edge-node-1`. */
export function subjectText(subject: Subject): Text {
  if (subject.kind === 'node') return { en: `node ${subject.name}`, zh: `节点 ${subject.name}` };
  const { namespace, name, node } = subject;
  const ref = `${namespace}/${name}`;
  return {
    en: `pod ${ref}${node === undefined ? '' : ` on ${node}`}`,
    zh: `Pod ${ref}${node === undefined ? '' : `（${node}）`}`,
  };
}

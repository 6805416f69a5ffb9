import type { Text } from '../text.ts';
import type { Answer, Verdict } from './predict.ts';

/** The verdicts, the worst first: the order of the report. */
export const verdictWords: Readonly<Record<Verdict, Text>> = {
  symptom: { en: 'the node has metrics, its pods have none', zh: '节点有监控，Pod 没有监控' },
  other: { en: 'neither the node nor its pods have metrics', zh: '节点和 Pod 都没有监控' },
  'not-ready': {
    en: 'not ready: nothing to ask now, for a reason the versions do not tell',
    zh: 'NotReady：现在取不到监控，原因不在版本组合',
  },
  'shared-address': {
    en: 'metrics would be there, but of which of the edges with this InternalIP?',
    zh: '会有监控，但 InternalIP 重复，可能来自另一个边缘节点',
  },
  unknown: { en: 'could not be played', zh: '无法推演' },
  'not-affected': {
    en: 'no Docker client in use: not affected by the Docker API version; not simulated yet',
    zh: '不使用 Docker 客户端：不受 Docker API 版本影响；尚未模拟',
  },
  healthy: { en: 'the node and its pods have metrics', zh: '节点和 Pod 都有监控' },
};

export const answerWords: Readonly<Record<Answer, Text>> = {
  yes: { en: 'yes', zh: '有' },
  no: { en: 'no', zh: '无' },
  unknown: { en: '?', zh: '?' },
};

export const predictionWords = {
  summary: { en: 'Summary', zh: '汇总' },
  verdict: { en: 'VERDICT', zh: '结论' },
  nodes: { en: 'NODES', zh: '节点数' },
  nodeMetrics: { en: 'NODE METRICS', zh: '节点监控' },
  podMetrics: { en: 'POD METRICS', zh: 'POD 监控' },
  podsAffected: { en: 'PODS AFFECTED', zh: '受影响 POD' },
  meaning: { en: 'MEANING', zh: '含义' },
  why: { en: 'Why', zh: '原因' },
  layer: { en: 'Layer', zh: '所在层' },
  cause: { en: 'Cause', zh: '原因' },
  evidence: { en: 'Evidence', zh: '证据' },
  cures: { en: 'Cures', zh: '解决办法' },
  tryThem: { en: 'Try them', zh: '验证' },
  notes: { en: 'To know about single nodes', zh: '个别节点须知' },
  cloud: { en: 'Nodes of the cloud', zh: '云端节点' },
  leftOver: { en: 'Not used, and why', zh: '未使用的条目及原因' },
  assumed: { en: 'Not in a dump, so assumed', zh: '导出文件中没有、推演时的假设' },
  unexplained: { en: 'no claim of the scenario explains it', zh: '场景中没有论断能解释' },
} as const satisfies Record<string, Text>;

/** What decides as well, and no dump of nodes and pods shows. */
export const assumptions: readonly Text[] = [
  {
    en: 'edgeStream and cloudStream are on, ports 10003 and 10004 are open, and up to v1.7 the DNAT rule of port 10350 is set',
    zh: 'edgeStream 和 cloudStream 已启用，10003、10004 端口可达，v1.7 及以前已设置 10350 端口的 DNAT 规则',
  },
  {
    en: 'metrics-server prefers InternalIP, uses the node’s port (--kubelet-use-node-status-port) and checks no kubelet certificate',
    zh: 'metrics-server 优先使用 InternalIP，使用节点状态中的端口（--kubelet-use-node-status-port），不校验 kubelet 证书',
  },
  {
    en: 'edgecore was restarted after the latest change of its Docker; every pod uses little CPU and memory',
    zh: '最近一次更换 Docker 之后 edgecore 已重启；各 Pod 占用少量 CPU 和内存',
  },
];

// The founding report: KubeSphere 3.1.0 on Kubernetes 1.19.8 with metrics-server 0.4.2. Edge nodes show metrics, their
// pods do not; an edge with Docker 18.09.1 is affected, one with 19.03 or later is not. Public traces of the same fault:
// kubeedge/kubeedge#2525, #2817, #2834, kubernetes/kubernetes#94281; fixed by google/cadvisor#2714.
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { eventsOf, requesterOf, sinceStart } from '../look.ts';
import { type Claim, defineScenario, type Look } from '../scenario.ts';
import { CONTROL_EDGE, describeFoundingCluster, EDGE } from './founding-cluster.ts';
import {
  observeMetricsOutcome,
  observeMetricsPath,
  observeSummaryStructure,
  settleCluster,
} from './metrics-path.ts';

const CURED_DOCKER = '20.10.24';
const CURED_EDGECORE = 'v1.6.2';

const dockerLayer = {
  en: "edged's cAdvisor ↔ Docker Engine API",
  zh: 'edged 内的 cAdvisor ↔ Docker Engine API',
};
const runtimeLayer = { en: 'dockershim ↔ Docker Engine API', zh: 'dockershim ↔ Docker Engine API' };

/** Refusals by the engine of what one part of edgecore asked since edgecore's latest start. */
function refusals(look: Look, component: string, refused: 'too-new' | 'too-old') {
  const recent = sinceStart(look, look.edge);
  return eventsOf(recent, 'docker.request', look.edge).filter(
    (event) => event.detail.refused === refused && requesterOf(look, event) === component,
  );
}

const claims: Claim[] = [
  {
    id: 'tunnel-carries-metrics',
    holds: (look) => {
      const messages = eventsOf(look, 'tunnel.message').filter(({ detail }) => detail.session === look.edge);
      const asked = messages.findLast(({ detail }) => detail.type === 'METRIC_CONNECT');
      const answered = messages.find(
        (event) => event.detail.type === 'DATA' && event.detail.connectId === asked?.detail.connectId,
      );
      return asked && answered && [asked, answered];
    },
    say: ([asked]) => ({
      en: `The tunnel is not the fault: metrics-server's request reached ${EDGE} (${asked?.kind === 'tunnel.message' ? `connect id ${asked.detail.connectId}` : ''}) and was answered.`,
      zh: `隧道没有问题：metrics-server 的请求到达了 ${EDGE}，并且得到了应答。`,
    }),
  },
  {
    id: 'dockershim-agrees',
    holds: (look) => {
      const checked = eventsOf(sinceStart(look, look.edge), 'dockershim.checked', look.edge).at(-1);
      return checked?.detail.ok ? [checked] : undefined;
    },
    say: ([checked]) => ({
      en: `dockershim agreed with the engine on API ${checked?.kind === 'dockershim.checked' ? checked.detail.apiVersion : ''}: pods run, logs and exec work, and nothing looks wrong.`,
      zh: `dockershim 与引擎协商成功（API ${checked?.kind === 'dockershim.checked' ? checked.detail.apiVersion : ''}）：Pod 正常运行，日志和 exec 也正常，表面上看不出问题。`,
    }),
  },
  {
    id: 'engine-refuses-cadvisor',
    holds: (look) => nonEmpty(refusals(look, 'cadvisor', 'too-new')),
    say: (evidence, look) => ({
      en: `cAdvisor inside edgecore ${look.cell.edgecore} asks Docker ${look.cell.docker} for an API version the engine does not have, and does not negotiate: ${refusedText(evidence)}`,
      zh: `edgecore ${look.cell.edgecore} 内的 cAdvisor 固定使用引擎不支持的 API 版本，且不协商，Docker ${look.cell.docker} 拒绝：${refusedText(evidence)}`,
    }),
    cause: { layer: dockerLayer, hop: 'docker', cures: ['docker', 'edgecore'] },
  },
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
      const claimed = eventsOf(sinceStart(look, look.edge), 'cadvisor.container', look.edge);
      const containers = claimed.filter(({ detail }) => /\/[0-9a-f]{64}$/.test(detail.cgroup));
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
      const summaries = eventsOf(look, 'edged.request', look.edge).filter(({ detail }) =>
        detail.path.startsWith('/stats/summary'),
      );
      const last = summaries.at(-1);
      return last?.detail.pods === 0 ? [last] : undefined;
    },
    say: () => ({
      en: 'The kubelet lists a pod only by such labels, so /stats/summary says "pods": [] beside a complete node.',
      zh: 'kubelet 只按这些标签列出 Pod，所以 /stats/summary 中节点数据完整，而 "pods" 是 []。',
    }),
  },
  {
    id: 'log-is-silent',
    holds: (look) => {
      const lines = eventsOf(sinceStart(look, look.edge), 'log', look.edge);
      const telling = lines.filter(({ detail }) => /is too new|factory failed/.test(detail.message));
      return telling.length > 0 && telling.every(({ detail }) => detail.verbosity >= 5) ? telling : undefined;
    },
    say: ([line]) => ({
      en: `No line of edgecore's default log names it; with --v=5 one does: ${line?.kind === 'log' ? line.detail.message : ''}`,
      zh: `默认日志没有一行提到它；使用 --v=5 才能看到：${line?.kind === 'log' ? line.detail.message : ''}`,
    }),
  },
  {
    id: 'engine-below-dockershim-minimum',
    holds: (look) => {
      const checked = eventsOf(look, 'dockershim.checked', look.edge).at(-1);
      return checked?.detail.error?.includes('is older than') ? [checked] : undefined;
    },
    say: ([checked], look) => ({
      en: `Docker ${look.cell.docker} is too old for dockershim (${checked?.kind === 'dockershim.checked' ? `${checked.detail.error}, found ${checked.detail.apiVersion}` : ''}): edgecore exits at start and its unit starts it again every 10 s.`,
      zh: `Docker ${look.cell.docker} 对 dockershim 来说太旧（${checked?.kind === 'dockershim.checked' ? checked.detail.error : ''}）：edgecore 启动即退出，systemd 每 10 秒重启一次。`,
    }),
    cause: { layer: runtimeLayer, hop: 'docker', cures: ['docker'] },
  },
  {
    id: 'engine-refuses-both-clients',
    holds: (look) => {
      const checked = eventsOf(look, 'dockershim.checked', look.edge).at(-1);
      const refused = refusals(look, 'dockershim', 'too-old');
      return checked?.detail.ok === false && refused.length > 0 ? [checked, ...refused] : undefined;
    },
    say: ([checked], look) => ({
      en: `Docker ${look.cell.docker} refuses edgecore ${look.cell.edgecore}'s clients as too old (${checked?.kind === 'dockershim.checked' ? checked.detail.error : ''}): edgecore does not start, the node is not ready. Loud, where 18.09 is silent.`,
      zh: `Docker ${look.cell.docker} 认为 edgecore ${look.cell.edgecore} 的客户端太旧而拒绝（${checked?.kind === 'dockershim.checked' ? checked.detail.error : ''}）：edgecore 无法启动，节点 NotReady。与静默的 18.09 相反，这里错误非常明显。`,
    }),
    cause: { layer: runtimeLayer, hop: 'docker', cures: ['docker'] },
  },
  {
    id: 'release-has-no-tunnel',
    holds: (look) => {
      const started = eventsOf(look, 'edgecore.process', look.edge).findLast(isState('started'));
      return started?.detail.modules?.includes('edgestream') === false ? [started] : undefined;
    },
    say: (_evidence, look) => ({
      en: `edgecore ${look.cell.edgecore} runs, but has no edgestream: nothing dials cloudcore's tunnel port, so the cloud cannot reach its metrics.`,
      zh: `edgecore ${look.cell.edgecore} 在运行，但还没有 edgestream：没有隧道，云端无法取得它的指标。`,
    }),
    cause: {
      layer: { en: 'edgestream (not in this release)', zh: 'edgestream（此版本没有）' },
      hop: 'tunnel',
      cures: ['edgecore'],
    },
  },
  {
    id: 'no-metrics-route',
    holds: (look) => {
      const tunnel = eventsOf(look, 'edgestream.tunnel', look.edge).find(
        ({ detail }) => detail.state === 'open',
      );
      const unrouted = eventsOf(look, 'stream.request').find(
        ({ detail }) => detail.route === 'none' && detail.path.startsWith('/stats/'),
      );
      return tunnel && unrouted ? [tunnel, unrouted] : undefined;
    },
    say: (_evidence, look) => ({
      en: `The tunnel is open, but cloudcore ${look.cell.cloudcore} routes no /stats on port 10003 yet: 404 before any edge is asked.`,
      zh: `隧道已建立，但 cloudcore ${look.cell.cloudcore} 的 10003 端口还没有 /stats 路由：直接返回 404。`,
    }),
    cause: {
      layer: { en: 'cloudcore stream server (10003)', zh: 'cloudcore stream server（10003）' },
      hop: 'stream',
      cures: [],
    },
  },
  {
    id: 'heartbeat-overwrites-endpoint-port',
    holds: (look) => {
      const writes = eventsOf(look, 'cloudcore.node-port').filter(({ detail }) => detail.node === look.edge);
      const overwritten = writes.filter(({ detail }) => detail.by === 'node-patch');
      const ports = new Set(overwritten.map(({ detail }) => detail.port));
      const dialled = eventsOf(look, 'metrics-server.scrape').filter(
        ({ detail }) => detail.node === look.edge && ports.has(detail.port),
      );
      return dialled.length > 0 ? [...overwritten, ...dialled] : undefined;
    },
    say: ([write], look) => ({
      en: `edgecore ${look.cell.edgecore} reports the kubelet's own port (${portOf(write)}) with every heartbeat, over the tunnel port that cloudcore wrote into the node: metrics-server dials a port that nothing redirects.`,
      zh: `edgecore ${look.cell.edgecore} 的每次心跳都用 kubelet 自己的端口（${portOf(write)}）覆盖 cloudcore 写入节点的隧道端口：metrics-server 拨的端口没有任何转发。`,
    }),
    cause: {
      layer: {
        en: "node status: edgecore's kubelet ↔ cloudcore",
        zh: '节点状态：edgecore 的 kubelet ↔ cloudcore',
      },
      hop: 'nat',
      cures: [],
    },
  },
  {
    id: 'metric-connect-unknown-to-edge',
    holds: (look) => {
      const panics = eventsOf(look, 'edgecore.process', look.edge).filter(({ detail }) =>
        detail.reason?.includes('Wrong message type'),
      );
      return nonEmpty(panics);
    },
    say: (_evidence, look) => ({
      en: `edgecore ${look.cell.edgecore} does not know METRIC_CONNECT and panics at each scrape; its unit starts it again.`,
      zh: `edgecore ${look.cell.edgecore} 不认识 METRIC_CONNECT，每次抓取都会 panic，由 systemd 重启。`,
    }),
    cause: { layer: { en: 'edgestream', zh: 'edgestream' }, hop: 'edgestream', cures: ['edgecore'] },
  },
];

export const missingPodMetrics = defineScenario({
  id: 'missing-pod-metrics',
  title: { en: 'Edge nodes have metrics, their pods have none', zh: '边缘节点有监控，节点上的 Pod 没有监控' },
  report: {
    en: 'KubeSphere 3.1.0, Kubernetes 1.19.8, metrics-server 0.4.2. The console shows CPU and memory of the edge node but none for its pods. On an edge with Docker 18.09.1 it fails, on one with Docker 19.03 or later it works. The pods run, their logs can be read, no log shows an error.',
    zh: 'KubeSphere 3.1.0，Kubernetes 1.19.8，metrics-server 0.4.2。控制台能看到边缘节点的 CPU 和内存，却看不到节点上 Pod 的监控。Docker 18.09.1 的边缘节点有问题，Docker 19.03 及以上正常。Pod 运行正常，日志可以查看，所有日志里都没有报错。',
  },
  defaults: { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' },
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
  observe: observeMetricsPath,
  observeOutcome: observeMetricsOutcome,
  observeControl: observeSummaryStructure,
  outcome(observations) {
    const facts = Object.fromEntries(observations.map(({ id, facts }) => [id, facts]));
    const edgeNode = facts['top-node']?.edgeNodeHasMetrics === true;
    const edgePod = facts['top-edge-pod']?.hasMetrics === true;
    if (edgeNode && edgePod) return 'healthy';
    return edgeNode ? 'symptom' : 'other';
  },
  claims,
  cures: [
    {
      id: 'docker',
      title: {
        en: `Upgrade Docker on the edge to ${CURED_DOCKER} (any of 19.03 – 28) and restart edgecore`,
        zh: `将边缘节点的 Docker 升级到 ${CURED_DOCKER}（19.03 – 28 均可），并重启 edgecore`,
      },
      actions: () => [
        { do: 'docker', node: EDGE, version: CURED_DOCKER },
        { do: 'restart', what: 'edgecore', node: EDGE },
      ],
    },
    {
      id: 'edgecore',
      title: {
        en: `Upgrade edgecore to ${CURED_EDGECORE} or later: its cAdvisor negotiates`,
        zh: `将 edgecore 升级到 ${CURED_EDGECORE} 或更高版本：其 cAdvisor 会协商 API 版本`,
      },
      actions: (cell) =>
        cell.edgecore === CURED_EDGECORE ? undefined : [{ do: 'edgecore', node: EDGE, tag: CURED_EDGECORE }],
    },
  ],
});

const isState =
  (state: string) =>
  ({ detail }: { detail: { state: string } }): boolean =>
    detail.state === state;

const portOf = (event: AnyTraceEvent | undefined) =>
  event?.kind === 'cloudcore.node-port' ? event.detail.port : '';

const nonEmpty = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined);

function refusedText(evidence: Parameters<Claim['say']>[0]): string {
  const [first] = evidence;
  if (first?.kind !== 'docker.request') return '';
  const { method, path, apiVersion, status } = first.detail;
  return `${method} /v${apiVersion}${path} → ${status} (${evidence.length}×)`;
}

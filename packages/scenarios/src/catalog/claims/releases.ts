// Causes that lie in the versions: what a release of edgecore or cloudcore, or an engine, does by itself.
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { eventsOf } from '../../look.ts';
import type { Claim } from '../../scenario.ts';
import { disabledEdgestream, isState, nonEmpty, refusals } from './evidence.ts';

const runtimeLayer = { en: 'dockershim ↔ Docker Engine API', zh: 'dockershim ↔ Docker Engine API' };

export const releaseCauses: readonly Claim[] = [
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
    cause: { layer: runtimeLayer, hop: 'docker', downFrom: 'tunnel', cures: ['docker'] },
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
    cause: { layer: runtimeLayer, hop: 'docker', downFrom: 'tunnel', cures: ['docker'] },
  },
  {
    id: 'release-has-no-tunnel',
    holds: (look) => {
      const started = eventsOf(look, 'edgecore.process', look.edge).findLast(isState('started'));
      const lacksIt = started?.detail.modules?.includes('edgestream') === false;
      return lacksIt && disabledEdgestream(look).length === 0 ? [started] : undefined;
    },
    say: (_evidence, look) => ({
      en: `edgecore ${look.cell.edgecore} runs, but has no edgestream: nothing dials cloudcore's tunnel port, so the cloud cannot reach its metrics.`,
      zh: `edgecore ${look.cell.edgecore} 在运行，但还没有 edgestream：没有隧道，云端无法取得它的指标。`,
    }),
    cause: {
      layer: { en: 'edgestream (not in this release)', zh: 'edgestream（此版本没有）' },
      // A cloudcore of that age has no stream server either: the dial does not even get there.
      hop: (look) => (eventsOf(look, 'stream.request').length > 0 ? 'tunnel' : 'stream'),
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
        ({ detail }) => detail.route === 'none' && /^\/(stats|metrics)\//.test(detail.path),
      );
      return tunnel && unrouted ? [tunnel, unrouted] : undefined;
    },
    say: ([, unrouted], look) => {
      const path = unrouted?.kind === 'stream.request' ? unrouted.detail.path : '';
      const route = path.startsWith('/metrics/') ? '/metrics/resource' : '/stats';
      return {
        en: `The tunnel is open, but cloudcore ${look.cell.cloudcore} routes no ${route} on port 10003 yet: 404 before any edge is asked.`,
        zh: `隧道已建立，但 cloudcore ${look.cell.cloudcore} 的 10003 端口还没有 ${route} 路由：直接返回 404。`,
      };
    },
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

const portOf = (event: AnyTraceEvent | undefined) =>
  event?.kind === 'cloudcore.node-port' ? event.detail.port : '';

import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import type { Cure } from '../scenario.ts';
import { addressOfEdge, EDGE, metricsServerArgs } from './founding-cluster.ts';

const CURED_DOCKER = '20.10.24';
const CURED_EDGECORE = 'v1.6.2';

/**
 * What can be done about any of the causes at an edge with the host address `address`. A scenario tries those that its
 * causes name.
 */
export const curesOf = (edge: string, address: string): readonly Cure[] => [
  {
    id: 'docker',
    title: {
      en: `Bring Docker on the edge to ${CURED_DOCKER} (any of 19.03 – 28) and restart edgecore`,
      zh: `将边缘节点的 Docker 换成 ${CURED_DOCKER}（19.03 – 28 均可），并重启 edgecore`,
    },
    actions: () => [
      { do: 'docker', node: edge, version: CURED_DOCKER },
      { do: 'restart', what: 'edgecore', node: edge },
    ],
  },
  {
    id: 'edgecore',
    title: {
      en: `Upgrade edgecore to ${CURED_EDGECORE} or later: its cAdvisor negotiates`,
      zh: `将 edgecore 升级到 ${CURED_EDGECORE} 或更高版本：其 cAdvisor 会协商 API 版本`,
    },
    actions: (cell) =>
      cell.edgecore === CURED_EDGECORE ? undefined : [{ do: 'edgecore', node: edge, tag: CURED_EDGECORE }],
  },
  {
    id: 'metrics-server',
    title: {
      en: 'Give metrics-server --kubelet-use-node-status-port and --kubelet-insecure-tls',
      zh: '为 metrics-server 加上 --kubelet-use-node-status-port 和 --kubelet-insecure-tls',
    },
    actions: (cell) => [{ do: 'metrics-server', args: metricsServerArgs(cell) }],
  },
  {
    id: 'dnat',
    title: {
      en: "Add the DNAT rule from the port in the node's status to cloudcore:10003 on the callers' host",
      zh: '在调用方主机添加 DNAT 规则：节点状态中的端口 → cloudcore:10003',
    },
    actions: ({ cloudcore }) => {
      const dport = cloudcoreRow(cloudcore)?.tunnelPortFirst ?? 10_350;
      return [{ do: 'dnat', op: 'add', rule: { dport } }];
    },
  },
  {
    id: 'dnat-for-pods',
    title: {
      en: 'Add the same DNAT rule in PREROUTING of the node of metrics-server, where pods pass',
      zh: '在 metrics-server 所在节点的 PREROUTING 链（Pod 的连接经过这里）添加同样的 DNAT 规则',
    },
    actions: ({ cloudcore }) => {
      const dport = cloudcoreRow(cloudcore)?.tunnelPortFirst ?? 10_350;
      return [{ do: 'dnat', op: 'add', rule: { dport, chain: 'PREROUTING' } }];
    },
  },
  {
    id: 'host-network',
    title: {
      en: 'Give metrics-server hostNetwork: true, so that OUTPUT of its host redirects what it dials',
      zh: '为 metrics-server 设置 hostNetwork: true，使其连接经过所在主机的 OUTPUT 链',
    },
    actions: () => [{ do: 'hostnetwork', what: 'metrics-server', on: true }],
  },
  {
    id: 'edgestream',
    title: {
      en: 'Set modules.edgeStream.enable to true on the edge and restart edgecore',
      zh: '在边缘节点将 modules.edgeStream.enable 设为 true，并重启 edgecore',
    },
    actions: () => [{ do: 'edgestream', node: edge, on: true }],
  },
  {
    id: 'nodeip',
    title: {
      en: 'Give the edge an InternalIP of its own (customInterfaceEnabled, nodeIP) and restart edgecore',
      zh: '为该边缘节点设置唯一的 InternalIP（nodeIP），并重启 edgecore',
    },
    actions: () => [{ do: 'nodeip', node: edge, ip: address }],
  },
  {
    id: 'start',
    title: {
      en: 'Start edgecore: it dials within two seconds, and the new session takes the old one’s place',
      zh: '启动 edgecore：两秒内重新建立隧道，新会话取代旧会话',
    },
    actions: () => [{ do: 'start', what: 'edgecore', node: edge }],
  },
  {
    id: 'edgedport',
    title: {
      en: 'Put edged back on 10350, the only port that the cloud asks for, and restart edgecore',
      zh: '将 edged 的端口改回 10350（云端只会请求该端口），并重启 edgecore',
    },
    actions: () => [{ do: 'edgedport', node: edge, port: 10_350 }],
  },
  {
    id: 'streamcert',
    title: {
      en: 'Make the stream certificate anew with the addresses of all edges and restart cloudcore',
      zh: '重新签发包含所有边缘节点地址的 stream 证书，并重启 cloudcore',
    },
    actions: () => [{ do: 'streamcert', names: 'cloud-and-edges' }],
  },
];

/** Those of the founding cluster. */
export const cures = curesOf(EDGE, addressOfEdge(EDGE));

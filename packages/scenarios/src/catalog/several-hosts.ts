// Clouds of several hosts: two API servers, or two cloudcores, behind a balancer that gives each its turn.
import { splitWords } from '@kubeedge-sim/sim-kit';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import type { Cell, Cure, Observation } from '../scenario.ts';
import { addressOfEdge, describeFoundingCluster, EDGE } from './founding-cluster.ts';
import { look } from './metrics-path.ts';

const SECOND_MASTER = { name: 'master-2', address: '192.168.0.140' };
const SECOND_CLOUDCORE = { name: 'cloud-2', address: '192.168.0.141' };
const APISERVER_BALANCER = { name: 'apiserver-lb', address: '192.168.0.100' };
const CLOUDCORE_BALANCER = { name: 'cloudcore-lb', address: '192.168.0.101' };
const MASTER = '192.168.0.139';

const streamRule = ({ cloudcore }: Cell) =>
  `-t nat -A OUTPUT -p tcp --dport ${cloudcoreRow(cloudcore)?.tunnelPortFirst ?? 10_350} -j DNAT --to ${MASTER}:10003`;

/** Two API servers, each host with the rule. */
export function describeTwoApiservers(cell: Cell, nowMs: number): ClusterDescription {
  return {
    ...describeFoundingCluster(cell, nowMs),
    cloudHosts: [{ ...SECOND_MASTER, apiserver: true, rules: [streamRule(cell)] }],
    balancer: APISERVER_BALANCER,
  };
}

/** Two cloudcores. */
export function describeTwoCloudcores(cell: Cell, nowMs: number): ClusterDescription {
  return {
    ...describeFoundingCluster(cell, nowMs),
    cloudHosts: [{ ...SECOND_CLOUDCORE, cloudcore: true }],
    balancer: CLOUDCORE_BALANCER,
  };
}

export const severalHostsCures: readonly Cure[] = [
  {
    id: 'dnat-on-every-host',
    title: {
      en: 'Add the DNAT rule on the other API server’s host, too',
      zh: '在另一台 API server 主机上也添加 DNAT 规则',
    },
    actions: (cell) => [{ do: 'iptables', host: SECOND_MASTER.name, words: splitWords(streamRule(cell)) }],
  },
  {
    id: 'one-cloudcore-per-edge',
    title: {
      en: 'Have the balancer lead all connections of the edge to one cloudcore, and restart edgecore',
      zh: '让负载均衡把该边缘节点的所有连接引到同一个 cloudcore，并重启 edgecore',
    },
    actions: () => [
      {
        do: 'iptables',
        host: CLOUDCORE_BALANCER.name,
        words: splitWords(
          `-t nat -I PREROUTING -s ${addressOfEdge(EDGE)} -p tcp -m multiport --dports 10000,10002,10004 -j DNAT --to ${MASTER}`,
        ),
      },
      { do: 'restart', what: 'edgecore', node: EDGE },
    ],
  },
];

const CALLS = 4;

/** The same question several times: a balancer hands it to one API server after the other. */
export async function observeCalls(cluster: Cluster): Promise<Observation> {
  const path = `/api/v1/nodes/${EDGE}/proxy/stats/summary`;
  const lines: string[] = [];
  let failed = 0;
  for (let call = 0; call < CALLS; call++) {
    const { stderr, exitCode } = await cluster.kubectl(['get', '--raw', path]);
    if (exitCode !== 0) failed++;
    lines.push(exitCode === 0 ? 'a summary' : stderr.trim());
  }
  return look(
    { stdout: lines.join('\n'), stderr: '', exitCode: failed === 0 ? 0 : 1 },
    {
      id: 'calls',
      where: cluster.description.cloud.name,
      command: `for i in 1 2 3 4; do kubectl get --raw ${path} >/dev/null && echo a summary; done`,
      title: {
        en: 'The same question four times: through the balancer to one API server after the other',
        zh: '同样的请求执行四次：经负载均衡轮流到达各个 API server',
      },
      facts: { calls: CALLS, failed },
    },
  );
}

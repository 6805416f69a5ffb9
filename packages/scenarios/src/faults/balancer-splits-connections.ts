// CloudHub's connection of an edge and its tunnel end at two cloudcores: kubeedge/kubeedge#3277, #5784. A balancer counts its
// turns port by port, and nothing holds the ports of one edge together.
import type { BalancerDescription } from '../cluster/description.ts';
import { defineFault } from './fault.ts';

const SECOND = { name: 'cloud-2', address: '192.168.0.141', cloudcore: true } as const;
const BALANCER: BalancerDescription = { name: 'cloudcore-lb', address: '192.168.0.101' };
const TUNNEL_PORT = 10_004;

export const balancerSplitsConnections = defineFault({
  id: 'balancer-splits-connections',
  title: {
    en: 'A balancer leads the tunnels of edges to other cloudcores than their CloudHub connections',
    zh: '负载均衡把边缘节点的隧道和 CloudHub 连接分到了不同的 cloudcore',
  },
  apply(description) {
    const { cloudHosts = [], balancer = BALANCER } = description;
    const hasSecond = cloudHosts.some(({ cloudcore }) => cloudcore);
    return {
      ...description,
      cloudHosts: hasSecond ? cloudHosts : [...cloudHosts, SECOND],
      balancer: { ...balancer, first: { ...balancer.first, [TUNNEL_PORT]: 1 } },
    };
  },
});

// The guide wants its rule on every host with an API server (kubeedge/website release-1.6 docs/advanced/debug.md); of the family of
// kubeedge/kubeedge#1876, #3281. From v1.8 on cloudcore makes it on its own host only, unless the iptables manager is external
// (kubeedge v1.9.0 cloud/cmd/iptablesmanager).
import { defineFault } from './fault.ts';

const SECOND = { name: 'master-2', address: '192.168.0.140', apiserver: true, rules: [] } as const;
const BALANCER = { name: 'apiserver-lb', address: '192.168.0.100' } as const;

export const dnatRuleOnOneApiserver = defineFault({
  id: 'dnat-rule-on-one-apiserver',
  title: {
    en: 'Of the hosts with an API server behind a balancer only the first has the DNAT rule',
    zh: '负载均衡之后有多个 API server，只有第一台主机配置了 DNAT 规则',
  },
  apply(description) {
    const { cloudHosts = [], balancer = BALANCER } = description;
    const hasSecond = cloudHosts.some(({ apiserver }) => apiserver);
    const hosts = hasSecond ? cloudHosts.map((host) => ({ ...host, rules: [] })) : [...cloudHosts, SECOND];
    return { ...description, cloudHosts: hosts, balancer, iptablesManager: 'internal' };
  },
});

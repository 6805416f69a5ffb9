// Rules set by hand are forgotten, or made on another host: kubeedge/kubeedge#1876, #3281, #5543. From v1.8 on cloudcore
// makes them, and whoever flushes the nat table takes them away (cloud/pkg/cloudstream/iptables/iptables.go).
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import { defineFault } from './fault.ts';

export const dnatRuleMissing = defineFault({
  id: 'dnat-rule-missing',
  title: {
    en: 'The host of metrics-server has no DNAT rule for the kubelet port: never made, or flushed',
    zh: 'metrics-server 所在主机没有针对 kubelet 端口的 DNAT 规则：未添加，或被清空',
  },
  apply: (description) => ({ ...description, dnatPorts: [] }),
  once(_edge, { cloudcore }) {
    const row = cloudcoreRow(cloudcore);
    if (row === undefined || row.nat === 'manual' || row.tunnelPortFirst === null) return [];
    return [{ do: 'dnat', op: 'del', rule: { dport: row.tunnelPortFirst } }];
  },
});

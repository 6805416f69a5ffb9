// Rules set by hand are forgotten, or made on another host: kubeedge/kubeedge#1876, #3281, #5543.
import { defineFault } from './fault.ts';

export const dnatRuleMissing = defineFault({
  id: 'dnat-rule-missing',
  title: {
    en: 'The host of metrics-server has no DNAT rule for the kubelet port',
    zh: 'metrics-server 所在主机没有针对 kubelet 端口的 DNAT 规则',
  },
  apply: (description) => ({ ...description, dnatPorts: [] }),
});

// The flag exists from metrics-server v0.4.0 on: kubeedge/kubeedge#2342, #2306, #2868.
import { changeMetricsServer, defineFault } from './fault.ts';

export const metricsPortNotFromNodeStatus = defineFault({
  id: 'metrics-port-not-from-node-status',
  title: {
    en: 'metrics-server runs without --kubelet-use-node-status-port',
    zh: 'metrics-server 没有 --kubelet-use-node-status-port 参数',
  },
  apply: (description) =>
    changeMetricsServer(description, (args) =>
      // Releases before v0.4.0 are given the tunnel's port instead.
      args.filter((argument) => !/^--kubelet-(use-node-status-port|port=.*)$/.test(argument)),
    ),
});

// kubeedge/kubeedge#1800, #4996; KubeSphere asks for InternalIPs that are unique in the cluster.
import { changeEdge, defineFault } from './fault.ts';

export const duplicateInternalIp = defineFault({
  id: 'duplicate-internal-ip',
  title: {
    en: 'The edge reports the InternalIP of another edge: two sites number their networks alike',
    zh: '该边缘节点上报的 InternalIP 与另一个边缘节点相同：两个站点使用了同样的网段',
  },
  apply(description, edge) {
    const other = description.edges.find(({ name }) => name !== edge);
    return other === undefined ? description : changeEdge(description, edge, { nodeIp: other.address });
  },
});

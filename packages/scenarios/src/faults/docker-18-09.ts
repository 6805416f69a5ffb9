// The founding report's engine; docs.docker.com/engine/api: 18.09 has API 1.39. kubernetes/kubernetes#94281.
import { changeEdge, defineFault } from './fault.ts';

export const docker1809 = defineFault({
  id: 'docker-18-09',
  title: {
    en: 'Docker 18.09.1 on the edge: its API ends at 1.39',
    zh: '边缘节点使用 Docker 18.09.1：其 API 最高为 1.39',
  },
  apply: (description, edge) => changeEdge(description, edge, { docker: '18.09.1' }),
});

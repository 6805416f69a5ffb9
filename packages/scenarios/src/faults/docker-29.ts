// Docker 29.0 raised the daemon's minimum to 1.44: kubeedge/kubeedge#6517, docker/for-win#14997.
import { changeEdge, defineFault } from './fault.ts';

export const docker29 = defineFault({
  id: 'docker-29',
  title: {
    en: 'Docker 29.0.0 on the edge: its API begins at 1.44',
    zh: '边缘节点使用 Docker 29.0.0：其 API 最低为 1.44',
  },
  apply: (description, edge) => changeEdge(description, edge, { docker: '29.0.0' }),
});

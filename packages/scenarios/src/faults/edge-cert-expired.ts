// kubeedge/kubeedge#3729 and its like: an edge that was off for long, or whose rotateCertificates is false.
import { changeEdge, defineFault } from './fault.ts';

export const edgeCertExpired = defineFault({
  id: 'edge-cert-expired',
  title: {
    en: 'the certificate of the edge was issued more than a year ago and never renewed',
    zh: '边缘节点的证书签发已超过一年，且从未轮换',
  },
  apply: (description, edge) => changeEdge(description, edge, { certificateAgeDays: 366 }),
});

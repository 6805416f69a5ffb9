// Public reports: kubeedge/kubeedge#2484, #3022, #4315, #4757, #5899.
import { streamCertSanMismatch } from '../faults/stream-cert-san-mismatch.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const streamCertSanMismatchScenario = defineScenario({
  ...detourScenario,
  id: 'stream-cert-san-mismatch',
  title: {
    en: "x509: the certificate of cloudcore's stream server names no edge",
    zh: 'x509：cloudcore stream 证书不包含边缘节点地址',
  },
  report: {
    en: "No metrics of any edge; metrics-server prints x509 errors that name the edge's address, although the certificate on the other side is cloudcore's. kubectl logs works: kube-apiserver does not verify kubelets.",
    zh: '所有边缘节点都没有监控；metrics-server 报 x509 错误，其中的地址是边缘节点的，而对端证书却是 cloudcore 的。kubectl logs 正常：kube-apiserver 不校验 kubelet 证书。',
  },
  faults: [streamCertSanMismatch],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; metrics-server gets x509, by name the summary is there',
      zh: '边缘节点没有监控；metrics-server 报 x509 错误；按节点名可以取到 summary',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(observations, ({ byName, scrapeError }) => byName.ofEdge && scrapeError.includes('x509: ')),
});

import { balancerSplitsConnections } from './balancer-splits-connections.ts';
import { dnatRuleMissing } from './dnat-rule-missing.ts';
import { dnatRuleOnOneApiserver } from './dnat-rule-on-one-apiserver.ts';
import { docker1809 } from './docker-18-09.ts';
import { docker29 } from './docker-29.ts';
import { duplicateInternalIp } from './duplicate-internal-ip.ts';
import { edgeCertExpired } from './edge-cert-expired.ts';
import { edgecoreStopped } from './edgecore-stopped.ts';
import { edgedOnOtherPort } from './edged-on-other-port.ts';
import { edgestreamDisabled } from './edgestream-disabled.ts';
import type { Fault } from './fault.ts';
import { metricsPortNotFromNodeStatus } from './metrics-port-not-from-node-status.ts';
import { metricsServerOnPodNetwork } from './metrics-server-on-pod-network.ts';
import { streamCertSanMismatch } from './stream-cert-san-mismatch.ts';
import { tokenExpired } from './token-expired.ts';

/** Every fault, in the order in which `list --faults` shows them. */
export const faults: readonly Fault[] = [
  docker1809,
  docker29,
  metricsPortNotFromNodeStatus,
  dnatRuleMissing,
  metricsServerOnPodNetwork,
  edgestreamDisabled,
  duplicateInternalIp,
  edgecoreStopped,
  edgedOnOtherPort,
  streamCertSanMismatch,
  edgeCertExpired,
  tokenExpired,
  dnatRuleOnOneApiserver,
  balancerSplitsConnections,
];

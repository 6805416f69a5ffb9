import type { Scenario } from '../scenario.ts';
import { dnatRuleMissingScenario } from './dnat-rule-missing.scenario.ts';
import { dnatRuleOnOneApiserverScenario } from './dnat-rule-on-one-apiserver.scenario.ts';
import { docker29EdgecoreExits } from './docker-29-edgecore-exits.scenario.ts';
import { duplicateInternalIpScenario } from './duplicate-internal-ip.scenario.ts';
import { edgeDialFailureHangs } from './edge-dial-failure-hangs.scenario.ts';
import { edgestreamDisabledScenario } from './edgestream-disabled.scenario.ts';
import { metricsPortNotFromNodeStatusScenario } from './metrics-port-not-from-node-status.scenario.ts';
import { metricsServerOnPodNetworkScenario } from './metrics-server-on-pod-network.scenario.ts';
import { missingPodMetrics } from './missing-pod-metrics.scenario.ts';
import { staleSessionEmpty200 } from './stale-session-empty-200.scenario.ts';
import { streamCertSanMismatchScenario } from './stream-cert-san-mismatch.scenario.ts';
import { tunnelWithAnotherCloudcore } from './tunnel-with-another-cloudcore.scenario.ts';

/** Every scenario, in the order in which `list` shows them. */
export const catalog: readonly Scenario[] = [
  missingPodMetrics,
  docker29EdgecoreExits,
  metricsPortNotFromNodeStatusScenario,
  dnatRuleMissingScenario,
  metricsServerOnPodNetworkScenario,
  edgestreamDisabledScenario,
  duplicateInternalIpScenario,
  staleSessionEmpty200,
  edgeDialFailureHangs,
  streamCertSanMismatchScenario,
  dnatRuleOnOneApiserverScenario,
  tunnelWithAnotherCloudcore,
];

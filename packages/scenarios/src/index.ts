// They bring the kinds of events along that their packages declare, so that `events()` is typed by them everywhere.
export { ADMIN, type KubeconfigOptions, kubeconfig, type Status, simToken } from '@kubeedge-sim/cloud-sim';
export type { EngineProfile } from '@kubeedge-sim/edge-sim';
export type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
export { catalog } from './catalog/index.ts';
export { type Action, formatAction, parseAction } from './cluster/action.ts';
export type { Cluster, CommandResult } from './cluster/cluster.ts';
export {
  type CloudNodeDescription,
  type ClusterDescription,
  type CustomEdgecore,
  type EdgeNodeDescription,
  type MetricsServerDescription,
  podOfMetricsServer,
} from './cluster/description.ts';
export type { LinkAction } from './cluster/link-action.ts';
export { startLocalCluster } from './cluster/local-cluster.ts';
export type { ClusterFile } from './cluster-file/cluster-file.ts';
export { defineCluster } from './cluster-file/define-cluster.ts';
export type { Fault } from './faults/fault.ts';
export { faults } from './faults/index.ts';
export { type KubectlOptions, type KubectlResult, runKubectl } from './kubectl/index.ts';
export type { Limits } from './limits.ts';
export { eventsOf, requesterOf, sinceStart } from './look.ts';
export { type OpenOptions, openCluster } from './open-cluster.ts';
export { presets } from './presets/index.ts';
export type { Preset } from './presets/preset.ts';
export { lastHops } from './report/last-hops.ts';
export { type Played, reproduce } from './report/reproduce.ts';
export type { SequenceSource } from './report/sequence.ts';
export {
  type Cause,
  type CureResult,
  explain,
  type Result,
  type RunOptions,
  runScenario,
  type Statement,
} from './run.ts';
export {
  type Cell,
  type Claim,
  type Cure,
  defineScenario,
  type Hop,
  type Look,
  type Observation,
  type Outcome,
  type Scenario,
} from './scenario.ts';
export { findScenario, withFaults } from './select.ts';
export {
  type ApiAnswer,
  type Diagnosis,
  type Simulation,
  type SimulationOptions,
  startSimulation,
} from './simulation.ts';
export { type Snapshot, takeSnapshot } from './snapshot.ts';
export { type CertificateFile, type Certificates, createCertificates } from './standalone/certificates.ts';
export type { Lang, Text } from './text.ts';
export type { Dump, DumpNode, DumpPod, DumpSource } from './twin/dump.ts';
export { type NodePrediction, type Play, type Prediction, predict, type Verdict } from './twin/predict.ts';
export { readDump } from './twin/read-dump.ts';
export { UsageError } from './usage-error.ts';

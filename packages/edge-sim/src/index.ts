export { type ComponentLog, createComponentLog } from './edgecore/component-log.ts';
export type { DockerClientMode } from './edgecore/docker-client.ts';
export { runtimeVersion } from './edgecore/dockershim/docker-service.ts';
export { type EdgecoreOptions, startEdgecore } from './edgecore/edgecore.ts';
export type { CertificateSource } from './edgecore/edgehub/certificate/certmanager.ts';
export {
  applyCerts,
  ExchangeError,
  type ExchangeFailure,
  type ExchangeOptions,
} from './edgecore/edgehub/certificate/exchange.ts';
export {
  type CertificateFiles,
  createCertificateFiles,
  type StoredCertificates,
} from './edgecore/edgehub/certificate/files.ts';
export { type CertificateTraits, certificateTraits } from './edgecore/edgehub/certificate/traits.ts';
export type { EdgehubConfig } from './edgecore/edgehub/edgehub.ts';
export { type EdgestreamOptions, runEdgestream } from './edgecore/edgestream/edgestream.ts';
export { edgecoreRelease, edgecoreTags } from './edgecore/find-release.ts';
export { type EdgecoreLimits, edgecoreLimitsDefault } from './edgecore/limits.ts';
export type { EdgecoreRelease, MetricsConnectionTraits } from './edgecore/release.ts';
export { type KubeletOptions, startKubelet } from './kubelet/kubelet.ts';
export type { ContainerDescription, MachineDescription, PodDescription } from './machine/description.ts';
export type { LogSource } from './machine/log-source.ts';
export { createMachine, type Machine } from './machine/machine.ts';
export type { Workload } from './machine/workload.ts';
export { type ExitStatus, type SimProcess, type SystemdUnit, startSystemdUnit } from './systemd-unit.ts';

import './docker-host/trace-kinds.ts';
import './edgecore/edged/trace-kinds.ts';
import './edgecore/trace-kinds.ts';
import './docker/trace-kinds.ts';

export {
  type DockerEngine,
  type DockerEngineOptions,
  type EngineProfile,
  engineProfile,
  knownEngineVersions,
  startDockerEngine,
} from './docker/index.ts';
export {
  type ClientClass,
  createRealMachine,
  type DockerHostProbe,
  type DockerPassthrough,
  describeDockerHost,
  type EngineIdentity,
  probeDockerHost,
  type RealMachine,
  startDockerPassthrough,
} from './docker-host/index.ts';
export { EdgeError, type EdgeErrorCode } from './errors.ts';

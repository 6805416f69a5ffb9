import type { LogSource } from './log-source.ts';
import type { Workload } from './workload.ts';

/**
 * A container of a pod, as its manifest and its image say. CPU in millicores, memory in bytes; absent =
 * unlimited.
 */
export interface ContainerDescription {
  name: string;
  image: string;
  command?: readonly string[];
  cpuRequestMilli?: number;
  cpuLimitMilli?: number;
  memoryRequestBytes?: number;
  memoryLimitBytes?: number;
  workload: Workload;
  /** What it prints; default nothing. */
  log?: LogSource;
  /** Its main process has a stdin, a terminal: what `kubectl attach -it` needs. Default neither. */
  stdin?: boolean;
  tty?: boolean;
  /** Environment variables. */
  env?: Readonly<Record<string, string>>;
  /** Texts of files by their absolute path, beside the few that every simulated container has. */
  files?: Readonly<Record<string, string>>;
  /** An earlier run of it that ended: the container was restarted once. Its log is read with `--previous`. */
  previous?: PreviousRun;
}

/** A run of a container that has ended. */
export interface PreviousRun {
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
}

/** A pod that runs on the machine. */
export interface PodDescription {
  namespace: string;
  name: string;
  uid: string;
  labels?: Readonly<Record<string, string>>;
  createdAtMs: number;
  startedAtMs: number;
  hostNetwork?: boolean;
  /** The pod's address; a host-network pod has the node's. */
  ip: string;
  containers: readonly ContainerDescription[];
}

/** An edge machine: what its kernel, disk and pods look like. Sizes in bytes. */
export interface MachineDescription {
  cores: number;
  memoryBytes: number;
  /** As `uname -r` prints it. */
  kernelVersion: string;
  /** PRETTY_NAME of /etc/os-release. */
  osImage: string;
  bootedAtMs: number;
  disk: { device: string; capacityBytes: number; usedBytes: number; inodes: number; inodesUsed: number };
  networkInterface: string;
  /** CPU used by everything that is not a pod. */
  systemWorkload: Workload;
  pods: readonly PodDescription[];
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

// kubernetes v1.19.3 pkg/apis/core/v1/helper/qos/qos.go GetPodQOS, for the resources a description can name.
export function qosClassOf(pod: PodDescription): QosClass {
  const none = pod.containers.every(
    (c) =>
      c.cpuRequestMilli === undefined &&
      c.cpuLimitMilli === undefined &&
      c.memoryRequestBytes === undefined &&
      c.memoryLimitBytes === undefined,
  );
  if (none) return 'BestEffort';
  const guaranteed = pod.containers.every(
    (c) =>
      c.cpuLimitMilli !== undefined &&
      c.memoryLimitBytes !== undefined &&
      (c.cpuRequestMilli ?? c.cpuLimitMilli) === c.cpuLimitMilli &&
      (c.memoryRequestBytes ?? c.memoryLimitBytes) === c.memoryLimitBytes,
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

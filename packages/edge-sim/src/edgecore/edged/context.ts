import type { World } from '@kubeedge-sim/sim-kit';
import type { Machine } from '../../machine/machine.ts';
import type { Cadvisor } from '../cadvisor/container-info.ts';
import type { ComponentLog } from '../component-log.ts';
import type { EdgecoreRelease, StreamingTraits } from '../release.ts';
import type { PodDirectory } from './pod-directory.ts';

/**
 * How often edgecore asked its container runtime for something, by kubelet's operation name
 * (`list_containers`, …).
 */
export interface RuntimeOperations {
  docker: Readonly<Record<string, number>>;
  networkPlugin: Readonly<Record<string, number>>;
}

/** What differs between releases and configurations of edgecore, as data. */
export interface EdgedTraits {
  /** The routes that exist; one of {@link EDGED_PATHS} each. */
  paths: readonly string[];
  /**
   * The cgroup of the container runtime and of edgecore, where edgecore knows them; systemContainers shows
   * them.
   */
  runtimeCgroup?: string;
  kubeletCgroup?: string;
  /** Logs and the like are answered by 405 (kubeedge v1.8.0, v1.12.0). */
  debuggingDisabled: boolean;
  /** How exec, attach and port forwarding are served; null: not at all. */
  streaming: StreamingTraits | null;
  /** Whether /metrics/cadvisor has the machine_* families (kubeedge v1.6.2 and later). */
  machineMetrics: boolean;
  /** What /metrics/resource has of pods. */
  resourceMetrics: EdgecoreRelease['edged']['resourceMetrics'];
  /** Go's version in go_info, e.g. `go1.14.15`. */
  goVersion: string;
}

/** Everything the answers of edged are made of. */
export interface EdgedContext {
  readonly world: World;
  readonly log: ComponentLog;
  readonly machine: Machine;
  readonly cadvisor: Cadvisor;
  readonly nodeName: string;
  readonly pods: PodDirectory;
  readonly traits: EdgedTraits;
  /** When this edgecore was started. */
  readonly startedAtMs: number;
  readonly runtimeOperations: () => RuntimeOperations;
  /** Goroutines of the process that will never end, for go_goroutines. */
  readonly leakedGoroutines: () => number;
}

import type { PreviousRun } from './description.ts';
import type { LogSource } from './log-source.ts';
import type { Workload } from './workload.ts';

/** A container as Docker's data root knows it; it outlives the engine process (live restore) and edgecore. */
export interface ContainerRecord {
  /** 64 hexadecimal digits. */
  id: string;
  /** Docker's name without the slash, `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`. */
  name: string;
  image: string;
  /** `sha256:<64 digits>`. */
  imageId: string;
  command: readonly string[];
  /**
   * Among them `io.kubernetes.pod.name`, `.namespace`, `.uid`, `io.kubernetes.container.name`,
   * `io.kubernetes.docker.type`.
   */
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  /** 0 for one that was never started. */
  startedAtMs: number;
  running: boolean;
  /** Of one that has been stopped. */
  finishedAtMs?: number;
  exitCode?: number;
  pid: number;
  /** Path of its cgroup, `/kubepods/…/pod<uid>/<id>`. */
  cgroup: string;
  /** The sandbox whose network it uses; undefined for a sandbox itself. */
  sandboxId: string | undefined;
  hostNetwork: boolean;
  ip: string;
  cpuShares: number;
  /** Microseconds per period; 0 = none. */
  cpuQuotaUs: number;
  memoryLimitBytes: number;
  workload: Workload;
  log: LogSource;
  previous?: PreviousRun;
  /** Whether its main process has a stdin that is kept open, and a terminal. */
  stdin: boolean;
  tty: boolean;
  /** Environment and files, by path, beside those of its image. */
  env: Readonly<Record<string, string>>;
  files: Readonly<Record<string, string>>;
}

/**
 * The pause image of KubeEdge's dockershim (kubeedge v1.6.1
 * pkg/apis/componentconfig/edgecore/v1alpha1/default.go).
 */
export const PAUSE_IMAGE = 'kubeedge/pause:3.1';

export const PAUSE_WORKLOAD: Workload = { shape: 'idle', cpuCores: 0, memoryBytes: 45_056 };

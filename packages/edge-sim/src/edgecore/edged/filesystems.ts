import type { Machine } from '../../machine/machine.ts';

/** A filesystem of the node as cAdvisor lists it. Sizes in bytes. */
export interface NodeFilesystem {
  device: string;
  capacityBytes: number;
  usedBytes: number;
  inodes: number;
  inodesUsed: number;
}

const SHM_BYTES = 67_108_864;

/**
 * The filesystems that cAdvisor found when it started: the disk, two tmpfs mounts every machine has, and
 * overlay and shm mounts of the containers that ran already then (one overlay each, one shm per sandbox).
 * Source: google/cadvisor v0.37.0 fs/fs.go processMounts; it reads the mount table once.
 */
export function nodeFilesystems(machine: Machine, cadvisorStartedAtMs: number): NodeFilesystem[] {
  const { disk, memoryBytes } = machine.description;
  const tmpfsInodes = Math.floor(memoryBytes / 8_192);
  const tmpfs = (device: string, capacityBytes: number, inodesUsed: number) => ({
    device,
    capacityBytes,
    usedBytes: 0,
    inodes: tmpfsInodes,
    inodesUsed,
  });
  const diskAs = (device: string) => ({ ...disk, device });
  const mounted = [...machine.containers.values()].filter(
    (record) => record.running && record.startedAtMs < cadvisorStartedAtMs,
  );
  return [
    tmpfs('/dev/shm', memoryBytes, 1),
    diskAs(disk.device),
    tmpfs('/sys/fs/cgroup', Math.floor(memoryBytes / 2), 11),
    ...mounted
      .filter((record) => record.sandboxId === undefined)
      .map((record) => tmpfs(`/var/lib/docker/containers/${record.id}/mounts/shm`, SHM_BYTES, 1)),
    ...mounted.map((_, index) => diskAs(`overlay_0-${39 + index}`)),
  ].map(({ device, capacityBytes, usedBytes, inodes, inodesUsed }) => ({
    device,
    capacityBytes,
    usedBytes,
    inodes,
    inodesUsed,
  }));
}

/** Inodes in a container's writable layer; the machine model counts bytes only. */
export const LAYER_INODES = 1;
/**
 * Bytes of a container's log directory; the machine model has no log files, this is what a young container
 * has.
 */
export const LOG_BYTES = 20_480;
/** Bytes per distinct image; the machine model gives images no size. */
export const IMAGE_BYTES = 41_943_040;

import type { EngineProfile } from '../engine-profile.ts';
import { DOCKER_ROOT_DIR } from './data-root.ts';

/**
 * GraphDriver of an inspect answer. A snapshotter has no such thing, so its field is left out or null.
 * Source: daemon/graphdriver/overlay2/overlay.go GetMetadata.
 */
export function graphDriver(profile: EngineProfile, digits: string, writable: boolean) {
  const { driver } = profile.storage;
  if (driver !== 'overlay2') return null;
  const layer = `${DOCKER_ROOT_DIR}/${driver}/${digits}`;
  const data = { MergedDir: `${layer}/merged`, UpperDir: `${layer}/diff`, WorkDir: `${layer}/work` };
  return { Data: writable ? { LowerDir: `${layer}-init/diff`, ...data } : data, Name: driver };
}

import { CloudcoreError, type CloudcoreRelease, cloudcoreRelease } from '@kubeedge-sim/cloud-sim';

/**
 * The data of a cloudcore release, undefined for one from before cloudstream.
 * @throws CloudcoreError CLOUDCORE_ERR_RELEASE_UNKNOWN with the nearest known tags
 */
export function cloudcoreRow(tag: string): CloudcoreRelease | undefined {
  try {
    return cloudcoreRelease(tag);
  } catch (error) {
    if (error instanceof CloudcoreError && error.code === 'CLOUDCORE_ERR_NO_CLOUDSTREAM') return undefined;
    throw error;
  }
}

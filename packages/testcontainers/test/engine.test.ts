import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMPRESSED_BYTES_MAX, compressedBytes } from '../../../scripts/build-image.ts';
import { describeNeeding } from '../../../test/needs.ts';
import { cloudAndEdgeSuite } from './cloud-and-edge.suite.ts';
import { clusterSuite } from './cluster.suite.ts';
import { composeSuite } from './compose.suite.ts';
import { cleanUp, docker, IMAGE, prepareImage, TEST_MS_MAX } from './engine.ts';

// One file, because the image is built for it.
describeNeeding('docker', 'containers', () => {
  beforeAll(prepareImage, 180_000);
  afterAll(cleanUp, 60_000);

  it('come from an image that is small', { timeout: TEST_MS_MAX }, async () => {
    const bytes = await compressedBytes(IMAGE);
    process.stdout.write(`image: ${(bytes / 1e6).toFixed(1)} MB compressed\n`);
    expect(bytes).toBeLessThan(COMPRESSED_BYTES_MAX);
    expect(docker('run', '--rm', '--network', 'none', IMAGE, 'list')).toContain('missing-pod-metrics');
  });

  it('are what the example of the documents shows', { timeout: TEST_MS_MAX }, () => {
    const example = join(import.meta.dirname, '../examples/cloud-and-edge.ts');
    const env = { ...process.env, KUBEEDGE_SIM_IMAGE: IMAGE };
    const { status, stdout, stderr } = spawnSync(process.execPath, [example], { env, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'true\n-----BEGIN CERTIFICATE-----\n1\n',
      stderr: '',
    });
  });

  cloudAndEdgeSuite();
  clusterSuite();
  composeSuite();
});

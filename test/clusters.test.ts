import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presetCluster, readCluster } from '../packages/scenarios/src/cluster-file/resolve.ts';
import { clusterSchema } from '../packages/scenarios/src/cluster-file/schema.ts';
import { presets } from '../packages/scenarios/src/presets/index.ts';
import { SCHEMA_FILE, TYPES_FILE, typesOf } from '../scripts/cluster-schema.ts';
import { examplesIn } from './doc-examples.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOCUMENT = 'docs/clusters.md';

test('the editor’s schema and the types are those of schema.ts; `npm run cluster-schema` makes them anew', () => {
  expect(JSON.parse(read(SCHEMA_FILE))).toEqual(JSON.parse(JSON.stringify(clusterSchema)));
  expect(read(TYPES_FILE)).toBe(typesOf(clusterSchema));
});

test('docs/clusters.md tables the presets as they are', () => {
  const rows = [...read(DOCUMENT).matchAll(/^\| `(k[^`]+)` +\| (\S+) +\| (\S+) +\| (\S+) +\| (\S+)/gm)];
  const tabled = rows.map(([, ...cells]) => cells);
  const plain = (version = '') => version.replace(/^v/, '');
  expect(tabled).toEqual(
    presets.map(({ name }) => {
      const { kubernetes, cloudcore, metricsServer, edges } = presetCluster(name).complete;
      const [edge] = Object.values(edges);
      return [name, plain(kubernetes), plain(cloudcore), plain(metricsServer.version), edge?.docker];
    }),
  );
});

test('the cluster file of docs/clusters.md can be read', () => {
  const [, file = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(read(DOCUMENT)) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-clusters-'));
  try {
    writeFileSync(join(folder, 'mine.yaml'), file);
    const { edges } = readCluster(join(folder, 'mine.yaml')).complete;
    expect(Object.keys(edges)).toEqual(['edge-node-1', 'edge-node-2', 'site-b']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the TypeScript of docs/clusters.md prints what it says', () => {
  for (const { code, output } of examplesIn(DOCUMENT)) {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-'], {
      cwd: join(ROOT, 'packages/scenarios'),
      input: code,
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' });
  }
});

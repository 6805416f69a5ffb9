import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metricsServerPage } from '../scripts/metrics-server-page.ts';

test('docs/metrics-server.md has the table that the version data makes', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/metrics-server.md'), 'utf8');
  expect(page).toBe(metricsServerPage(page));
});

import { expect, test } from 'vitest';
import { describeNeeding } from '../needs.ts';

describeNeeding('docker', 'a suite with containers', ({ docker }) => {
  test('cannot come here', () => expect(docker).toBeUndefined());
});

describeNeeding([], 'a suite that needs nothing', (found) => {
  test('runs', () => expect(found).toEqual({}));
});

describeNeeding('go', 'a suite in another language', ({ go }) => {
  test('cannot come here', () => expect(go).toBeUndefined());
});

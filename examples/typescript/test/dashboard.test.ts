import { handlers } from '@kubeedge-sim/msw';
import { test } from '@kubeedge-sim/vitest';
import { setupServer } from 'msw/node';
import { expect } from 'vitest';
import { podsWithMetrics } from '../src/dashboard.ts';

test('the dashboard shows the pods of an edge once it is cured', async ({ simulation, onTestFinished }) => {
  const server = setupServer(...handlers(simulation, { baseUrl: 'https://ks.example/clusters/edge' }));
  server.listen({ onUnhandledFrame: 'error' });
  onTestFinished(() => server.close());

  expect(await podsWithMetrics('https://ks.example/clusters/edge', 'default')).toHaveLength(1);
  await simulation.act('cure docker');
  await simulation.settle();
  expect(await podsWithMetrics('https://ks.example/clusters/edge', 'default')).toHaveLength(2);
});

// Plays the founding scenario again and again and reports each trace hash.
import { missingPodMetrics } from '../src/catalog/missing-pod-metrics.scenario.ts';
import { openCluster } from '../src/open-cluster.ts';
import { runScenario } from '../src/run.ts';

const [seed = 1, worlds = 1] = process.argv.slice(2).map(Number);
const options = { seed, net: 'memory', split: false } as const;
for (let world = 0; world < worlds; world++) {
  const { traceHash } = await runScenario(missingPodMetrics, missingPodMetrics.defaults, {
    ...options,
    withoutCures: true,
    open: (...args) => openCluster(...args, options),
  });
  process.send?.(traceHash);
}
process.disconnect();

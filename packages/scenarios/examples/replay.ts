import { findScenario, openCluster, runScenario } from 'kubeedge-sim';

const options = { seed: 1, net: 'memory', split: false } as const;
const scenario = findScenario('missing-pod-metrics');
for (const docker of ['18.09.1', '20.10.24']) {
  const { outcome, causes } = await runScenario(
    scenario,
    { ...scenario.defaults, docker },
    { ...options, open: (...args) => openCluster(...args, options) },
  );
  console.log(docker, outcome, causes.map(({ id }) => id).join()); // 18.09.1 symptom engine-refuses-cadvisor
}

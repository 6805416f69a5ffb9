import { findScenario, openCluster } from 'kubeedge-sim';

const scenario = findScenario('missing-pod-metrics');
const cluster = await openCluster(scenario, scenario.defaults, { seed: 1, net: 'memory', split: false });
await using world = cluster.world;
await world.run(async () => {
  await scenario.settle(cluster);
  console.log((await cluster.kubectl(['top', 'pod', '-A'])).stdout.trim());

  await cluster.act({ do: 'docker', node: scenario.edge, version: '20.10.24' });
  await cluster.act({ do: 'restart', what: 'edgecore', node: scenario.edge });
  await cluster.scrapes(3);
  console.log((await cluster.kubectl(['top', 'pod', '-A'])).stdout.trim());
});

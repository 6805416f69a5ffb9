import { findScenario, openCluster } from 'kubeedge-sim';

// Real sockets on addresses of 127.0.0.0/8; cloud and edges are two processes of the operating system.
const scenario = findScenario('missing-pod-metrics');
const options = { seed: 1, net: 'loopback', split: true } as const;
const cluster = await openCluster(scenario, scenario.defaults, options);
await using _world = cluster.world;
const sessions = () => cluster.events().filter(({ kind }) => kind === 'tunnel.session').length;
const served = await cluster.until('both edges have a tunnel', () => sessions() >= 2, 20_000);
console.log(served ? 'both edges have a tunnel' : `${sessions()} of 2 edges have a tunnel`);

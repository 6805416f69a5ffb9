import { startCloudcore } from '@kubeedge-sim/cloud-sim';
import {
  createMachine,
  edgecoreRelease,
  engineProfile,
  startDockerEngine,
  startEdgecore,
} from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';

/** Names of the pods that /stats/summary lists when it is read through the tunnel. */
async function podsThroughTheTunnel(tag: string, docker: string): Promise<string[]> {
  await using world = createMemoryWorld({ seed: 1 });
  const cloud = world.net.host({ name: 'master-1', address: '192.168.0.139' });
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
  cloud.nat.append({ chain: 'OUTPUT', dport: 10_350, to: { address: cloud.address, port: 10_003 } });

  const startedAtMs = world.clock.now() - 86_400_000;
  const workload = { shape: 'steady', cpuCores: 0.05, memoryBytes: 20e6 } as const;
  const nginx = {
    namespace: 'default',
    name: 'nginx',
    uid: '0f9a2c1e-1111-4000-8000-000000000001',
    createdAtMs: startedAtMs,
    startedAtMs,
    ip: '172.17.0.2',
    containers: [{ name: 'nginx', image: 'nginx:1.19', workload }],
  };
  const machine = createMachine(world, edge, {
    cores: 2,
    memoryBytes: 4e9,
    kernelVersion: '4.15.0-142-generic',
    osImage: 'Ubuntu 18.04.5 LTS',
    bootedAtMs: startedAtMs,
    disk: { device: '/dev/sda1', capacityBytes: 40e9, usedBytes: 11e9, inodes: 2e6, inodesUsed: 3e5 },
    networkInterface: 'eth0',
    systemWorkload: workload,
    pods: [nginx],
  });

  return await world.run(async () => {
    const ca = await world.net.authority({ commonName: 'KubeEdge' });
    const server = await ca.issue({ commonName: 'cloudcore', ipAddresses: [cloud.address] });
    const client = await ca.issue({ commonName: 'kubeedge.io', usages: ['client'] });
    await startCloudcore(world, cloud, {
      release: tag,
      streamCertificate: server,
      tunnelCertificate: server,
      tunnelClientRoots: [ca.certificate],
    });
    world.own(await startDockerEngine(world, machine, { profile: engineProfile(docker) }));
    const edgeStream = { server: { address: cloud.address, port: 10_004 }, certificate: client };
    const release = edgecoreRelease(tag);
    const edgecore = startEdgecore(world, machine, { tag, release, nodeName: edge.name, edgeStream });
    await world.clock.sleep(30_000); // half a minute of virtual time

    // A dial of the edge's address is redirected to cloudcore, as metrics-server's is.
    const target = { address: edge.address, port: 10_350 };
    const tls = { verify: false };
    const response = await httpRequest(cloud, { target, path: '/stats/summary', tls, component: 'test' });
    const { pods } = JSON.parse(await response.text()) as { pods: { podRef: { name: string } }[] };
    await edgecore.stop();
    return pods.map(({ podRef }) => podRef.name);
  });
}

console.log('Docker 18.09.1: ', await podsThroughTheTunnel('v1.6.1', '18.09.1')); // []
console.log('Docker 20.10.24:', await podsThroughTheTunnel('v1.6.1', '20.10.24')); // [ 'nginx' ]

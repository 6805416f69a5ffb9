// cloudcore in a process of its own, on real sockets with TLS.
import { startCloudcore } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { serveCalls } from '../process.ts';
import { type CloudStarted, declareHosts } from './hosts.ts';

const world = await createLoopbackWorld();
const { cloud, edge } = declareHosts(world);
const authority = await world.net.authority({ commonName: 'KubeEdge' });
const ipAddresses = ['127.0.0.1', cloud.address];
const cloudcore = await startCloudcore(world, cloud, {
  release: 'v1.6.1',
  streamCertificate: await authority.issue({ commonName: 'cloudstream', ipAddresses, usages: ['server'] }),
  tunnelCertificate: await authority.issue({ commonName: 'KubeEdge', ipAddresses, usages: ['server'] }),
  tunnelClientRoots: [authority.certificate],
});

const started: CloudStarted = {
  leasePrefix: world.net.leasePrefix ?? '',
  cloudAddress: cloud.address,
  edgeAddress: edge.address,
  edgeCertificate: await authority.issue({ commonName: 'kubeedge.io', usages: ['client'] }),
};

serveCalls({ started: () => started, sessions: () => cloudcore.sessions().length }, () =>
  world[Symbol.asyncDispose](),
);

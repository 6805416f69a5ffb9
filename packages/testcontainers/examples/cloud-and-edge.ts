// A cloud and an edge node in two containers on one network.
import { CloudSimContainer, EdgeSimContainer } from '@kubeedge-sim/testcontainers';
import { Network } from 'testcontainers';

const image = process.env['KUBEEDGE_SIM_IMAGE'] ?? 'kubeedge-sim:latest';

await using network = await new Network().start();
await using cloud = await new CloudSimContainer(image)
  .withNetwork(network)
  .withCloudcore('v1.6.1')
  .withMetricsServerFlag('--metric-resolution=2s')
  .start();
await using edge = await new EdgeSimContainer(image)
  .withCloud(cloud) // its network, its name there, its certificates
  .withNodes('shop')
  .withDocker('18.09.1')
  .start();

// For kubectl or any client: the mapped port, and the authority to verify the server with.
console.log(cloud.getKubeconfig().includes(`server: ${cloud.getApiserverUrl()}`)); // true
console.log(cloud.getCertificates()['edge.crt'].split('\n')[0]); // -----BEGIN CERTIFICATE-----

// What can happen to a network and to a cloud. The edge dials again.
await edge.pause();
await edge.resume();
await cloud.restart();
console.log(edge.getNetworkNames().length); // 1

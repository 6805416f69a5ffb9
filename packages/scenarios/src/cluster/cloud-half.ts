import {
  type Cloudcore,
  CloudcoreError,
  type CloudhubCertificates,
  cloudcoreRelease,
  createObjectStore,
  deleteCertificates,
  httpServerRelease,
  type KubeApiserverOptions,
  type NodeClient,
  type NodeDescription,
  type ObjectStore,
  type PodClient,
  type PodDescription,
  prepareAllCerts,
  readToken,
  saveCertificates,
  startCloudcore,
  startCloudhub,
  startKubeApiserver,
  startNodeHeartbeats,
  startNodeLifecycleController,
  type TunnelPortStore,
  tunnelPortsIn,
} from '@kubeedge-sim/cloud-sim';
import {
  createMachine,
  type ExitStatus,
  engineProfile,
  runtimeVersion,
  type SimProcess,
  startDockerEngine,
  startKubelet,
  startSystemdUnit,
} from '@kubeedge-sim/edge-sim';
import { type Certificate, type Endpoint, type Host, Opened, type World } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';
import { startCloudHosts } from './cloud-hosts.ts';
import type { ClusterDescription } from './description.ts';
import { profileOf, releaseOf } from './edge-half.ts';
import { edgeObjectsIn } from './edge-objects.ts';
import { cloudcoreHostOf, startEdgeWatcherOf } from './edge-watcher.ts';
import type { ClusterHosts } from './hosts.ts';
import { startKubesphere } from './kubesphere.ts';
import { METRICS_SERVER_PORT, type MetricsServerPart, startMetricsServerOf } from './metrics-server.ts';
import type { ClusterPki } from './pki.ts';
import { actOnDnat, addStreamRule } from './stream-rule.ts';

export const APISERVER_PORT = 6_443;
/** RestartSec of cloudcore's unit (kubeedge v1.9.0 build/tools/cloudcore.service). */
export const RESTART_DELAY_MS = 10_000;

/** The cloud node and everything on it. */
export interface CloudHalf extends AsyncDisposable {
  readonly apiserver: Endpoint;
  /** The token in Secret tokensecret; undefined for releases that have none. */
  token(): string | undefined;
  act(action: Action): Promise<void>;
}

/** Starts the cloud of a description: control plane, cloudcore, metrics-server, a kubelet with its engine. */
export async function startCloud(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  pki: ClusterPki,
  store = createObjectStore(() => world.clock.now()),
): Promise<CloudHalf> {
  const { cloud: host } = hosts;
  const parts: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const byHand = description.edgeWatcher === undefined ? description.dnatPorts : [];
  for (const port of byHand) addStreamRule(host, port);

  // Until it has been started its Service has no endpoint.
  let metricsServer: MetricsServerPart | undefined;
  const apiserverOptions: KubeApiserverOptions = {
    certificate: pki.apiserver,
    port: APISERVER_PORT,
    store,
    version: description.kubernetes,
    anonymous: description.anonymous === true,
    clientRoots: [pki.kubernetesRoot],
    ...(pki.frontProxy && { frontProxy: pki.frontProxy }),
    apiServices: [
      {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        endpoint: { address: host.address, port: METRICS_SERVER_PORT },
        isAvailable: () => metricsServer?.isReady() === true,
      },
    ],
  };
  const cluster = { nodes: nodesOf(hosts, description), pods: podsOf(hosts, description) };
  const apiserver = keep(await startKubeApiserver(world, host, { ...apiserverOptions, cluster }));
  keep(startNodeLifecycleController(world, host, { store }));
  keep(startNodeHeartbeats(world, { store, nodeNames: [description.cloud.name] }));
  const machine = createMachine(world, host, description.cloud.machine);
  keep(await startDockerEngine(world, machine, { profile: engineProfile(description.cloud.docker) }));
  keep(await startKubelet(world, machine, { nodeName: description.cloud.name, certificate: pki.kubelet }));

  const asked = { store, apiserver: apiserver.endpoint };
  const edgeWatcher = keep(await startEdgeWatcherOf(world, hosts, description, asked));
  saveCertificates(store.secrets, { ca: pki.kubeedgeRoot, server: pki.tunnel });
  const tunnelPorts = tunnelPortsIn(store);
  let streamCertificate = pki.stream[description.streamCertificate ?? 'cloud'];
  let started: Promise<unknown> = Promise.resolve();
  const spawn = (on: Host) =>
    spawnCloudcore({
      world,
      hosts: { ...hosts, cloud: on },
      release: description.cloudcore,
      pki,
      streamCertificate,
      store,
      tunnelPorts,
      limits: description.limits,
      iptablesManager: description.iptablesManager,
    });
  const unit = startSystemdUnit(world, host, {
    name: 'cloudcore.service',
    restartDelayMs: RESTART_DELAY_MS,
    spawn() {
      const process = spawn(cloudcoreHostOf(world, host, description));
      started = process.started;
      return process;
    },
  });
  await started;
  keep(
    await startCloudHosts(world, hosts, description, {
      apiserver: apiserverOptions,
      tunnelPorts,
      restartDelayMs: RESTART_DELAY_MS,
      spawn,
    }),
  );
  metricsServer = await startMetricsServerOf(world, host, description.metricsServer, {
    certificate: pki.metricsServer,
    apiserver: apiserver.endpoint,
    root: pki.kubernetesRoot,
  });
  const kubesphere = await startKubesphere(world, hosts, description, {
    ...asked,
    kubeedge: edgeWatcher.endpoint,
  });
  if (kubesphere !== undefined) keep(kubesphere);
  const restartCloudcore = async () => {
    await unit.restart();
    await started;
  };

  return {
    apiserver: apiserver.endpoint,
    token: () => readToken(store.secrets),
    async act(action) {
      if (action.do === 'restart' && action.what === 'cloudcore') {
        await restartCloudcore();
      } else if (action.do === 'newca') {
        deleteCertificates(store.secrets);
        await restartCloudcore();
      } else if (action.do === 'streamcert') {
        streamCertificate = pki.stream[action.names];
        await restartCloudcore();
      } else if (action.do === 'metrics-server' || action.do === 'hostnetwork') {
        await metricsServer?.act(action);
      } else if (action.do === 'dnat') {
        actOnDnat(host, action);
      }
    },
    async [Symbol.asyncDispose]() {
      await metricsServer?.[Symbol.asyncDispose]();
      await unit.stop();
      for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
    },
  };
}

export interface CloudcoreParts {
  world: World;
  hosts: ClusterHosts;
  release: string;
  pki: ClusterPki;
  streamCertificate: Certificate;
  store: ObjectStore;
  tunnelPorts: TunnelPortStore;
  limits: ClusterDescription['limits'] | undefined;
  iptablesManager?: ClusterDescription['iptablesManager'];
}

/** One process of cloudcore: cloudstream and CloudHub. `started` resolves when both serve, or rejects. */
export function spawnCloudcore(parts: CloudcoreParts): SimProcess & { started: Promise<void> } {
  const { world, hosts, store } = parts;
  const { promise: exited, resolve: exit } = Promise.withResolvers<ExitStatus>();
  const opened = new Opened();
  const end = async (status: ExitStatus) => {
    await opened[Symbol.asyncDispose]();
    exit(status);
  };
  // The process may end before all of it has started.
  const keep = (part: AsyncDisposable) => (opened.disposed ? part[Symbol.asyncDispose]() : opened.use(part));
  const start = async () => {
    const certificates = certificatesOf(parts);
    const cloudcore = await startCloudcoreOf(
      parts,
      certificates,
      (code, reason) => void end({ code, reason }),
    );
    if (cloudcore !== undefined) await keep(cloudcore);
    if (opened.disposed) return;
    const release = cloudcore && cloudcoreRelease(cloudcore.release);
    await keep(
      await startCloudhub(world, hosts.cloud, {
        certificate: certificates.server,
        clientRoots: [certificates.ca],
        objects: edgeObjectsIn(store, cloudcore, () => world.clock.now()),
        ...(parts.limits && { limits: parts.limits }),
        ...(release !== undefined && {
          embeddedKubelets: release.nodePatch,
          patchesInBase64: release.nodePatchBase64 === true,
          gorilla: release.gorilla,
        }),
      }),
    );
  };
  const started = start();
  started.catch((error: unknown) => end({ code: 1, reason: String(error) }));
  return {
    started,
    exited,
    async stop() {
      await started.catch(() => {});
      await end({ code: 0, reason: 'terminated' });
    },
  };
}

/** Those of the Secrets, or new ones where they have been deleted; before port 10002 they were files. */
function certificatesOf({ world, hosts, release, pki, store }: CloudcoreParts): CloudhubCertificates {
  const own = httpServerRelease(release);
  if (own === undefined) return { ca: pki.kubeedgeRoot, server: pki.tunnel };
  const { dnsNames, ipAddresses } = pki.tunnel;
  const names = { dnsNames, ipAddresses: [...new Set([...ipAddresses, hosts.cloud.address])] };
  return prepareAllCerts(world, { release: own, secrets: store.secrets, names });
}

/** undefined for a release from before cloudstream: then nothing listens on 10003 and 10004. */
async function startCloudcoreOf(
  { world, hosts, release, streamCertificate, store, tunnelPorts, limits, iptablesManager }: CloudcoreParts,
  certificates: CloudhubCertificates,
  onExit: (code: number, reason: string) => void,
): Promise<Cloudcore | undefined> {
  try {
    cloudcoreRelease(release);
  } catch (error) {
    if (error instanceof CloudcoreError && error.code === 'CLOUDCORE_ERR_NO_CLOUDSTREAM') return undefined;
    throw error;
  }
  return startCloudcore(world, hosts.cloud, {
    release,
    streamCertificate,
    tunnelCertificate: certificates.server,
    tunnelClientRoots: [certificates.ca],
    https: { certificates, secrets: store.secrets },
    nodes: nodesIn(store),
    pods: podsIn(store),
    tunnelPorts,
    ...(iptablesManager && { iptablesManager }),
    ...(limits && { limits }),
    onExit,
  });
}

/** Cloudcore's writes into Nodes. A port alone is no sign of life of the edge. */
function nodesIn(store: ObjectStore): NodeClient {
  return {
    kubeletPort: (name) => store.node(name)?.status.daemonEndpoints.kubeletEndpoint.Port,
    setKubeletPort(name, port) {
      const node = store.node(name);
      if (node === undefined) return false;
      const daemonEndpoints = { kubeletEndpoint: { Port: port } };
      store.put({ ...node, status: { ...node.status, daemonEndpoints } });
      return true;
    },
  };
}

/** What cloudcore asks about pods. */
function podsIn(store: ObjectStore): PodClient {
  return {
    nodeOf(namespace, name) {
      const pod = store.pod(namespace, name);
      return pod === undefined ? undefined : (pod.spec.nodeName ?? '');
    },
  };
}

function nodesOf(hosts: ClusterHosts, description: ClusterDescription): NodeDescription[] {
  const { cloud, edges, kubernetes } = description;
  const common = (node: ClusterDescription['cloud'] | ClusterDescription['edges'][number]) => ({
    name: node.name,
    address: addressOf(hosts, node),
    createdAtMs: node.machine.bootedAtMs,
    capacity: {
      cpu: String(node.machine.cores),
      memory: `${Math.floor(node.machine.memoryBytes / 1024)}Ki`,
      pods: '110',
    },
    osImage: node.machine.osImage,
    kernelVersion: node.machine.kernelVersion,
    containerRuntimeVersion: `docker://${runtimeVersion(profileOf(node.docker).version)}`,
  });
  return [
    { ...common(cloud), roles: ['master', 'worker'], kubeletVersion: kubernetes },
    ...edges.map((edge) => {
      const { release } = releaseOf(edge.edgecore);
      return {
        ...common(edge),
        roles: ['agent', 'edge'],
        kubeletVersion: release.kubeletVersion,
        kubeletPort: release.edged.port,
      };
    }),
  ];
}

/** The InternalIP of a node: its host's address, unless it reports another. */
function addressOf(
  hosts: ClusterHosts,
  node: ClusterDescription['cloud'] | ClusterDescription['edges'][number],
): string {
  const nodeIp = 'nodeIp' in node ? node.nodeIp : undefined;
  return nodeIp === undefined ? hosts.find(node.name).address : hosts.addressOf(nodeIp);
}

function podsOf(hosts: ClusterHosts, description: ClusterDescription): PodDescription[] {
  return [description.cloud, ...description.edges].flatMap((node) => {
    const hostIP = addressOf(hosts, node);
    return node.machine.pods.map((pod) => ({
      ...pod,
      nodeName: node.name,
      hostIP,
      podIP: pod.hostNetwork === true ? hostIP : pod.ip,
      containers: pod.containers.map(({ name, image, previous, stdin, tty }) => ({
        name,
        image,
        restarts: previous === undefined ? 0 : 1,
        ...(stdin === true && { stdin }),
        ...(tty === true && { tty }),
      })),
    }));
  });
}

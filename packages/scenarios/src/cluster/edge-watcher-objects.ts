import {
  edgeWatcherReleases,
  IPTABLES_NAME,
  iptablesRulesType,
  iptablesType,
  KUBEEDGE_NAMESPACE,
  type ObjectStore,
  RULES_NAME,
  randomSuffix,
  resourceTypes,
  rulesFor,
} from '@kubeedge-sim/cloud-sim';
import type { Endpoint, World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription, EdgeWatcherDescription } from './description.ts';
import type { ClusterHosts } from './hosts.ts';

/**
 * Service cloudcore. kubesphere/ks-installer v3.1.0 roles/kubeedge/files/kubeedge/kubeedge/templates/service_kubeedge.yaml
 */
export const servicePorts = [
  { name: 'cloudhub', port: 10_000, nodePort: 30_000 },
  { name: 'cloudhub-quic', port: 10_001, nodePort: 30_001 },
  { name: 'cloudhub-https', port: 10_002, nodePort: 30_002 },
  { name: 'cloudstream', port: 10_003, nodePort: 30_003 },
  { name: 'tunnelport', port: 10_004, nodePort: 30_004 },
] as const;
interface Installation {
  store: ObjectStore;
  hosts: ClusterHosts;
  description: ClusterDescription;
  edgeWatcher: EdgeWatcherDescription;
  /** Where the rules lead. */
  destination: Endpoint;
}

/** Puts the objects of KubeSphere's installer into the API. */
export function installEdgeWatcher(world: World, installation: Installation): void {
  const { store, hosts, description, edgeWatcher, destination } = installation;
  const release = edgeWatcherReleases[edgeWatcher.version];
  const { advertiseAddress = hosts.cloud.address } = edgeWatcher;
  const put = (name: string, data: Record<string, string>) =>
    store.of(resourceTypes.configMaps).put({ metadata: { name, namespace: KUBEEDGE_NAMESPACE }, data });
  put('cloudcore', { 'cloudcore.yaml': cloudcoreYaml(advertiseAddress) });
  const services = store.of(resourceTypes.services);
  services.put({
    metadata: { name: 'cloudcore', namespace: KUBEEDGE_NAMESPACE },
    spec: {
      type: 'NodePort',
      ports: servicePorts.map((port) => ({ ...port, targetPort: port.port, protocol: 'TCP' })),
      selector: { 'k8s-app': 'kubeedge', kubeedge: 'cloudcore' },
    },
  });
  services.put({
    metadata: { name: release.component, namespace: KUBEEDGE_NAMESPACE },
    spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, targetPort: 8_081, protocol: 'TCP' }] },
  });
  putPods(world, installation);
  if (release.agentImage === null) return;
  put('edge-watcher', { 'edgewatcher.yaml': edgeWatcherYaml(destination) });
  const metadata = { name: IPTABLES_NAME, namespace: KUBEEDGE_NAMESPACE };
  store.register(iptablesType).put({
    metadata: { ...metadata, labels: { 'app.kubernetes.io/name': IPTABLES_NAME } },
    spec: {
      image: release.agentImage,
      imagePullPolicy: 'IfNotPresent',
      affinity: notOnEdges,
      tolerations: [
        { effect: 'NoSchedule', key: 'node-role.kubernetes.io/master' },
        { key: 'CriticalAddonsOnly', operator: 'Exists' },
      ],
    },
  });
  const edges = description.edges.map(({ name, nodeIp }) =>
    nodeIp === undefined ? hosts.find(name).address : hosts.addressOf(nodeIp),
  );
  const rules = store.register(iptablesRulesType);
  if (edges.length === 0) return;
  rules.put({
    metadata: { name: RULES_NAME, namespace: KUBEEDGE_NAMESPACE },
    spec: { rules: rulesFor(new Set(edges), destination) },
  });
}

const notOnEdges = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'node-role.kubernetes.io/edge', operator: 'DoesNotExist' }] },
      ],
    },
  },
};

/** The pods of the Deployments, as `kubectl get pods -n kubeedge` lists them. No kubelet runs them. */
function putPods(world: World, { store, hosts, description, edgeWatcher }: Installation): void {
  const { deployment, image, containers } = edgeWatcherReleases[edgeWatcher.version];
  const rng = world.rng.fork('pods of namespace kubeedge');
  const common = {
    namespace: KUBEEDGE_NAMESPACE,
    nodeName: description.cloud.name,
    createdAtMs: description.cloud.machine.bootedAtMs,
    hostIP: hosts.cloud.address,
  };
  const nameOf = (name: string) => `${name}-${randomSuffix(rng, 10)}-${randomSuffix(rng)}`;
  store.describe({
    pods: [
      {
        ...common,
        name: nameOf('cloudcore'),
        labels: { 'k8s-app': 'kubeedge', kubeedge: 'cloudcore' },
        containers: [{ name: 'cloudcore', image: `kubeedge/cloudcore:${description.cloudcore}` }],
      },
      {
        ...common,
        name: nameOf(deployment),
        containers: containers.map((name, index) => ({ name, ...(index === 0 && { image }) })),
      },
    ],
  });
}

/** templates/configmap_kubeedge.yaml */
function cloudcoreYaml(advertiseAddress: string): string {
  return `apiVersion: cloudcore.config.kubeedge.io/v1alpha2
kind: CloudCore
kubeAPIConfig:
  kubeConfig: ""
  master: ""
modules:
  cloudHub:
    advertiseAddress: [${advertiseAddress}]
    nodeLimit: 100
    tlsCAFile: /etc/kubeedge/ca/rootCA.crt
    tlsCertFile: /etc/kubeedge/certs/edge.crt
    tlsPrivateKeyFile: /etc/kubeedge/certs/edge.key
    unixsocket:
      address: unix:///var/lib/kubeedge/kubeedge.sock
      enable: true
    websocket:
      address: 0.0.0.0
      enable: true
      port: 10000
    quic:
      address: 0.0.0.0
      enable: false
      maxIncomingStreams: 10000
      port: 10001
    https:
      address: 0.0.0.0
      enable: true
      port: 10002
  cloudStream:
    enable: true
    streamPort: 10003
    tunnelPort: 10004
`;
}

/** templates/configmap_edge_watcher.yaml */
function edgeWatcherYaml({ address, port }: Endpoint): string {
  return `edgenode:
  labels:
    "node-role.kubernetes.io/edge": ""
iptablesrules:
  name: ${RULES_NAME}
  source:
    metrics_port: 10250
    log_port: 10350
  destination:
    address: ${address}
    port: ${port}
`;
}

import type { CloudcoreLimits, EdgeWatcherTag } from '@kubeedge-sim/cloud-sim';
import type {
  EdgecoreLimits,
  EdgecoreRelease,
  EngineProfile,
  MachineDescription,
} from '@kubeedge-sim/edge-sim';
import type { Dialect } from '@kubeedge-sim/wire';
import type { streamCertificateRecipes } from './stream-certificates.data.ts';

/** A node of the cloud: a kubelet on port 10250 and the control plane beside it. */
export interface CloudNodeDescription {
  name: string;
  address: string;
  docker: string;
  machine: MachineDescription;
}

/** A release that is in no table: what it does, under whatever name. `dialect` is null without a tunnel. */
export interface CustomEdgecore {
  tag: string;
  release: EdgecoreRelease;
  dialect: Dialect | null;
}

/** A node at the edge: edgecore and a Docker engine, behind a NAT. */
export interface EdgeNodeDescription {
  name: string;
  address: string;
  /** A release tag, or a release of one's own. */
  edgecore: string | CustomEdgecore;
  /** An engine version, or an engine of one's own. */
  docker: string | EngineProfile;
  /**
   * Address of a real engine, e.g. `unix:///var/run/docker.sock`: edgecore's clients talk to it instead of to `docker`,
   * and the node's containers are those that run there. On loopback only. `machine` is then the one last read from it.
   */
  dockerHost?: string;
  machine: MachineDescription;
  /** `modules.edgeStream.enable`; default true, though upstream's own default is false. */
  edgeStream?: boolean;
  /** The InternalIP it reports where that is not its address: two sites may number their networks alike. */
  nodeIp?: string;
  /**
   * Has edgecore apply for its certificate, as `keadm join` does; otherwise the node has one when the cluster begins.
   * `tokenAgeHours`: the token was taken so long before, default 0. `rotateCertificates`: default true.
   */
  join?: { tokenAgeHours?: number; rotateCertificates?: boolean };
  /** Days ago that the certificate it has was issued; default 1. It is valid for 365. */
  certificateAgeDays?: number;
  /** Port of edged where it is not the release's (`tailoredKubeletConfig.readOnlyPort`). */
  edgedPort?: number;
  /** What its edgecore takes from its peers, where that is not the default (docs/limits.md). */
  limits?: Partial<EdgecoreLimits>;
}

/**
 * How the certificate of port 10003 was made: by certgen.sh, for the cloud's addresses or for the edges' as well, or by the
 * Helm chart.
 */
export type StreamCertificateNames = keyof typeof streamCertificateRecipes;

/** KubeSphere's way to let edges join, and to send what is dialled at their addresses to cloudcore. */
export interface EdgeWatcherDescription {
  /** `v0.1.0` in KubeSphere 3.1, `v0.1.1` in 3.2, `edgeservice` in 3.3 and 3.4. */
  version: EdgeWatcherTag;
  /** Where the join command downloads from; default `zh`, as KubeSphere installs it. */
  region?: 'zh' | 'en';
  /** Release of KubeEdge in the join command; default: cloudcore's. */
  kubeedgeVersion?: string;
  /** `modules.cloudHub.advertiseAddress`, which the join command names; default: the cloud node's address. */
  advertiseAddress?: string;
  /**
   * Whether a gateway maps ports 10000 to 10004 to the NodePorts 30000 to 30004, as KubeSphere's documentation asks for;
   * default true. Without it the ports of a join command lead nowhere.
   */
  portMapping?: boolean;
  /**
   * `syncFrequency` of the cloud's kubelets in seconds; default 60. An agent has new rules one to one and a half of it after
   * EdgeWatcher has written them.
   */
  kubeletSyncSeconds?: number;
}

/** A host of the cloud beside the cloud node. Its Node is not in the API: only DaemonSet iptables knows of it. */
export interface CloudHostDescription {
  name: string;
  address: string;
  /** Whether an API server of the same cluster runs on it. */
  apiserver?: boolean;
  /** Whether a cloudcore runs on it, of the same release. */
  cloudcore?: boolean;
  /** Calls of iptables made there by hand, e.g. `-t nat -A OUTPUT …`. */
  rules?: readonly string[];
  /** What its Node has besides its name, `kubernetes.io/os` and, with an API server, `node-role.kubernetes.io/master`. */
  labels?: Readonly<Record<string, string>>;
  /** `spec.taints` of its Node; default none. */
  taints?: readonly { key: string; value?: string; effect: string }[];
}

/**
 * An address in front of the cloud's hosts, which gives each of them its turn, port by port: edges and kubectl dial it. Its
 * host does that by rules of its nat table.
 */
export interface BalancerDescription {
  name: string;
  address: string;
  /** By port, which host gets the first connection: 0 is the cloud node; default 0. */
  first?: Readonly<Record<number, number>>;
}

/** metrics-server, which runs on the cloud node. */
export interface MetricsServerDescription {
  version: string;
  args: readonly string[];
  /**
   * None is simulated; a process outside listens at the cloud node's address, port 4443, and is reached by aggregation. On
   * loopback only.
   */
  external?: boolean;
  /**
   * `hostNetwork` of its pod; default true, as KubeSphere and KubeEdge's guide install it (kubesphere/ks-installer v3.1.0
   * roles/metrics-server; kubeedge/website release-1.6 docs/advanced/metrics.md). Upstream's own manifests do not have it
   * (kubernetes-sigs/metrics-server v0.3.0 to v0.9.0).
   */
  hostNetwork?: boolean;
  /** Address of its pod without `hostNetwork`; default {@link METRICS_SERVER_POD_ADDRESS}. */
  ip?: string;
}

/** Of the pod network that KubeKey makes (10.233.64.0/18; kubesphere/kubekey v1.1.0 apis/kubekey/v1alpha1/default.go). */
export const METRICS_SERVER_POD_ADDRESS = '10.233.64.240';

/** The address that metrics-server dials from as a pod; undefined where it is on the network of the cloud node. */
export const podOfMetricsServer = ({
  metricsServer: { hostNetwork = true, ip = METRICS_SERVER_POD_ADDRESS },
}: Pick<ClusterDescription, 'metricsServer'>): string | undefined => (hostNetwork ? undefined : ip);

/** A whole cluster. Every host, version and rule is stated here; what follows from it is not. */
export interface ClusterDescription {
  /** Whether kube-apiserver lets those in who show no credential; default false. */
  anonymous?: boolean;
  /** Version of kube-apiserver and of the cloud node's kubelet. */
  kubernetes: string;
  cloudcore: string;
  metricsServer: MetricsServerDescription;
  /** The node all cloud components run on. */
  cloud: CloudNodeDescription;
  edges: readonly EdgeNodeDescription[];
  /** Ports whose dials from the cloud node go to cloudcore's stream server, as the KubeEdge guide tells to set up. */
  dnatPorts: readonly number[];
  /** What cloudcore takes from its peers, where that is not the default (docs/limits.md). */
  limits?: Partial<CloudcoreLimits>;
  /** Further hosts of the cloud. */
  cloudHosts?: readonly CloudHostDescription[];
  balancer?: BalancerDescription;
  /**
   * `modules.iptablesManager.mode`: `internal`, the default, keeps the rules of the hosts of cloudcores; `external` those of
   * all hosts of the cloud, as DaemonSet cloud-iptables-manager does.
   */
  iptablesManager?: 'internal' | 'external';
  /** Default `cloud`. */
  streamCertificate?: StreamCertificateNames;
  /** With it cloudcore is behind NodePorts, and the DNAT rules are EdgeWatcher's instead of `dnatPorts`. */
  edgeWatcher?: EdgeWatcherDescription;
  /** ks-apiserver on the cloud node, port 9090. */
  kubesphere?: KubesphereDescription;
}

/** KubeSphere: a release from v3.1.0 to v3.4.1. */
export interface KubesphereDescription {
  version: string;
  /**
   * URL of a real Prometheus, e.g. `http://127.0.0.1:9090` of this machine on loopback, or a host of the cluster; default: an
   * empty one.
   */
  prometheus?: string;
}

// Made of schema.ts by `npm run cluster-schema`: what YAML and TypeScript may say is one schema's.

export interface ClusterFile {
  /** The cluster it changes: name of a preset (`kubeedge-sim cluster list`), or a file. */
  extends?: string;
  /** Version of kube-apiserver and of the cloud node. Default `v1.19.8`. */
  kubernetes?: string;
  /** KubeEdge release of the cloud. Default `v1.6.1`. */
  cloudcore?: string;
  /** metrics-server, on the cloud node. */
  metricsServer?: MetricsServerFile;
  /** The node that all of the cloud runs on. */
  cloud?: CloudFile;
  /** Edge nodes, by name; the first is the one under study. null takes away one that was inherited. */
  edges?: Readonly<Record<string, EdgeFile | null>>;
  /** Ports whose dials from the cloud node go to cloudcore; 10350 for releases that set up no rules themselves. */
  dnatPorts?: readonly number[];
  /** How the certificate of port 10003 was made: certgen.sh with the address of the cloud, with those of the edges, too, or the Helm chart. Default `cloud`. */
  streamCertificate?: 'cloud' | 'cloud-and-edges' | 'chart';
  /** EdgeWatcher, behind whose NodePorts cloudcore then is, and which sets up the DNAT rules; see docs/edgewatcher.md. */
  edgeWatcher?: EdgeWatcherFile | null;
  /** ks-apiserver on the cloud node; see docs/kubesphere.md. */
  kubesphere?: KubesphereFile | null;
  /** kube-apiserver lets those in who show no credential. Default false. */
  anonymous?: boolean;
  /** Further hosts of the cloud, by name, whose Nodes are not in the API; null takes away one that was inherited. See docs/nat.md. */
  cloudHosts?: Readonly<Record<string, CloudHostFile | null>>;
  /** A host in front of those of the cloud, which gives each its turn; none unless given. */
  balancer?: BalancerFile | null;
  /** `modules.iptablesManager.mode`: for the hosts of cloudcores, or for all of the cloud. Default `internal`. */
  iptablesManager?: 'internal' | 'external';
  /** What a peer may do before it is cut off, by name; see docs/limits.md. */
  limits?: Readonly<Record<string, number>>;
}

export interface MetricsServerFile {
  /** Its version. Default `v0.4.2`. */
  version?: string;
  /** Its flags. Default [`--cert-dir=/tmp`,`--secure-port=4443`,`--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname`,`--kubelet-use-node-status-port`,`--kubelet-insecure-tls`,`--metric-resolution=15s`]. */
  args?: readonly string[];
  /** A process of your own takes its place, at the cloud node, port 4443; on loopback only. Default false. */
  external?: boolean;
  /** Its pod is on the network of the cloud node; otherwise PREROUTING decides, see docs/nat.md. Default true. */
  hostNetwork?: boolean;
  /** Address of its pod without `hostNetwork`; 10.233.64.240 unless given. */
  ip?: string;
}

export interface CloudFile {
  /** Its name. Default `master-1`. */
  name?: string;
  /** Its address. Default `192.168.0.139`. */
  address?: string;
  /** Version of its Docker Engine; 18.09 means the newest 18.09. Default `20.10.24`. */
  docker?: string;
  /** What its kernel, disk and network look like. */
  machine?: CloudMachineFile;
  /** Pods that run on it, by `namespace/name`; null takes away one that was inherited. */
  pods?: Readonly<Record<string, PodFile | null>>;
}

export interface CloudMachineFile {
  /** CPU cores. Default 4. */
  cores?: number;
  /** Memory. Default `8Gi`. */
  memory?: string;
  /** As `uname -r` prints it. Default `4.15.0-142-generic`. */
  kernel?: string;
  /** PRETTY_NAME of /etc/os-release. Default `CentOS Linux 7 (Core)`. */
  os?: string;
  /** Time since it was booted. Default `30d`. */
  up?: string;
  /** Name of its network interface. Default `eth0`. */
  interface?: string;
  /** Its only disk. */
  disk?: DiskFile;
  /** What everything uses that is no pod. */
  system?: SystemWorkloadFile;
}

export interface DiskFile {
  /** Its device. Default `/dev/sda1`. */
  device?: string;
  /** What it holds. Default `40Gi`. */
  size?: string;
  /** What is on it. Default `11Gi`. */
  used?: string;
  /** Inodes it has. Default 2621440. */
  inodes?: number;
  /** Inodes that are used. Default 312004. */
  inodesUsed?: number;
}

export interface SystemWorkloadFile {
  /** How its use goes over time. Default `steady`. */
  shape?: 'steady' | 'ramp' | 'burst' | 'idle';
  /** CPU at its level: cores, or thousandths with m. Default `110m`. */
  cpu?: string;
  /** Memory at its level. Default `640Mi`. */
  memory?: string;
}

export interface PodFile {
  /** Labels. */
  labels?: Readonly<Record<string, string>>;
  /** Time since it was made. Default `2d`. */
  age?: string;
  /** Time from then until it ran. Default `9s`. */
  startedAfter?: string;
  /** It has the node's address. Default false. */
  hostNetwork?: boolean;
  /** Its address; 172.17.0.2 and on, by its place among the pods of its node. */
  ip?: string;
  /** A UUID; made from its name unless given. */
  uid?: string;
  /** One of nginx:1.19 unless given. */
  containers?: readonly ContainerFile[];
}

export interface ContainerFile {
  /** Its name in the pod. */
  name: string;
  /** Its image. */
  image: string;
  /** Its command; that of its image unless given. */
  command?: readonly string[];
  /** As in a pod manifest; none unless given. */
  requests?: ResourcesFile;
  /** As in a pod manifest; none unless given. */
  limits?: ResourcesFile;
  /** What it uses. */
  workload?: WorkloadFile;
  /** What it prints; nothing unless given. */
  log?: LogFile;
  /** Its main process has a stdin that is kept open. Default false. */
  stdin?: boolean;
  /** Its main process has a terminal. Default false. */
  tty?: boolean;
  /** Environment variables. */
  env?: Readonly<Record<string, string>>;
  /** Texts of files by their path, beside the few that every simulated container has. */
  files?: Readonly<Record<string, string>>;
  /** An earlier run: the container was restarted once. None unless given. */
  previous?: PreviousRunFile;
}

export interface ResourcesFile {
  /** CPU. */
  cpu?: string;
  /** Memory. */
  memory?: string;
}

export interface WorkloadFile {
  /** How its use goes over time. Default `steady`. */
  shape?: 'steady' | 'ramp' | 'burst' | 'idle';
  /** CPU at its level: cores, or thousandths with m. Default `20m`. */
  cpu?: string;
  /** Memory at its level. Default `16Mi`. */
  memory?: string;
}

export interface LogFile {
  /** One line each time, several, a text of several lines, or lines without pause. Default `steady`. */
  shape?: 'steady' | 'burst' | 'multi-line' | 'endless';
  /** How often. Default `15s`. */
  every?: string;
  /** Lines each time, of a burst; 5 unless given. */
  lines?: number;
  /** The line; {n} in it is its number. Default `line {n}`. */
  text?: string;
  /** Where to. Default `stdout`. */
  stream?: 'stdout' | 'stderr';
}

export interface PreviousRunFile {
  /** When it began. */
  startedAgo: string;
  /** When it ended. */
  finishedAgo: string;
  /** How it ended. */
  exitCode: number;
}

export interface EdgeFile {
  /** Address of its host; 10.66.0.11 and on, by its place, unless given. */
  address?: string;
  /** KubeEdge release; cloudcore's unless given. */
  edgecore?: string;
  /** Version of its Docker Engine; 18.09 means the newest 18.09. Default `20.10.24`. */
  docker?: string;
  /** `modules.edgeStream.enable`. Default true. */
  edgeStream?: boolean;
  /** The InternalIP it reports; its address unless given. */
  nodeIp?: string;
  /** It applies for its certificate, as keadm join does; otherwise it has one. */
  join?: JoinFile | null;
  /** Days since its certificate was issued; it is valid for 365. Default 1. */
  certificateAgeDays?: number;
  /** Port of edged where it is not the release's. */
  edgedPort?: number;
  /** What its kernel, disk and network look like. */
  machine?: MachineFile;
  /** Pods that run on it, by `namespace/name`; null takes away one that was inherited. */
  pods?: Readonly<Record<string, PodFile | null>>;
}

export interface JoinFile {
  /** Age of the token it has. Default 0. */
  tokenAgeHours?: number;
  /** It asks for a new one in time. Default true. */
  rotateCertificates?: boolean;
}

export interface MachineFile {
  /** CPU cores. Default 2. */
  cores?: number;
  /** Memory. Default `4Gi`. */
  memory?: string;
  /** As `uname -r` prints it. Default `4.15.0-142-generic`. */
  kernel?: string;
  /** PRETTY_NAME of /etc/os-release. Default `Ubuntu 18.04.5 LTS`. */
  os?: string;
  /** Time since it was booted. Default `30d`. */
  up?: string;
  /** Name of its network interface. Default `eth0`. */
  interface?: string;
  /** Its only disk. */
  disk?: DiskFile;
  /** What everything uses that is no pod. */
  system?: SystemWorkloadFile;
}

export interface EdgeWatcherFile {
  /** Its version. */
  version: 'v0.1.0' | 'v0.1.1' | 'edgeservice';
  /** Where the join command downloads keadm from. Default `zh`. */
  region?: 'zh' | 'en';
  /** Release in the join command; cloudcore's unless given. */
  kubeedgeVersion?: string;
  /** Address in the join command; the cloud node's unless given. */
  advertiseAddress?: string;
  /** A gateway maps ports 10000 to 10004 to the NodePorts. Default true. */
  portMapping?: boolean;
  /** `syncFrequency` of the cloud's kubelets: agents have new rules after it. Default 60. */
  kubeletSyncSeconds?: number;
}

export interface KubesphereFile {
  /** Release of KubeSphere, v3.1.0 to v3.4.1. */
  version: string;
  /** URL of a real Prometheus; an empty one is assumed unless given. */
  prometheus?: string;
}

export interface CloudHostFile {
  /** Its address. */
  address: string;
  /** An API server of the cluster runs there. Default false. */
  apiserver?: boolean;
  /** A cloudcore runs there. Default false. */
  cloudcore?: boolean;
  /** Calls of iptables made there by hand, e.g. `-t nat -A OUTPUT …`. */
  rules?: readonly string[];
  /** Labels of its Node, by which DaemonSet iptables of EdgeWatcher is placed; beside its name and, with an API server, node-role.kubernetes.io/master. */
  labels?: Readonly<Record<string, string>>;
  /** Taints of its Node, which that DaemonSet may not tolerate; none unless given. */
  taints?: readonly TaintFile[];
}

export interface TaintFile {
  /** Its key. */
  key: string;
  /** Its value. */
  value?: string;
  /** What becomes of pods that do not tolerate it. */
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface BalancerFile {
  /** Its name. */
  name: string;
  /** Its address. */
  address: string;
}

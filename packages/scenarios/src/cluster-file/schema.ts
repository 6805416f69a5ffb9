import { defaultMetricsServerArgs } from '../presets/metrics-server-args.data.ts';
import { pods, workload } from './pod-schemas.ts';
import { address, count, duration, name, port, release, size, text } from './scalar-schemas.ts';

// The shape of a cluster file. Everything that says what a cluster file may hold is made of this: the check, the types
// of cluster-file.ts, the editor's schema and the control API's. `npm run cluster-schema` makes them anew.

const machine = (title: string, cores: number, memory: string, os: string) =>
  ({
    type: 'object',
    title,
    description: 'What its kernel, disk and network look like.',
    default: {},
    properties: {
      cores: { ...count('CPU cores.', 1_024, cores), minimum: 1 },
      memory: size('Memory.', memory),
      kernel: { ...text('As `uname -r` prints it.'), default: '4.15.0-142-generic' },
      os: { ...text('PRETTY_NAME of /etc/os-release.'), default: os },
      up: duration('Time since it was booted.', '30d'),
      interface: { ...text('Name of its network interface.'), default: 'eth0' },
      disk: {
        type: 'object',
        title: 'DiskFile',
        description: 'Its only disk.',
        default: {},
        properties: {
          device: { ...text('Its device.'), default: '/dev/sda1' },
          size: size('What it holds.', '40Gi'),
          used: size('What is on it.', '11Gi'),
          inodes: count('Inodes it has.', 1e12, 2_621_440),
          inodesUsed: count('Inodes that are used.', 1e12, 312_004),
        },
        additionalProperties: false,
      },
      system: workload('SystemWorkloadFile', 'What everything uses that is no pod.', '110m', '640Mi'),
    },
    additionalProperties: false,
  }) as const;

const engine = {
  ...text('Version of its Docker Engine; 18.09 means the newest 18.09.', ['18.09.1']),
  default: '20.10.24',
} as const;

const edge = {
  type: ['object', 'null'],
  title: 'EdgeFile',
  properties: {
    address: address('Address of its host; 10.66.0.11 and on, by its place, unless given.', '10.66.0.11'),
    edgecore: release("KubeEdge release; cloudcore's unless given.", 'v1.6.1'),
    docker: engine,
    edgeStream: { type: 'boolean', default: true, description: '`modules.edgeStream.enable`.' },
    nodeIp: address('The InternalIP it reports; its address unless given.', '10.66.0.11'),
    join: {
      type: ['object', 'null'],
      title: 'JoinFile',
      description: 'It applies for its certificate, as keadm join does; otherwise it has one.',
      properties: {
        tokenAgeHours: count('Age of the token it has.', 100_000, 0),
        rotateCertificates: { type: 'boolean', default: true, description: 'It asks for a new one in time.' },
      },
      additionalProperties: false,
    },
    certificateAgeDays: count('Days since its certificate was issued; it is valid for 365.', 10_000, 1),
    edgedPort: port("Port of edged where it is not the release's."),
    machine: machine('MachineFile', 2, '4Gi', 'Ubuntu 18.04.5 LTS'),
    pods,
  },
  additionalProperties: false,
} as const;

const cloudHost = {
  type: ['object', 'null'],
  title: 'CloudHostFile',
  properties: {
    address: address('Its address.', '192.168.0.140'),
    apiserver: { type: 'boolean', default: false, description: 'An API server of the cluster runs there.' },
    cloudcore: { type: 'boolean', default: false, description: 'A cloudcore runs there.' },
    rules: {
      type: 'array',
      items: { type: 'string', maxLength: 10_000 },
      description: 'Calls of iptables made there by hand, e.g. `-t nat -A OUTPUT …`.',
    },
    labels: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 63 },
      maxProperties: 100,
      description:
        'Labels of its Node, by which DaemonSet iptables of EdgeWatcher is placed; beside its name and, with an API server, node-role.kubernetes.io/master.',
    },
    taints: {
      type: 'array',
      maxItems: 100,
      description: 'Taints of its Node, which that DaemonSet may not tolerate; none unless given.',
      items: {
        type: 'object',
        title: 'TaintFile',
        properties: {
          key: { type: 'string', maxLength: 317, description: 'Its key.' },
          value: { type: 'string', maxLength: 63, description: 'Its value.' },
          effect: {
            enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
            description: 'What becomes of pods that do not tolerate it.',
          },
        },
        required: ['key', 'effect'],
        additionalProperties: false,
      },
    },
  },
  required: ['address'],
  additionalProperties: false,
} as const;

export const clusterSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'ClusterFile',
  description: 'A cluster for kubeedge-sim. What it leaves out has a default; see docs/clusters.md.',
  type: 'object',
  properties: {
    extends: text('The cluster it changes: name of a preset (`kubeedge-sim cluster list`), or a file.', [
      'kubesphere-3.1.0',
    ]),
    kubernetes: {
      ...release('Version of kube-apiserver and of the cloud node.', 'v1.19.8'),
      default: 'v1.19.8',
    },
    cloudcore: { ...release('KubeEdge release of the cloud.', 'v1.6.1'), default: 'v1.6.1' },
    metricsServer: {
      type: 'object',
      title: 'MetricsServerFile',
      description: 'metrics-server, on the cloud node.',
      default: {},
      properties: {
        version: { ...release('Its version.', 'v0.4.2'), default: 'v0.4.2' },
        args: {
          type: 'array',
          items: { type: 'string', maxLength: 1_000 },
          description: 'Its flags.',
          default: defaultMetricsServerArgs,
        },
        external: {
          type: 'boolean',
          default: false,
          description:
            'A process of your own takes its place, at the cloud node, port 4443; on loopback only.',
        },
        hostNetwork: {
          type: 'boolean',
          default: true,
          description:
            'Its pod is on the network of the cloud node; otherwise PREROUTING decides, see docs/nat.md.',
        },
        ip: address('Address of its pod without `hostNetwork`; 10.233.64.240 unless given.', '10.233.64.240'),
      },
      additionalProperties: false,
    },
    cloud: {
      type: 'object',
      title: 'CloudFile',
      description: 'The node that all of the cloud runs on.',
      default: {},
      properties: {
        name: { ...text('Its name.', ['master-1']), pattern: name, default: 'master-1' },
        address: { ...address('Its address.', '192.168.0.139'), default: '192.168.0.139' },
        docker: engine,
        machine: machine('CloudMachineFile', 4, '8Gi', 'CentOS Linux 7 (Core)'),
        pods,
      },
      additionalProperties: false,
    },
    edges: {
      type: 'object',
      description:
        'Edge nodes, by name; the first is the one under study. null takes away one that was inherited.',
      default: {},
      maxProperties: 1_000,
      propertyNames: { pattern: name },
      additionalProperties: edge,
    },
    dnatPorts: {
      type: 'array',
      items: port('A port.'),
      description:
        'Ports whose dials from the cloud node go to cloudcore; 10350 for releases that set up no rules themselves.',
    },
    streamCertificate: {
      enum: ['cloud', 'cloud-and-edges', 'chart'],
      default: 'cloud',
      description:
        'How the certificate of port 10003 was made: certgen.sh with the address of the cloud, with those of the edges, too, or the Helm chart.',
    },
    edgeWatcher: {
      type: ['object', 'null'],
      title: 'EdgeWatcherFile',
      description:
        'EdgeWatcher, behind whose NodePorts cloudcore then is, and which sets up the DNAT rules; see docs/edgewatcher.md.',
      properties: {
        version: { enum: ['v0.1.0', 'v0.1.1', 'edgeservice'], description: 'Its version.' },
        region: {
          enum: ['zh', 'en'],
          default: 'zh',
          description: 'Where the join command downloads keadm from.',
        },
        kubeedgeVersion: release("Release in the join command; cloudcore's unless given.", 'v1.6.1'),
        advertiseAddress: text("Address in the join command; the cloud node's unless given."),
        portMapping: {
          type: 'boolean',
          default: true,
          description: 'A gateway maps ports 10000 to 10004 to the NodePorts.',
        },
        kubeletSyncSeconds: {
          ...count("`syncFrequency` of the cloud's kubelets: agents have new rules after it.", 3_600, 60),
          minimum: 1,
        },
      },
      required: ['version'],
      additionalProperties: false,
    },
    kubesphere: {
      type: ['object', 'null'],
      title: 'KubesphereFile',
      description: 'ks-apiserver on the cloud node; see docs/kubesphere.md.',
      properties: {
        version: release('Release of KubeSphere, v3.1.0 to v3.4.1.', 'v3.1.0'),
        prometheus: text('URL of a real Prometheus; an empty one is assumed unless given.', [
          'http://127.0.0.1:9090',
        ]),
      },
      required: ['version'],
      additionalProperties: false,
    },
    anonymous: {
      type: 'boolean',
      default: false,
      description: 'kube-apiserver lets those in who show no credential.',
    },
    cloudHosts: {
      type: 'object',
      description:
        'Further hosts of the cloud, by name, whose Nodes are not in the API; null takes away one that was inherited. See docs/nat.md.',
      default: {},
      maxProperties: 100,
      propertyNames: { pattern: name },
      additionalProperties: cloudHost,
    },
    balancer: {
      type: ['object', 'null'],
      title: 'BalancerFile',
      description: 'A host in front of those of the cloud, which gives each its turn; none unless given.',
      properties: {
        name: { ...text('Its name.', ['balancer']), pattern: name },
        address: address('Its address.', '192.168.0.200'),
      },
      required: ['name', 'address'],
      additionalProperties: false,
    },
    iptablesManager: {
      enum: ['internal', 'external'],
      default: 'internal',
      description: '`modules.iptablesManager.mode`: for the hosts of cloudcores, or for all of the cloud.',
    },
    limits: {
      type: 'object',
      additionalProperties: { type: 'integer', minimum: 1 },
      description: 'What a peer may do before it is cut off, by name; see docs/limits.md.',
    },
  },
  additionalProperties: false,
} as const;

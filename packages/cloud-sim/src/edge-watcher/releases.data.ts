// What KubeSphere installs beside cloudcore so that edges can join: kubesphere/ks-installer v3.1.0, v3.1.1
// scripts/images-list.txt; v3.2.1 roles/kubeedge; v3.3.2 roles/edgeruntime/files/kubeedge/cloudcore/values.yaml.

/** One of KubeSphere's join services. */
export interface EdgeWatcherRelease {
  /** Its name in traces, logs and the name of its Service. */
  readonly component: 'edge-watcher' | 'edgeservice';
  /** Under which ks-apiserver's proxy finds it. */
  readonly proxyGroup: 'kubeedge.kubesphere.io' | 'edgeruntime.kubesphere.io';
  /** Name of its Deployment. */
  readonly deployment: string;
  readonly image: string;
  /** Containers of its pod, for the READY column. */
  readonly containers: readonly string[];
  /** Image of the agent that keeps the rules it makes; null where cloudcore's own iptables manager makes them. */
  readonly agentImage: string | null;
}

const edgeWatcher = {
  component: 'edge-watcher',
  proxyGroup: 'kubeedge.kubesphere.io',
  deployment: 'edge-watcher-controller-manager',
  containers: ['manager', 'kube-rbac-proxy'],
  agentImage: 'kubesphere/edge-watcher-agent:v0.1.0',
} as const;

export const edgeWatcherReleases = {
  /** KubeSphere 3.1. */
  'v0.1.0': { ...edgeWatcher, image: 'kubesphere/edge-watcher:v0.1.0' },
  /** KubeSphere 3.2. */
  'v0.1.1': { ...edgeWatcher, image: 'kubesphere/edge-watcher:v0.1.1' },
  /** kubesphere/edgeservice v0.2.0, KubeSphere 3.3 and 3.4: it makes join commands and keeps no rules. */
  edgeservice: {
    component: 'edgeservice',
    proxyGroup: 'edgeruntime.kubesphere.io',
    deployment: 'edgeservice',
    image: 'kubesphere/edgeservice:v0.2.0',
    containers: ['edgeservice'],
    agentImage: null,
  },
} as const satisfies Readonly<Record<string, EdgeWatcherRelease>>;

export type EdgeWatcherTag = keyof typeof edgeWatcherReleases;

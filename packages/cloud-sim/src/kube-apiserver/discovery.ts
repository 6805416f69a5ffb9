/** An APIService: a group version that another server answers for. */
export interface AggregatedGroup {
  group: string;
  version: string;
}

/** What `GET /version` says. */
export interface ServerVersion {
  major: string;
  minor: string;
  gitVersion: string;
  gitCommit: string;
  gitTreeState: string;
  buildDate: string;
  goVersion: string;
  compiler: string;
  platform: string;
}

// KubeKey v1.1.0 installs this version for KubeSphere 3.1.0 (kubesphere/kubekey v1.1.0
// apis/kubekey/v1alpha1/default.go).
export const DEFAULT_SERVER_VERSION = 'v1.19.8';

/** The answer to `GET /version` of a release like `v1.19.8`; what the simulator cannot know is empty. */
export function serverVersion(gitVersion: string): ServerVersion {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** `GET /api`; `endpoint` is this server as clients reach it, `address:port`. */
export function coreVersions(endpoint: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: endpoint }],
  };
}

/** `GET /apis`. Legacy discovery only: kubectl 1.26 and later fall back to it. */
export function groupList(groups: readonly AggregatedGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) };
}

/** `GET /apis/GROUP`. */
export function groupDocument(group: AggregatedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
}

function describeGroup({ group, version }: AggregatedGroup) {
  const preferred = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [preferred], preferredVersion: preferred };
}

const READ_VERBS = ['get', 'list'];

/** `GET /api/v1`: the resources that this face answers for. */
export const coreResources = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    resource('events', 'Event', { namespaced: true, shortNames: ['ev'], verbs: ['list'] }),
    resource('nodes', 'Node', { namespaced: false, shortNames: ['no'], verbs: [...READ_VERBS, 'watch'] }),
    resource('nodes/proxy', 'NodeProxyOptions', { namespaced: false, verbs: ['create', 'get'] }),
    resource('pods', 'Pod', {
      namespaced: true,
      shortNames: ['po'],
      categories: ['all'],
      verbs: [...READ_VERBS, 'watch'],
    }),
    resource('pods/attach', 'PodAttachOptions', { namespaced: true, verbs: ['create', 'get'] }),
    resource('pods/exec', 'PodExecOptions', { namespaced: true, verbs: ['create', 'get'] }),
    resource('pods/log', 'Pod', { namespaced: true, verbs: ['get'] }),
    resource('pods/portforward', 'PodPortForwardOptions', { namespaced: true, verbs: ['create', 'get'] }),
    resource('secrets', 'Secret', { namespaced: true, verbs: ['delete', ...READ_VERBS] }),
  ],
};

function resource(
  name: string,
  kind: string,
  rest: { namespaced: boolean; verbs?: string[]; shortNames?: string[]; categories?: string[] },
) {
  const { namespaced, verbs = READ_VERBS, ...names } = rest;
  return { name, singularName: '', namespaced, kind, verbs, ...names };
}

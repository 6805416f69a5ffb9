import type { FastifyInstance } from 'fastify';
import type { FaceRelease } from './face-release.ts';
import type { ObjectStore } from './object-store.ts';
import type { ResourceType } from './resource-types.ts';
import { reviewTypesOf } from './reviews.ts';
import { sendJson, sendText } from './send.ts';

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

export interface DiscoveryOptions {
  store: ObjectStore;
  version: ServerVersion;
  release: FaceRelease;
  /** Those that other servers answer for. */
  groups: readonly AggregatedGroup[];
  /** This server as clients reach it, `address:port`. */
  endpoint: string;
}

/** Adds the documents by which clients find out what is served. */
export function addDiscovery(app: FastifyInstance, options: DiscoveryOptions): void {
  const { store, version, endpoint } = options;
  const reviews = reviewTypesOf(options.release);
  const own = () =>
    [...store.types(), ...reviews]
      .filter(({ group }) => group !== '')
      .map(({ group, version: v }) => ({ group, version: v }));
  const groups = () => grouped([...own(), ...options.groups]);
  const get = (path: string, document: (params: Record<string, string>) => object | undefined) => {
    // A slash at the end makes no difference.
    for (const url of [path, `${path}/`]) {
      app.get(url, (request, reply) => {
        const found = document(request.params as Record<string, string>);
        return found === undefined ? sendText(reply, '404 page not found', 404) : sendJson(reply, found);
      });
    }
  };
  get('/version', () => version);
  get('/api', () => ({
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: endpoint }],
  }));
  get('/api/v1', () => resourceList('v1', [...subresources, ...resourcesOf(store.types(), '', 'v1')]));
  // Legacy discovery only: kubectl 1.26 and later fall back to it.
  get('/apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups() }));
  get('/apis/:group', ({ group = '' }) => {
    const found = groups().find(({ name }) => name === group);
    return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
  });
  get('/apis/:group/:version', ({ group = '', version: v = '' }) => {
    const resources = [...resourcesOf(store.types(), group, v), ...reviewsOf(reviews, group, v)];
    return resources.length === 0 ? undefined : resourceList(`${group}/${v}`, resources);
  });
}

/** Groups with their versions, in the order of their coming; the first version is preferred. */
function grouped(all: readonly AggregatedGroup[]) {
  const versionsOf = (name: string) => [
    ...new Set(all.filter(({ group }) => group === name).map(({ version }) => version)),
  ];
  return [...new Set(all.map(({ group }) => group))].map((name) => {
    const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

const resourceList = (groupVersion: string, resources: readonly { name: string }[]) => ({
  kind: 'APIResourceList',
  ...(groupVersion !== 'v1' && { apiVersion: 'v1' }),
  groupVersion,
  resources: [...resources].sort((a, b) => (a.name < b.name ? -1 : 1)),
});

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

function resourcesOf(types: readonly ResourceType[], group: string, version: string) {
  return types
    .filter((type) => type.group === group && type.version === version)
    .flatMap(({ plural, kind, namespaced, shortNames, categories, hasStatus }) => [
      {
        name: plural,
        singularName: group === '' ? '' : kind.toLowerCase(),
        namespaced,
        kind,
        verbs: VERBS,
        ...(shortNames !== undefined && { shortNames }),
        ...(categories !== undefined && { categories }),
      },
      ...(hasStatus === true
        ? [
            {
              name: `${plural}/status`,
              singularName: '',
              namespaced,
              kind,
              verbs: ['get', 'patch', 'update'],
            },
          ]
        : []),
    ]);
}

/** Of the core group, and no objects of their own. */
const subresources = [
  subresource('nodes/proxy', 'NodeProxyOptions', { namespaced: false, verbs: ['create', 'get'] }),
  subresource('pods/attach', 'PodAttachOptions', { verbs: ['create', 'get'] }),
  subresource('pods/binding', 'Binding', { verbs: ['create'] }),
  subresource('pods/exec', 'PodExecOptions', { verbs: ['create', 'get'] }),
  subresource('pods/log', 'Pod', { verbs: ['get'] }),
  subresource('pods/portforward', 'PodPortForwardOptions', { verbs: ['create', 'get'] }),
];

function subresource(name: string, kind: string, rest: { namespaced?: boolean; verbs: string[] }) {
  const { namespaced = true, verbs } = rest;
  return { name, singularName: '', namespaced, kind, verbs };
}

function reviewsOf(reviews: ReturnType<typeof reviewTypesOf>, group: string, version: string) {
  return reviews
    .filter((type) => type.group === group && type.version === version)
    .map(({ plural: name, kind }) => ({
      name,
      singularName: '',
      namespaced: false,
      kind,
      verbs: ['create'],
    }));
}

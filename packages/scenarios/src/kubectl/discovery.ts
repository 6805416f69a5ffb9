import { type ApiClient, KubectlError } from './api-client.ts';

export interface DiscoveredResource {
  name: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  /** Where its group version lives, e.g. `/api/v1`. */
  base: string;
}

interface GroupList {
  groups: { name: string; versions: { groupVersion: string; version: string }[] }[];
}

/** `GET /api` and `/apis`, as every command begins. @throws KubectlError */
export async function discoverGroups(client: ApiClient): Promise<GroupList['groups']> {
  await client.get('/api?timeout=32s');
  return (JSON.parse(await client.get('/apis?timeout=32s')) as GroupList).groups;
}

/**
 * The resources of all groups. A group that does not answer is left out without a word, as kubectl 1.20 does.
 * The real one asks for the groups at the same time, this one in turn, so that runs repeat.
 */
export async function discoverAll(client: ApiClient): Promise<DiscoveredResource[]> {
  const groups = await discoverGroups(client);
  const bases = groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  const resources: DiscoveredResource[] = [];
  for (const base of ['/api/v1', ...bases]) {
    try {
      const list = JSON.parse(await client.get(`${base}?timeout=32s`)) as { resources: DiscoveredResource[] };
      resources.push(...list.resources.map((resource) => ({ ...resource, base })));
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
    }
  }
  return resources;
}

/**
 * Whether `kubectl top` may go on (pkg/cmd/top/top.go SupportedMetricsAPIVersionAvailable). @throws
 * KubectlError
 */
export async function requireMetricsApi(client: ApiClient): Promise<void> {
  const groups = await discoverGroups(client);
  const metrics = groups.find(({ name }) => name === 'metrics.k8s.io');
  if (metrics?.versions.some(({ version }) => version === 'v1beta1') !== true) {
    throw new KubectlError('error: Metrics API not available');
  }
}

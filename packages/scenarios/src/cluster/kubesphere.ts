import {
  type KsApiserver,
  type KubesphereTag,
  kubesphereVersions,
  type ObjectStore,
  type PrometheusOptions,
  resourceTypes,
  startKsApiserver,
} from '@kubeedge-sim/cloud-sim';
import type { Endpoint, World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';
import type { ClusterHosts } from './hosts.ts';

export const KS_APISERVER_PORT = 9_090;

export interface KubesphereParts {
  store: ObjectStore;
  apiserver: Endpoint;
  /** EdgeWatcher, or edgeservice from v3.3.0 on. */
  kubeedge?: Endpoint | undefined;
}

/**
 * Starts ks-apiserver on the cloud node; undefined where the description has no KubeSphere.
 * @throws RangeError for a release that is not known
 */
export async function startKubesphere(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  { store, apiserver, kubeedge }: KubesphereParts,
): Promise<KsApiserver | undefined> {
  const { kubesphere } = description;
  if (kubesphere === undefined) return undefined;
  ageNamespaces(store);
  return startKsApiserver(world, hosts.cloud, {
    apiserver,
    version: tagOf(kubesphere.version),
    port: KS_APISERVER_PORT,
    ...(kubesphere.prometheus && { prometheus: prometheusAt(world, hosts, kubesphere.prometheus) }),
    ...(kubeedge && { kubeedge }),
  });
}

function tagOf(version: string): KubesphereTag {
  if (Object.hasOwn(kubesphereVersions, version)) return version as KubesphereTag;
  const known = Object.keys(kubesphereVersions).join(', ');
  throw new RangeError(`Looked for KubeSphere ${version}, found only ${known}. Use one of these.`);
}

/** Of a host of the cluster, or of the machine's network. */
function prometheusAt(world: World, hosts: ClusterHosts, url: string): PrometheusOptions {
  const { hostname } = new URL(url);
  const address = hosts.addressOf(hostname);
  if (address !== hostname || world.net.kind === 'memory') {
    return { url: url.replace(hostname, address), from: hosts.cloud };
  }
  const dial = world.net.outside(url);
  return { url, from: { connect: (_target, options) => dial(options) } };
}

/** A query of a namespace finds nothing from before its creation: each is as old as its oldest pod. */
function ageNamespaces(store: ObjectStore): void {
  const namespaces = store.of(resourceTypes.namespaces);
  for (const { metadata } of store.pods()) {
    const { namespace: name, creationTimestamp } = metadata;
    const known = namespaces.get(name);
    if (known !== undefined && known.metadata.creationTimestamp <= creationTimestamp) continue;
    namespaces.put({
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
      ...known,
      metadata: { ...known?.metadata, name, creationTimestamp },
    });
  }
}

import { FlagError, kubesphereVersions, type MetricsServerTag, parseFlags } from '@kubeedge-sim/cloud-sim';
import { certificateTraits } from '@kubeedge-sim/edge-sim';
import { resolveCell } from '../cell.ts';
import { limitNames } from '../limits.ts';
import type { Cell } from '../scenario.ts';
import { nearest } from '../suite/nearest.ts';
import { UsageError } from '../usage-error.ts';
import type { Problem } from './check-schema.ts';
import type { ClusterFile } from './cluster-file.ts';
import type { CompleteCluster } from './complete.ts';
import type { Path } from './plain.ts';

/** Versions that are known, to ask about one at a time. */
const KNOWN: Cell = { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' };

/** What no schema can tell of one file: versions and names that there are not. */
export function checkMeaning(file: ClusterFile): Problem[] {
  const version = (component: keyof Cell, path: Path, written: string | undefined): Problem[] => {
    try {
      if (written !== undefined) resolveCell(KNOWN, { [component]: written });
      return [];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [{ path, what: error.message }];
    }
  };
  return [
    ...version('cloudcore', ['cloudcore'], file.cloudcore),
    ...version('metricsServer', ['metricsServer', 'version'], file.metricsServer?.version),
    ...version('docker', ['cloud', 'docker'], file.cloud?.docker),
    ...Object.entries(file.edges ?? {}).flatMap(([name, edge]) => [
      ...version('edgecore', ['edges', name, 'edgecore'], edge?.edgecore),
      ...version('docker', ['edges', name, 'docker'], edge?.docker),
    ]),
    ...kubesphereVersion(file.kubesphere?.version),
    ...Object.keys(file.limits ?? {})
      .filter((name) => !limitNames.has(name))
      .map((name) => ({
        path: ['limits', name],
        what: `unknown limit; the nearest is "${nearest(name, [...limitNames])}" (of ${[...limitNames].join(', ')})`,
      })),
  ];
}

function kubesphereVersion(version: string | undefined): Problem[] {
  const known = Object.keys(kubesphereVersions);
  if (version === undefined || known.includes(tagOf(version))) return [];
  const near = nearest(tagOf(version), known);
  const what = `found ${version}, a release that is not known; the nearest is "${near}" (of ${known.join(', ')})`;
  return [{ path: ['kubesphere', 'version'], what }];
}

/** What is wrong with the whole, whatever file it comes from. */
export function checkWhole(cluster: CompleteCluster): Problem[] {
  const edges = Object.entries(cluster.edges);
  const problems: Problem[] = [];
  const hosts = new Map([[cluster.cloud.address, cluster.cloud.name]]);
  const takes = (name: string, address: string, path: Path) => {
    const other = hosts.get(address);
    if ([...hosts.values()].includes(name))
      problems.push({ path, what: `found the name of another host, ${name}; hosts need names of their own` });
    else if (other !== undefined) {
      const what = `found ${address}, which ${other} has; hosts need addresses of their own. To report the same InternalIP give nodeIp`;
      problems.push({ path: [...path, 'address'], what });
    }
    hosts.set(address, name);
  };
  for (const [name, { address, edgecore, join }] of edges) {
    const path = ['edges', name];
    takes(name, address, path);
    if (join !== undefined && certificateTraits(tagOf(edgecore)) === undefined) {
      const what = `found edgecore ${edgecore}, which cannot join; use v1.3.0 or later, or leave join out`;
      problems.push({ path: [...path, 'join'], what });
    }
  }
  for (const [name, { address }] of Object.entries(cluster.cloudHosts))
    takes(name, address, ['cloudHosts', name]);
  if (cluster.balancer) takes(cluster.balancer.name, cluster.balancer.address, ['balancer']);
  problems.push(...checkMetricsServerAddress(cluster, hosts));
  const pods = new Map<string, string>();
  const nodes = [
    { node: cluster.cloud.name, path: ['cloud', 'pods'], own: cluster.cloud.pods },
    ...edges.map(([name, edge]) => ({ node: name, path: ['edges', name, 'pods'], own: edge.pods })),
  ];
  for (const { node, path, own } of nodes) {
    for (const key of Object.keys(own)) {
      const other = pods.get(key);
      if (other !== undefined)
        problems.push({ path: [...path, key], what: `found a pod that runs on ${other}, too; name it anew` });
      pods.set(key, node);
    }
  }
  try {
    parseFlags(cluster.metricsServer.args, tagOf(cluster.metricsServer.version) as MetricsServerTag);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    problems.push({ path: ['metricsServer', 'args'], what: `metrics-server refuses them: ${error.message}` });
  }
  return problems;
}

function checkMetricsServerAddress(
  { metricsServer: { hostNetwork, ip }, cloud }: CompleteCluster,
  hosts: ReadonlyMap<string, string>,
): Problem[] {
  if (ip === undefined) return [];
  const problem = (found: string) => [{ path: ['metricsServer', 'ip'], what: `found ${ip}, ${found}` }];
  if (hostNetwork)
    return problem('while its pod has the address of the cloud node; give hostNetwork: false, too');
  const other = hosts.get(ip) ?? Object.entries(cloud.pods).find(([, pod]) => pod.ip === ip)?.[0];
  return other === undefined ? [] : problem(`which ${other} has; its pod needs an address of its own`);
}

export const tagOf = (version: string) => `v${version.replace(/^v/, '')}`;

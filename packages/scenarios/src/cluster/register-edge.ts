import type { NodeStatusReport, ObjectStore, PodReport } from '@kubeedge-sim/cloud-sim';

/**
 * Creates the Node of an edge that the cluster has not seen yet, from its first status.
 * kubeedge v1.6.1 cloud/pkg/edgecontroller/controller/upstream.go updateNodeStatus (InsertOperation),
 * edge/pkg/edged/edged_status.go initialNode (labels).
 */
export function registerNode(
  store: ObjectStore,
  name: string,
  report: NodeStatusReport,
  nowMs: number,
): void {
  const { internalIp = '', kubeletVersion = '', containerRuntimeVersion = '' } = report;
  const { osImage, kernelVersion, capacity, allocatable, taints } = report;
  store.describe({
    nodes: [
      {
        name,
        address: internalIp,
        roles: ['agent', 'edge'],
        kubeletVersion,
        containerRuntimeVersion,
        createdAtMs: nowMs,
        kubeletPort: report.port ?? 0,
        ...(osImage !== undefined && { osImage }),
        ...(kernelVersion !== undefined && { kernelVersion }),
        ...(capacity !== undefined && { capacity }),
        ...(allocatable !== undefined && { allocatable }),
        ...(taints !== undefined && { taints }),
        ...(report.ready?.status === 'False' && { ready: false }),
      },
    ],
  });
}

/** Makes the cluster's pods of a node those that the node says it runs. */
export function takePods(
  store: ObjectStore,
  node: string,
  hostIP: string,
  reports: readonly PodReport[],
): void {
  const uids = new Set(reports.map(({ uid }) => uid));
  for (const { metadata, spec } of store.pods()) {
    if (spec.nodeName === node && !uids.has(metadata.uid))
      store.deletePod(metadata.namespace ?? '', metadata.name);
  }
  const known = (report: PodReport) => {
    const pod = store.pod(report.namespace, report.name);
    return pod?.metadata.uid === report.uid && pod.status.hostIP === hostIP;
  };
  const pods = reports
    .filter((report) => !known(report))
    .map((report) => ({ ...report, nodeName: node, hostIP, podIP: report.hostNetwork ? hostIP : report.ip }));
  store.describe({ pods });
}

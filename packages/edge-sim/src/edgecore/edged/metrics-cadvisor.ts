import type { ContainerInfo } from '../cadvisor/container-info.ts';
import { latestSample } from './container-stats.ts';
import type { EdgedContext } from './context.ts';
import { nodeFilesystems } from './filesystems.ts';
import { CONTAINER_FAMILIES, filesystemsOf, type RowSource } from './metrics-cadvisor-families.ts';
import { machineFamilies } from './metrics-machine.ts';
import type { PodDirectory } from './pod-directory.ts';
import { type Family, type Labels, type Sample, writePrometheusText } from './prometheus-text.ts';
import { kubernetesNames } from './stats-provider.ts';

/**
 * The body of /metrics/cadvisor. Asks the engine for its version, as the real one does at each read.
 * Source: kubeedge v1.6.1 vendor/github.com/google/cadvisor/metrics/prometheus.go Collect.
 */
export async function cadvisorMetricsText(context: EdgedContext): Promise<string> {
  const dockerVersion = await context.cadvisor.dockerVersion();
  const infos = context.cadvisor.containers();
  return writePrometheusText([
    versionFamily(context, dockerVersion),
    ...specFamilies(infos, context.pods),
    ...containerFamilies(context, infos),
    {
      name: 'container_scrape_error',
      help: '1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ labels: {}, value: 0 }],
    },
    ...(context.traits.machineMetrics ? machineFamilies(context.machine, context.startedAtMs) : []),
  ]);
}

/**
 * The labels kubelet gives a cgroup's rows. What the handler's labels do not tell is filled in from kubelet's
 * own pod manager, but only for a pod's cgroup: its path names the pod's uid, a container's path does not
 * name anything kubelet could look up.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go
 * containerPrometheusLabelsFunc.
 */
export function containerLabels(info: ContainerInfo, pods: PodDirectory): Labels {
  const names = kubernetesNames(info);
  const { container } = names;
  let { pod, namespace } = names;
  if (pod === '' && namespace === '') {
    const found = pods.byCgroup(info.id);
    pod = found?.name ?? '';
    namespace = found?.namespace ?? '';
  }
  return { container, id: info.id, image: info.image, name: info.name, namespace, pod };
}

function versionFamily({ machine: { description } }: EdgedContext, dockerVersion: string): Family {
  const labels = {
    // Set by the linker in cAdvisor's own builds only.
    cadvisorRevision: '',
    cadvisorVersion: '',
    dockerVersion,
    kernelVersion: description.kernelVersion,
    osVersion: description.osImage,
  };
  return {
    name: 'cadvisor_version_info',
    help:
      "A metric with a constant '1' value labeled by kernel version, OS version, docker version, " +
      'cadvisor version & cadvisor revision.',
    type: 'gauge',
    samples: [{ labels, value: 1 }],
  };
}

/** Rows that need no sample and have no time. */
function specFamilies(infos: readonly ContainerInfo[], pods: PodDirectory): Family[] {
  const family = (
    name: string,
    help: string,
    value: (info: ContainerInfo) => number | undefined,
  ): Family => ({
    name: `container_${name}`,
    help,
    type: 'gauge',
    samples: infos.flatMap((info) => {
      const found = value(info);
      return found === undefined ? [] : [{ labels: containerLabels(info, pods), value: found }];
    }),
  });
  return [
    family('start_time_seconds', 'Start time of the container since unix epoch in seconds.', (info) =>
      Math.floor(info.createdAtMs / 1_000),
    ),
    family('spec_cpu_period', 'CPU period of the container.', (info) => info.cpuPeriodUs),
    family('spec_cpu_quota', 'CPU quota of the container.', (info) =>
      info.cpuQuotaUs === 0 ? undefined : info.cpuQuotaUs,
    ),
    family('spec_cpu_shares', 'CPU share of the container.', (info) => info.cpuShares),
    family('spec_memory_limit_bytes', 'Memory limit for the container.', (info) => info.memoryLimitBytes),
    family('spec_memory_swap_limit_bytes', 'Memory swap limit for the container.', () => 0),
    family('spec_memory_reservation_limit_bytes', 'Memory reservation limit for the container.', () => 0),
  ];
}

function containerFamilies(context: EdgedContext, infos: readonly ContainerInfo[]): Family[] {
  const { machine, pods, startedAtMs, world } = context;
  const node = nodeFilesystems(machine, startedAtMs);
  const rows = infos.flatMap((info) => {
    const sample = latestSample(info);
    if (sample === undefined) return [];
    const filesystems = filesystemsOf(info, sample, node, machine.description.disk.device);
    const source: RowSource = { info, sample, filesystems, nowMs: world.clock.now() };
    return [{ labels: containerLabels(info, pods), source }];
  });
  return CONTAINER_FAMILIES.map(({ name, help, type, values }) => ({
    name,
    help,
    type,
    samples: rows.flatMap(({ labels, source }): Sample[] =>
      values(source).map((row) => ({
        labels: { ...labels, ...row.labels },
        value: row.value,
        timestampMs: row.atMs ?? source.sample.atMs,
      })),
    ),
  }));
}

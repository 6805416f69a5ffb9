import { describe, expect, it } from 'vitest';
import type { ContainerInfo } from '../cadvisor/container-info.ts';
import { createLab, LAB_PODS } from './lab-machine.test-support.ts';
import { containerLabels } from './metrics-cadvisor.ts';
import { resourceMetricsText } from './metrics-resource.ts';
import { createPodDirectory, podUidOfCgroup } from './pod-directory.ts';
import { createContext } from './server.ts';
import { collectSummary } from './summary.ts';
import { summaryToJson } from './summary-json.ts';

const POD_UID = '0f9a2c1e-1111-4000-8000-000000000001';
const POD_CGROUP = `/kubepods/besteffort/pod${POD_UID}`;

function summarise(
  change: (infos: ContainerInfo[]) => ContainerInfo[],
  options: { full?: boolean; pods?: typeof LAB_PODS } = {},
) {
  const { world, machine, cadvisor } = createLab({ dockerVersion: '20.10.24' });
  const changed = { ...cadvisor, containers: () => change(cadvisor.containers()) };
  const context = createContext(world, machine, {
    nodeName: 'edge-node-1',
    cadvisor: changed,
    ...(options.pods === undefined ? {} : { pods: () => options.pods ?? [] }),
  });
  return collectSummary(context, options.full !== true);
}

/** A cgroup as it is known without the docker handler. */
function rawInfo(id: RegExp): ContainerInfo {
  const found = createLab({ dockerVersion: undefined })
    .cadvisor.containers()
    .find((info) => id.test(info.id));
  if (found === undefined) throw new Error(`no cgroup ${id}`);
  return found;
}

describe("kubelet's cAdvisor stats provider", () => {
  it('lists a pod by labels alone, whether or not edged was given it, in the short form', () => {
    const names = (full: boolean) =>
      summarise((infos) => infos, { full, pods: LAB_PODS.slice(0, 1) }).pods.map((pod) => pod.podRef.name);
    expect(names(false).toSorted()).toEqual(['edge-proxy', 'nginx-1', 'sensor-agent']);
    expect(names(true)).toEqual(['nginx-1']);
  });

  it('shows null containers when only the sandbox is known', () => {
    const summary = summarise((infos) =>
      infos.filter((info) => info.labels['io.kubernetes.container.name'] !== 'nginx'),
    );
    const nginx = JSON.parse(summaryToJson(summary)).pods.find(
      (pod: { podRef: { name: string } }) => pod.podRef.name === 'nginx-1',
    );
    expect(nginx.containers).toBeNull();
  });

  it('shows a null start without the sandbox, and no numbers without the pod cgroup', () => {
    const summary = summarise((infos) =>
      infos.filter((info) => info.id !== POD_CGROUP && info.labels['io.kubernetes.container.name'] !== 'POD'),
    );
    const nginx = JSON.parse(summaryToJson(summary)).pods.find(
      (pod: { podRef: { name: string } }) => pod.podRef.name === 'nginx-1',
    );
    expect(Object.keys(nginx)).toEqual(['podRef', 'startTime', 'containers']);
    expect(nginx.startTime).toBeNull();
  });

  it('keeps of several cgroups of one container the newest that uses CPU and memory', () => {
    const summary = summarise((infos) =>
      infos.flatMap((info) => {
        if (info.labels['io.kubernetes.container.name'] !== 'nginx') return [info];
        const later = { ...info, id: `${info.id.slice(0, -1)}z`, createdAtMs: info.createdAtMs + 5_000 };
        const dead = {
          ...info,
          id: `${info.id.slice(0, -1)}y`,
          createdAtMs: info.createdAtMs + 9_000,
          samples: info.samples.map((sample) => ({ ...sample, cpuInstantNanoCores: 0 })),
        };
        return [info, dead, later];
      }),
    );
    const nginx = summary.pods.find((pod) => pod.podRef.name === 'nginx-1');
    expect(nginx?.containers).toHaveLength(1);
    expect(nginx?.containers?.[0]?.startedAtMs).toBe((LAB_PODS[0]?.startedAtMs ?? 0) + 5_000);
  });

  it('writes zero instant usage after one sample and nothing before the first', () => {
    const usage = (count: number) =>
      summarise((infos) => infos.map((info) => ({ ...info, samples: info.samples.slice(0, count) }))).node
        .cpu;
    expect(usage(1)).toMatchObject({ usageNanoCores: 0 });
    expect(usage(0)).toBeUndefined();
  });

  it("fails with kubelet's words while the root is not known or, in the full form, not sampled", () => {
    expect(() => summarise(() => [])).toThrow(
      'failed to get root cgroup stats: failed to get cgroup stats for "/": ' +
        'failed to get container info for "/": unknown container "/"',
    );
    const unsampled = (infos: ContainerInfo[]) => infos.map((info) => ({ ...info, samples: [] }));
    expect(() => summarise(unsampled, { full: true })).toThrow('failed to get rootFs stats');
    expect(resourceMetricsText(undefined, 'counter')).toMatch(
      /^# HELP scrape_error .*\n.*\nscrape_error 1\n$/,
    );
  });
});

describe('labels of cgroup rows', () => {
  const pods = createPodDirectory(() => LAB_PODS);

  it('finds a pod by the path of its own cgroup only', () => {
    expect(podUidOfCgroup(POD_CGROUP)).toBe(POD_UID);
    expect(podUidOfCgroup(`/kubepods/pod${POD_UID}`)).toBe(POD_UID);
    expect(podUidOfCgroup(`/kubepods/besteffort/pod${POD_UID}/0c3e`)).toBeUndefined();
    expect(podUidOfCgroup('/kubepods/besteffort')).toBeUndefined();
    expect(podUidOfCgroup('/')).toBeUndefined();
  });

  it('names the pod of a pod cgroup without labels, and nothing of a container cgroup without labels', () => {
    const row = (id: RegExp) => containerLabels(rawInfo(id), pods);
    expect(row(new RegExp(`${POD_CGROUP}$`))).toMatchObject({
      pod: 'nginx-1',
      namespace: 'default',
      container: '',
    });
    expect(row(new RegExp(`${POD_CGROUP}/`))).toMatchObject({
      pod: '',
      namespace: '',
      container: '',
      name: '',
    });
  });

  it('names no pod that edged was not given', () => {
    const info = rawInfo(new RegExp(`${POD_CGROUP}$`));
    expect(
      containerLabels(
        info,
        createPodDirectory(() => []),
      ),
    ).toMatchObject({ pod: '', namespace: '' });
  });
});

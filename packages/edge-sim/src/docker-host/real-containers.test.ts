import { describe, expect, it } from 'vitest';
import { type InspectedContainer, podsOf, readAtMs, recordOf, usageOf } from './real-containers.ts';

const ID = 'a'.repeat(64);

function inspected(
  limits: Partial<InspectedContainer['HostConfig']> = {},
  labels: Record<string, string> | null = null,
): InspectedContainer {
  return {
    Id: ID,
    Name: '/loop',
    Created: '2026-11-22T22:37:31.462385597Z',
    Image: `sha256:${'b'.repeat(64)}`,
    Path: '/node',
    Args: ['-e', 'for (;;);'],
    State: { Running: true, StartedAt: '2026-11-22T22:37:31.819192793Z', Pid: 22_458 },
    Config: { Image: 'loop:1', Labels: labels },
    HostConfig: {
      NetworkMode: 'none',
      CgroupParent: '',
      CpuShares: 0,
      CpuPeriod: 0,
      CpuQuota: 0,
      NanoCpus: 0,
      Memory: 0,
      ...limits,
    },
    NetworkSettings: { IPAddress: '' },
  };
}

describe('a container of a real engine', () => {
  it.each([
    [{ NanoCpus: 500_000_000 }, 50_000],
    [{ CpuQuota: 25_000, CpuPeriod: 50_000 }, 50_000],
    [{ CpuQuota: 20_000 }, 20_000],
    [{ CpuQuota: -1 }, 0],
    [{}, 0],
  ])('has the quota of %j', (limits, quota) => {
    expect(recordOf(inspected(limits), 'cgroupfs').cpuQuotaUs).toBe(quota);
  });

  it.each([
    ['cgroupfs', '', `/docker/${ID}`],
    ['cgroupfs', '/kubepods/besteffort/pod1', `/kubepods/besteffort/pod1/${ID}`],
    ['systemd', '', `/system.slice/docker-${ID}.scope`],
  ])('with driver %s and parent %j has the cgroup %s', (driver, CgroupParent, cgroup) => {
    expect(recordOf(inspected({ CgroupParent }), driver).cgroup).toBe(cgroup);
  });

  it('is a pod with labels only', () => {
    expect(podsOf([recordOf(inspected(), 'cgroupfs')])).toEqual([]);
    const labels = { 'io.kubernetes.pod.name': 'p', 'io.kubernetes.pod.namespace': 'n', app: 'x' };
    const container = recordOf(inspected({}, { ...labels, 'io.kubernetes.container.name': 'c' }), 'cgroupfs');
    const sandbox = recordOf(inspected({}, { ...labels, 'io.kubernetes.container.name': 'POD' }), 'cgroupfs');
    expect(sandbox.sandboxId).toBeUndefined();
    const pods = podsOf([container, sandbox]);
    expect(pods).toMatchObject([{ namespace: 'n', name: 'p', labels: { app: 'x' } }]);
    expect(pods[0]?.containers).toMatchObject([{ name: 'c', image: 'loop:1' }]);
  });
});

describe('the counters of a real engine', () => {
  const cpu_stats = { cpu_usage: { total_usage: 3e9, usage_in_kernelmode: 1e9, usage_in_usermode: 2e9 } };

  it.each([
    ['cgroup v1', { total_inactive_file: 30, total_rss: 60, total_cache: 40, inactive_file: 1 }],
    ['cgroup v2', { inactive_file: 30, anon: 60, file: 40 }],
  ])('leave the inactive files out of the memory in use, on %s', (_, stats) => {
    const usage = usageOf({ read: '', cpu_stats, memory_stats: { usage: 100, stats } });
    expect(usage).toMatchObject({ cpuNs: 3e9, workingSetBytes: 70, rssBytes: 60, cacheBytes: 40 });
  });

  it.each([
    ['2026-11-22T22:37:37.869573148Z', Date.UTC(2026, 10, 22, 22, 37, 37, 869)],
    ['0001-01-01T00:00:00Z', 7],
  ])('were read at %s', (read, atMs) => {
    expect(readAtMs({ read, cpu_stats, memory_stats: {} }, 7)).toBe(atMs);
  });
});

import type { ContainerRecord } from '../../machine/container-record.ts';
import { networkModeOf } from '../container-lookup.ts';

// kubernetes v1.19.3 pkg/kubelet/cm/helpers_linux.go QuotaPeriod, in microseconds.
const CPU_PERIOD_US = 100_000;

const CONSTANT = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: 'json-file', Config: {} },
};

const UNLIMITED = {
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: [],
  DeviceCgroupRules: null,
  DeviceRequests: null,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
  MemoryReservation: 0,
};

/** The HostConfig object of an inspect answer. Source: api/types/container/hostconfig_unix.go. */
export function hostConfig(record: ContainerRecord): Record<string, unknown> {
  const networkMode = networkModeOf(record);
  return {
    ...CONSTANT,
    NetworkMode: networkMode,
    PortBindings: {},
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: false,
    VolumeDriver: '',
    VolumesFrom: null,
    CapAdd: null,
    CapDrop: null,
    CgroupnsMode: 'host',
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    GroupAdd: null,
    IpcMode: record.sandboxId === undefined ? 'shareable' : networkMode,
    Cgroup: '',
    Links: null,
    OomScoreAdj: 0,
    PidMode: '',
    Privileged: false,
    PublishAllPorts: false,
    ReadonlyRootfs: false,
    SecurityOpt: ['seccomp=unconfined'],
    UTSMode: '',
    UsernsMode: '',
    ShmSize: 67_108_864,
    Runtime: 'runc',
    ConsoleSize: [0, 0],
    Isolation: '',
    CpuShares: record.cpuShares,
    Memory: record.memoryLimitBytes,
    NanoCpus: 0,
    CgroupParent: record.cgroup.slice(0, record.cgroup.lastIndexOf('/')),
    CpuPeriod: record.cpuQuotaUs > 0 ? CPU_PERIOD_US : 0,
    CpuQuota: record.cpuQuotaUs,
    ...UNLIMITED,
    // The kubelet allows no swap: the limit of memory and swap together is that of memory.
    MemorySwap: record.memoryLimitBytes,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: null,
    Ulimits: [],
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    MaskedPaths: [
      '/proc/acpi',
      '/proc/kcore',
      '/proc/keys',
      '/proc/latency_stats',
      '/proc/timer_list',
      '/sys/firmware',
    ],
    ReadonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
  };
}

import type { World } from '@kubeedge-sim/sim-kit';
import type { Machine } from '../../machine/machine.ts';
import { compareApiVersions } from '../api-version.ts';
import type { EngineProfile } from '../engine-profile.ts';
import { pickFields } from '../route.ts';
import { DOCKER_ROOT_DIR } from './data-root.ts';
import { rfc3339Nano } from './go-time.ts';
import { imagesOf } from './images.ts';

/** The part of /info that tells no engine or machine from another. */
const CONSTANT = {
  ContainersPaused: 0,
  Plugins: {
    Volume: ['local'],
    Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'],
    Authorization: null,
    Log: ['awslogs', 'fluentd', 'gcplogs', 'gelf', 'journald', 'json-file', 'local', 'splunk', 'syslog'],
  },
  MemoryLimit: true,
  SwapLimit: true,
  KernelMemory: true,
  KernelMemoryTCP: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
  IPv4Forwarding: true,
  BridgeNfIptables: true,
  BridgeNfIp6tables: true,
  Debug: false,
  OomKillDisable: true,
  LoggingDriver: 'json-file',
  CgroupVersion: '1',
  NEventsListener: 0,
  IndexServerAddress: 'https://index.docker.io/v1/',
  RegistryConfig: {
    AllowNondistributableArtifactsCIDRs: [],
    AllowNondistributableArtifactsHostnames: [],
    InsecureRegistryCIDRs: ['127.0.0.0/8'],
    IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } },
    Mirrors: [],
  },
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  Labels: [],
  ExperimentalBuild: false,
  ClusterStore: '',
  ClusterAdvertise: '',
  Runtimes: { runc: { path: 'runc' } },
  DefaultRuntime: 'runc',
  Swarm: {
    NodeID: '',
    NodeAddr: '',
    LocalNodeState: 'inactive',
    ControlAvailable: false,
    Error: '',
    RemoteManagers: null,
  },
  LiveRestoreEnabled: true,
  Isolation: '',
  InitBinary: 'docker-init',
  InitCommit: { ID: 'de40ad0', Expected: 'de40ad0' },
};

/**
 * The body of GET /info for a request of an API version. Source: daemon/info.go SystemInfo, system_routes.go
 * getInfo.
 */
export function infoBody(world: World, profile: EngineProfile, machine: Machine, apiVersion: string) {
  const { description, host, containers } = machine;
  const running = [...containers.values()].filter((record) => record.running).length;
  const body = pickFields(profile.fields.info, {
    ...CONSTANT,
    ID: engineId(world, host.name),
    Containers: containers.size,
    ContainersRunning: running,
    ContainersStopped: containers.size - running,
    Images: imagesOf(machine).length,
    Driver: profile.storage.driver,
    DriverStatus: profile.storage.status,
    // An idle daemon holds 22 descriptors and 40 goroutines, each running container 7 and 4 more (20.10.24).
    NFd: 22 + 7 * running,
    NGoroutines: 40 + 4 * running,
    SystemTime: rfc3339Nano(world.clock.now()),
    CgroupDriver: profile.cgroupDriver,
    KernelVersion: description.kernelVersion,
    OperatingSystem: description.osImage,
    OSVersion: /\d[\d.]*/.exec(description.osImage)?.[0] ?? '',
    OSType: profile.os,
    Architecture: profile.arch === 'arm64' ? 'aarch64' : profile.arch === 'amd64' ? 'x86_64' : profile.arch,
    NCPU: description.cores,
    MemTotal: description.memoryBytes,
    DockerRootDir: DOCKER_ROOT_DIR,
    Name: host.name,
    ServerVersion: profile.version,
    ContainerdCommit: { ID: profile.containerd, Expected: profile.containerd },
    RuncCommit: { ID: profile.runc, Expected: profile.runc },
    SecurityOptions: ['name=seccomp,profile=default'],
  });
  return adaptToApi(profile, apiVersion, body);
}

function adaptToApi(profile: EngineProfile, apiVersion: string, body: Record<string, unknown>) {
  for (const { belowApi, add, hide } of profile.infoByApi) {
    if (compareApiVersions(apiVersion, belowApi) >= 0) continue;
    Object.assign(body, add);
    for (const field of hide) delete body[field];
  }
  return body;
}

/** A key fingerprint, twelve groups of four base32 letters. */
function engineId(world: World, hostName: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digits = world.ids.hex(`docker-engine/${hostName}`, 96);
  const text = Array.from({ length: 48 }, (_, index) => {
    const value = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
    return letters[value % letters.length];
  }).join('');
  return text.replace(/(.{4})(?=.)/g, '$1:');
}

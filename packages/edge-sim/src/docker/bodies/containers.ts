import type { World } from '@kubeedge-sim/sim-kit';
import type { ContainerRecord } from '../../machine/container-record.ts';
import type { Machine } from '../../machine/machine.ts';
import { commandLine, networkModeOf, stateOf } from '../container-lookup.ts';
import type { EngineProfile } from '../engine-profile.ts';
import { pickFields } from '../route.ts';
import { containerConfig } from './container-config.ts';
import { DOCKER_ROOT_DIR } from './data-root.ts';
import { GO_ZERO_TIME, humanDuration, rfc3339Nano } from './go-time.ts';
import { graphDriver } from './graph-driver.ts';
import { hostConfig } from './host-config.ts';
import { networkSettings, networksOf } from './networks.ts';

// docker/docker-ce components/engine/oci/defaults.go and container/env.go: what every container gets.
const PATH_ENV = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An entry of GET /containers/json. Source: container/view.go, daemon/list.go. */
export function containerSummary(
  world: World,
  profile: EngineProfile,
  machine: Machine,
  record: ContainerRecord,
) {
  const { path, args } = commandLine(machine, record);
  const quoted = args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg));
  return pickFields(profile.fields.containerSummary, {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: record.image,
    ImageID: record.imageId,
    Command: [path, ...quoted].join(' '),
    Created: Math.floor(record.createdAtMs / 1_000),
    Ports: [],
    Labels: record.labels,
    State: stateOf(record),
    Status: statusText(record, world.clock.now()),
    HostConfig: { NetworkMode: networkModeOf(record) },
    NetworkSettings: { Networks: networksOf(world, machine.host.name, record) },
    Mounts: [],
  });
}

/** The body of GET /containers/{id}/json. Source: daemon/inspect.go getInspectData. */
export function containerInspect(
  world: World,
  profile: EngineProfile,
  machine: Machine,
  record: ContainerRecord,
) {
  const { path, args } = commandLine(machine, record);
  // A container keeps its sandbox's network files.
  const netDir = `${DOCKER_ROOT_DIR}/containers/${record.sandboxId ?? record.id}`;
  const ownDir = `${DOCKER_ROOT_DIR}/containers/${record.id}`;
  return pickFields(profile.fields.containerInspect, {
    Id: record.id,
    Created: rfc3339Nano(record.createdAtMs),
    Path: path,
    Args: args,
    State: stateBody(record),
    Image: record.imageId,
    ResolvConfPath: `${netDir}/resolv.conf`,
    HostnamePath: `${netDir}/hostname`,
    HostsPath: `${netDir}/hosts`,
    LogPath: `${ownDir}/${record.id}-json.log`,
    Name: `/${record.name}`,
    RestartCount: 0,
    Driver: profile.storage.driver,
    Platform: profile.os,
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    HostConfig: hostConfig(record),
    GraphDriver: graphDriver(profile, world.ids.hex(`layer/${record.id}`, 64), true),
    Mounts: [],
    Config: containerConfig({
      hostname: record.hostNetwork ? machine.host.name : (record.labels['io.kubernetes.pod.name'] ?? ''),
      env: [PATH_ENV],
      command: record.command,
      image: record.image,
      labels: record.labels,
    }),
    NetworkSettings: networkSettings(world, machine.host.name, record),
  });
}

function stateBody(record: ContainerRecord) {
  return {
    Status: stateOf(record),
    Running: record.running,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: record.running ? record.pid : 0,
    ExitCode: record.exitCode ?? 0,
    Error: '',
    StartedAt: record.startedAtMs === 0 ? GO_ZERO_TIME : rfc3339Nano(record.startedAtMs),
    // Of a described one that does not run nobody has said when it ended; its start is the latest time known.
    FinishedAt:
      record.running || record.startedAtMs === 0
        ? GO_ZERO_TIME
        : rfc3339Nano(record.finishedAtMs ?? record.startedAtMs),
  };
}

// docker/docker-ce components/engine/container/state.go String @v18.09.1.
function statusText(record: ContainerRecord, nowMs: number): string {
  if (record.startedAtMs === 0) return 'Created';
  const ago = humanDuration(nowMs - (record.finishedAtMs ?? record.startedAtMs));
  return record.running ? `Up ${ago}` : `Exited (${record.exitCode ?? 0}) ${ago} ago`;
}

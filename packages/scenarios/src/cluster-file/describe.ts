import { milliValue, parseQuantity, unitValue } from '@kubeedge-sim/cloud-sim';
import type {
  ContainerDescription,
  LogSource,
  MachineDescription,
  PodDescription,
  Workload,
} from '@kubeedge-sim/edge-sim';
import type { ClusterDescription, EdgeNodeDescription } from '../cluster/description.ts';
import { limitsOfCloudcore, limitsOfEdgecore } from '../limits.ts';
import { parseDuration } from '../scheduled-acts.ts';
import { tagOf } from './check-meaning.ts';
import type { CompleteCluster, CompleteEdge, CompletePod } from './complete.ts';

type CompleteMachine = CompleteEdge['machine'];
type CompleteContainer = CompletePod['containers'][number];

/** The cluster that a complete file describes, as it is at `nowMs`. */
export function describeCluster(file: CompleteCluster, nowMs: number): ClusterDescription {
  const limits = file.limits ?? {};
  const hosts = Object.entries(file.cloudHosts).map(([name, host]) => ({ name, ...host }));
  return {
    kubernetes: tagOf(file.kubernetes),
    cloudcore: tagOf(file.cloudcore),
    metricsServer: {
      version: tagOf(file.metricsServer.version),
      args: file.metricsServer.args,
      ...(file.metricsServer.external && { external: true }),
      ...(!file.metricsServer.hostNetwork && { hostNetwork: false, ip: file.metricsServer.ip ?? '' }),
    },
    cloud: {
      name: file.cloud.name,
      address: file.cloud.address,
      docker: file.cloud.docker,
      machine: describeMachine(file.cloud.machine, file.cloud.pods, nowMs),
    },
    edges: Object.entries(file.edges).map(([name, edge]) => ({
      ...describeEdge(name, edge, nowMs),
      ...(file.limits && { limits: limitsOfEdgecore(limits) }),
    })),
    dnatPorts: file.dnatPorts,
    ...(file.limits && { limits: limitsOfCloudcore(limits) }),
    streamCertificate: file.streamCertificate,
    iptablesManager: file.iptablesManager,
    ...(file.anonymous && { anonymous: true }),
    ...(hosts.length > 0 && { cloudHosts: hosts }),
    ...(file.balancer && { balancer: file.balancer }),
    ...(file.edgeWatcher && { edgeWatcher: file.edgeWatcher }),
    ...(file.kubesphere && {
      kubesphere: { ...file.kubesphere, version: tagOf(file.kubesphere.version) },
    }),
  };
}

function describeEdge(name: string, edge: CompleteEdge, nowMs: number): EdgeNodeDescription {
  const { address, docker, edgeStream, nodeIp, join, certificateAgeDays, edgedPort } = edge;
  return {
    name,
    address,
    edgecore: tagOf(edge.edgecore),
    docker,
    machine: describeMachine(edge.machine, edge.pods, nowMs),
    edgeStream,
    certificateAgeDays,
    ...(nodeIp !== undefined && { nodeIp }),
    ...(join && { join }),
    ...(edgedPort !== undefined && { edgedPort }),
  };
}

/** A machine with its pods by `namespace/name`. */
export function describeMachine(
  machine: CompleteMachine,
  pods: Readonly<Record<string, CompletePod>>,
  nowMs: number,
): MachineDescription {
  const { disk } = machine;
  return {
    cores: machine.cores,
    memoryBytes: bytes(machine.memory),
    kernelVersion: machine.kernel,
    osImage: machine.os,
    bootedAtMs: nowMs - parseDuration(machine.up),
    disk: {
      device: disk.device,
      capacityBytes: bytes(disk.size),
      usedBytes: bytes(disk.used),
      inodes: disk.inodes,
      inodesUsed: disk.inodesUsed,
    },
    networkInterface: machine.interface,
    systemWorkload: describeWorkload(machine.system),
    pods: describePods(pods, nowMs),
  };
}

/** Pods by `namespace/name`. */
export const describePods = (pods: Readonly<Record<string, CompletePod>>, nowMs: number): PodDescription[] =>
  Object.entries(pods).map(([key, pod]) => describePod(key, pod, nowMs));

function describePod(key: string, pod: CompletePod, nowMs: number): PodDescription {
  const [namespace = '', name = ''] = key.split('/');
  const createdAtMs = nowMs - parseDuration(pod.age);
  return {
    namespace,
    name,
    uid: pod.uid,
    ...(pod.labels && { labels: pod.labels }),
    createdAtMs,
    startedAtMs: createdAtMs + parseDuration(pod.startedAfter),
    ...(pod.hostNetwork && { hostNetwork: true }),
    ip: pod.ip ?? '',
    containers: pod.containers.map((container) => describeContainer(container, nowMs)),
  };
}

function describeContainer(container: CompleteContainer, nowMs: number): ContainerDescription {
  const { name, image, command, requests, limits, log, stdin, tty, env, files, previous } = container;
  const resources = {
    cpuRequestMilli: requests?.cpu && milli(requests.cpu),
    cpuLimitMilli: limits?.cpu && milli(limits.cpu),
    memoryRequestBytes: requests?.memory && bytes(requests.memory),
    memoryLimitBytes: limits?.memory && bytes(limits.memory),
  };
  return {
    name,
    image,
    ...(command && { command }),
    ...(Object.fromEntries(
      Object.entries(resources).filter(([, value]) => value !== undefined),
    ) as Partial<ContainerDescription>),
    workload: describeWorkload(container.workload),
    ...(log && { log: describeLog(log) }),
    ...(stdin && { stdin }),
    ...(tty && { tty }),
    ...(env && { env }),
    ...(files && { files }),
    ...(previous && {
      previous: {
        startedAtMs: nowMs - parseDuration(previous.startedAgo),
        finishedAtMs: nowMs - parseDuration(previous.finishedAgo),
        exitCode: previous.exitCode,
      },
    }),
  };
}

const BURST_LINES = 5;

function describeLog(log: NonNullable<CompleteContainer['log']>): LogSource {
  const { shape, text, stream, lines = BURST_LINES } = log;
  const printed = { everyMs: parseDuration(log.every), text, ...(stream === 'stderr' && { stream }) };
  return shape === 'burst' ? { shape, lines, ...printed } : { shape, ...printed };
}

const describeWorkload = ({ shape, cpu, memory }: CompleteContainer['workload']): Workload => ({
  shape,
  cpuCores: milli(cpu) / 1_000,
  memoryBytes: bytes(memory),
});

// The schema lets quantities through only.
const bytes = (quantity: string) => Number(unitValue(parseQuantity(quantity) ?? 0n));
const milli = (quantity: string) => Number(milliValue(parseQuantity(quantity) ?? 0n));

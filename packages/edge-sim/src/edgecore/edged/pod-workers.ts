import type { World } from '@kubeedge-sim/sim-kit';
import type { BeehiveMessage } from '@kubeedge-sim/wire';
import type { PodDescription } from '../../machine/description.ts';
import type { Machine } from '../../machine/machine.ts';
import type { ComponentLog } from '../component-log.ts';
import { type DockerClient, type DockerClientMode, DockerError } from '../docker-client.ts';
import { createPodRuntime, type PodRuntime } from '../dockershim/pod-sandbox.ts';
import type { Edgehub } from '../edgehub/edgehub.ts';
import { podDeletion, podStatusMessage, type StatusTraits } from '../edgehub/pod-messages.ts';
import type { EdgecoreRelease } from '../release.ts';
import { readPodManifest } from './pod-manifest.ts';
import { podStatusOf } from './pod-status.ts';

interface PodWorkersOptions {
  world: World;
  machine: Machine;
  log: ComponentLog;
  runtime: PodRuntime;
  edgehub: Edgehub;
  /** How the release reports statuses. */
  traits: StatusTraits;
  /** The InternalIP that the node reports. */
  hostIp: string;
  signal: AbortSignal;
}

/** edged's pods: what the cloud wants to run, and one worker for each. */
export interface PodWorkers {
  /** Takes a pod message of the cloud; others are none of its business. */
  handle(message: BeehiveMessage): void;
  /** Works until the process ends; rejects with the signal's reason. */
  run(): Promise<void>;
}

/** kubeedge v1.6.1 edge/pkg/edged/status/status_manager.go syncPeriod; the kubelet's is the same. */
const SYNC_PERIOD_MS = 10_000;

/** What is known of a pod beside its description. */
interface Worker {
  /** The work on one pod is done one after the other. */
  work: Promise<void>;
  graceSeconds: number | undefined;
  killed: boolean;
  failure: string | undefined;
  /** The status last sent, as text. */
  sent: string | undefined;
}

/**
 * Runs the pods of a simulated machine. Those that the machine was described with run already: of them only the end is
 * done here.
 * kubeedge v1.6.1 edge/pkg/edged/edged.go syncPod, handlePod, consumePodAddition, consumePodDeletion, HandlePodCleanups
 */
function createPodWorkers(options: PodWorkersOptions, pods: Map<string, PodDescription>): PodWorkers {
  const { world, machine, log, runtime, edgehub, traits, hostIp, signal } = options;
  const described = new Set(machine.description.pods.map(({ uid }) => uid));
  const workers = new Map<string, Worker>();
  let started = false;

  const emit = (pod: PodDescription, state: 'running' | 'failed' | 'killed' | 'removed', error?: string) =>
    world.trace.emit({
      host: machine.host.name,
      component: 'edged',
      kind: 'edged.pod',
      detail: { pod: `${pod.namespace}/${pod.name}`, state, ...(error !== undefined && { error }) },
    });

  function workerOf(uid: string): Worker {
    let worker = workers.get(uid);
    if (worker === undefined) {
      const work = Promise.resolve();
      worker = { work, graceSeconds: undefined, killed: false, failure: undefined, sent: undefined };
      workers.set(uid, worker);
    }
    return worker;
  }

  /** Puts work behind what is being done on the pod. An engine that fails is asked again at the next sync. */
  function enqueue(uid: string, step: (worker: Worker, pod: PodDescription) => Promise<void>): void {
    const worker = workerOf(uid);
    worker.work = worker.work.then(async () => {
      const pod = pods.get(uid);
      if (pod === undefined || signal.aborted) return;
      try {
        await step(worker, pod);
        worker.failure = undefined;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof DockerError)) throw error;
        if (worker.failure !== error.message) emit(pod, 'failed', error.message);
        worker.failure = error.message;
        log.error('edged.go:903', `consume added pod [${pod.name}] failed, ${error.message}`);
      }
      if (traits.patch) report(uid);
    });
  }

  const bring = (uid: string) =>
    enqueue(uid, async (worker, pod) => {
      if (worker.graceSeconds !== undefined) return;
      await runtime.syncPod(pod);
      if (pod.startedAtMs !== 0) return;
      const sandbox = [...machine.containers.values()].find(
        ({ labels, sandboxId }) => sandboxId === undefined && labels['io.kubernetes.pod.uid'] === uid,
      );
      pods.set(uid, { ...pod, startedAtMs: world.clock.now(), ip: sandbox?.ip ?? '' });
      emit(pod, 'running');
    });

  const kill = (uid: string) =>
    enqueue(uid, async (worker, pod) => {
      if (worker.killed) return;
      await runtime.killPod(pod, worker.graceSeconds ?? 0);
      worker.killed = true;
      emit(pod, 'killed');
    });

  /** The cloud has no such pod any more. */
  const remove = (uid: string) =>
    enqueue(uid, async (worker, pod) => {
      if (!worker.killed) await runtime.killPod(pod, worker.graceSeconds ?? 0);
      await runtime.removePod(pod);
      pods.delete(uid);
      workers.delete(uid);
      emit(pod, 'removed');
    });

  /** Tells the cloud of a pod whose status has changed, and again and again of one that waits to be deleted there. */
  function report(uid: string): void {
    const pod = pods.get(uid);
    const worker = workers.get(uid);
    if (pod === undefined || worker === undefined) return;
    const { killed, failure } = worker;
    const nowMs = world.clock.now();
    const status = podStatusOf(pod, {
      machine,
      hostIp,
      embedded: traits.patch,
      nowMs,
      ...(failure !== undefined && { failure }),
      killed,
    });
    const text = JSON.stringify({ ...status, conditions: undefined });
    if (worker.sent === text && !killed) return;
    worker.sent = text;
    edgehub.send(podStatusMessage(pod, status, traits));
    if (killed && traits.patch) edgehub.send(podDeletion(pod, traits));
  }

  return {
    handle({ operation, resource, content }) {
      if (resource.split('/')[1] !== 'pod') return;
      const manifest = readPodManifest(content);
      if (manifest === undefined) return;
      const { pod, graceSeconds } = manifest;
      if (operation === 'delete') {
        // Upstream's delete names the pod only.
        const found = [...pods.values()].find(
          ({ namespace, name, uid }) =>
            namespace === pod.namespace && name === pod.name && (pod.uid === '' || pod.uid === uid),
        );
        if (found !== undefined) remove(found.uid);
      } else if (operation === 'insert' || operation === 'update') {
        if (!pods.has(pod.uid)) pods.set(pod.uid, pod);
        if (graceSeconds !== undefined) {
          workerOf(pod.uid).graceSeconds = graceSeconds;
          kill(pod.uid);
        } else if (started && !described.has(pod.uid)) bring(pod.uid);
      }
    },
    async run() {
      started = true;
      const given = () => [...pods.keys()].filter((uid) => !described.has(uid));
      for (;;) {
        for (const uid of given()) if (workerOf(uid).graceSeconds === undefined) bring(uid);
        for (const [uid, { graceSeconds, killed }] of workers) {
          if (graceSeconds !== undefined && !killed) kill(uid);
        }
        await world.clock.sleep(SYNC_PERIOD_MS, { signal, label: `pod statuses of ${machine.host.name}` });
        for (const uid of workers.keys()) report(uid);
      }
    },
  };
}

/** The workers of a release's edged; undefined where containers are only looked at: a real engine is not ours to run pods on. */
export function podWorkersOf(
  { dockershim, nodeStatus }: Pick<EdgecoreRelease, 'dockershim' | 'nodeStatus'>,
  options: Omit<PodWorkersOptions, 'runtime' | 'traits'>,
  clientOf: (mode: DockerClientMode) => DockerClient,
): PodWorkers | undefined {
  const { podDatabase } = options.machine;
  if (dockershim === null || podDatabase === undefined) return undefined;
  const traits = { patch: nodeStatus.patch, patchInBase64: nodeStatus.base64 === true };
  return createPodWorkers(
    { ...options, runtime: createPodRuntime(clientOf(dockershim)), traits },
    podDatabase,
  );
}

import { PAUSE_IMAGE } from '../../machine/container-record.ts';
import type { ContainerDescription, PodDescription } from '../../machine/description.ts';
import { CPU_PERIOD_US, cpuShares, podCgroup } from '../../machine/machine.ts';
import { type DockerClient, DockerError, type NewDockerContainer } from '../docker-client.ts';

/** The CRI calls of dockershim that a pod's life takes. Each rejects with {@link DockerError}. */
export interface PodRuntime {
  /** Makes what a pod lacks: its sandbox, then its containers, all running. */
  syncPod(pod: PodDescription): Promise<void>;
  /** Stops the containers, then the sandbox. */
  killPod(pod: PodDescription, graceSeconds: number): Promise<void>;
  /** Removes what killPod has left. */
  removePod(pod: PodDescription): Promise<void>;
}

/** kubernetes v1.19.3 pkg/kubelet/dockershim/docker_sandbox.go defaultSandboxGracePeriod. */
const SANDBOX_GRACE_SECONDS = 10;
/** defaultSandboxCPUshares, there. */
const SANDBOX_CPU_SHARES = 2;
const SANDBOX = 'POD';

/**
 * dockershim's way of running a pod on a Docker engine: a container of the pause image holds the network, the others join
 * it. Names and labels tell which is which.
 * kubernetes v1.19.3 pkg/kubelet/dockershim/docker_sandbox.go RunPodSandbox, docker_container.go CreateContainer,
 * naming.go; pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, killPodWithSyncResult
 */
export function createPodRuntime(client: DockerClient): PodRuntime {
  async function ensureImage(image: string): Promise<string> {
    try {
      return await client.imageId(image);
    } catch (error) {
      if (!(error instanceof DockerError) || error.status !== 404) throw error;
      await client.pull(image);
      return client.imageId(image);
    }
  }

  async function run(name: string, wanted: NewDockerContainer): Promise<string> {
    const id = await client.create(name, wanted);
    await client.start(id);
    return id;
  }

  const listed = (pod: PodDescription) => client.list(`io.kubernetes.pod.uid=${pod.uid}`);
  const nameOf = ({ Labels }: { Labels: Readonly<Record<string, string>> }) =>
    Labels['io.kubernetes.container.name'] ?? '';

  return {
    async syncPod(pod) {
      const there = (await listed(pod)).filter(({ State }) => State === 'running');
      let sandbox = there.find((container) => nameOf(container) === SANDBOX)?.Id;
      if (sandbox === undefined) {
        await ensureImage(PAUSE_IMAGE);
        sandbox = await run(containerName(pod, SANDBOX), sandboxOf(pod));
      }
      for (const container of pod.containers) {
        if (there.some((running) => nameOf(running) === container.name)) continue;
        const image = await ensureImage(container.image);
        await run(containerName(pod, container.name), containerOf(pod, container, sandbox, image));
      }
    },
    async killPod(pod, graceSeconds) {
      const running = (await listed(pod)).filter(({ State }) => State === 'running');
      const isSandbox = (container: (typeof running)[number]) => nameOf(container) === SANDBOX;
      for (const container of running.filter((each) => !isSandbox(each)))
        await client.stop(container.Id, graceSeconds);
      for (const sandbox of running.filter(isSandbox)) await client.stop(sandbox.Id, SANDBOX_GRACE_SECONDS);
    },
    async removePod(pod) {
      // The newest first: containers before the sandbox they have joined.
      for (const { Id } of await listed(pod)) await client.remove(Id);
    },
  };
}

// naming.go makeSandboxName, makeContainerName; the attempt is the first.
const containerName = ({ name, namespace, uid }: PodDescription, container: string) =>
  `k8s_${container}_${name}_${namespace}_${uid}_0`;

function labelsOf(pod: PodDescription, container: string, type: 'podsandbox' | 'container') {
  return {
    ...pod.labels,
    'io.kubernetes.container.name': container,
    'io.kubernetes.docker.type': type,
    'io.kubernetes.pod.name': pod.name,
    'io.kubernetes.pod.namespace': pod.namespace,
    'io.kubernetes.pod.uid': pod.uid,
  };
}

function sandboxOf(pod: PodDescription): NewDockerContainer {
  return {
    Hostname: pod.name,
    Image: PAUSE_IMAGE,
    Labels: labelsOf(pod, SANDBOX, 'podsandbox'),
    HostConfig: {
      NetworkMode: pod.hostNetwork === true ? 'host' : 'default',
      CgroupParent: podCgroup(pod),
      CpuShares: SANDBOX_CPU_SHARES,
    },
  };
}

function containerOf(
  pod: PodDescription,
  container: ContainerDescription,
  sandbox: string,
  image: string,
): NewDockerContainer {
  const { cpuRequestMilli, cpuLimitMilli = 0, memoryLimitBytes = 0, command, env = {} } = container;
  return {
    Image: image,
    ...(command !== undefined && { Entrypoint: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...labelsOf(pod, container.name, 'container'), 'io.kubernetes.sandbox.id': sandbox },
    OpenStdin: container.stdin ?? false,
    Tty: container.tty ?? false,
    HostConfig: {
      NetworkMode: `container:${sandbox}`,
      CgroupParent: podCgroup(pod),
      CpuShares: cpuShares(cpuRequestMilli ?? cpuLimitMilli),
      CpuPeriod: CPU_PERIOD_US,
      CpuQuota: (cpuLimitMilli * CPU_PERIOD_US) / 1_000,
      Memory: memoryLimitBytes,
    },
  };
}

import type { Certificate, World } from '@kubeedge-sim/sim-kit';
import { DOCKER_SOCKET_PATH } from '../docker/index.ts';
import { createCadvisor } from '../edgecore/cadvisor/manager.ts';
import { createComponentLog } from '../edgecore/component-log.ts';
import { createDockerClient } from '../edgecore/docker-client.ts';
import { startEdged } from '../edgecore/edged/index.ts';
import type { Machine } from '../machine/machine.ts';

/** Port of the kubelet's HTTPS server (kubernetes v1.19.8 pkg/cluster/ports/ports.go). */
const KUBELET_PORT = 10_250;

export interface KubeletOptions {
  nodeName: string;
  /** The kubelet's serving certificate. */
  certificate: Certificate;
}

/**
 * A node of the cloud: the plain kubelet of which edged is a descendant, on HTTPS 10250, with a cAdvisor that
 * negotiates (kubernetes v1.19.8 vendors google/cadvisor v0.37.4).
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED; DockerError when the engine is not there
 */
export async function startKubelet(
  world: World,
  machine: Machine,
  options: KubeletOptions,
): Promise<AsyncDisposable> {
  const { nodeName, certificate } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const mode = { mode: 'negotiated', apiMax: '1.40' } as const;
  const client = createDockerClient(world, machine.host, {
    mode,
    socketPath: DOCKER_SOCKET_PATH,
    component: 'cadvisor',
    signal,
  });
  const log = createComponentLog(world, machine.host.name, 'kubelet');
  const cadvisor = await createCadvisor({ world, machine, client, log, signal });
  await cadvisor.start();
  const tls = { certificate, clientAuth: 'request' } as const;
  const server = await startEdged(world, machine, {
    nodeName,
    cadvisor,
    address: '0.0.0.0',
    port: KUBELET_PORT,
    tls,
    component: 'kubelet',
    // pkg/kubelet/kubelet_pods.go GetExec, GetAttach.
    streaming: { exec: true, attach: true, portForward: null },
  });
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server[Symbol.asyncDispose]();
    },
  };
}

import {
  type Certificate,
  chooseLimits,
  readCertificate,
  reportLimit,
  type TraceKinds,
  type World,
} from '@kubeedge-sim/sim-kit';
import { type Dialect, dialectOf } from '@kubeedge-sim/wire';
import type { Machine } from '../machine/machine.ts';
import type { ExitStatus, SimProcess } from '../systemd-unit.ts';
import { createCadvisor } from './cadvisor/manager.ts';
import { type ComponentLog, createComponentLog } from './component-log.ts';
import { createDockerClient, DockerError } from './docker-client.ts';
import { type DockerService, startDockerService } from './dockershim/docker-service.ts';
import { startEdged } from './edged/index.ts';
import { podWorkersOf } from './edged/pod-workers.ts';
import {
  type CertificateSource,
  rotateCertificates,
  startCertManager,
} from './edgehub/certificate/certmanager.ts';
import { ExchangeError } from './edgehub/certificate/exchange.ts';
import { createEdgehub, type Edgehub, type EdgehubConfig } from './edgehub/edgehub.ts';
import { acknowledge } from './edgehub/metamanager.ts';
import { type NodeReport, type NodeTaint, podReport } from './edgehub/node-messages.ts';
import { renewLease } from './edgehub/renew-lease.ts';
import { syncNodeStatus } from './edgehub/sync-node-status.ts';
import { runEdgestream } from './edgestream/edgestream.ts';
import { type EdgecoreLimits, edgecoreLimitsDefault, type ReachLimit } from './limits.ts';
import type { EdgecoreRelease } from './release.ts';

export interface EdgecoreOptions {
  /** Names the release in traces and logs; it decides nothing. */
  tag: string;
  release: EdgecoreRelease;
  /** Default: the release's, by its tag. Tests give the one their captures were built with. */
  dialect?: Dialect;
  nodeName: string;
  /** The InternalIP the node reports, in its status and to the tunnel; default the host's own address. */
  nodeIp?: string;
  /** `modules.edged.taints`: what the Node is registered with; default none. */
  taints?: readonly NodeTaint[];
  /** Where edged listens instead of the release's port (`tailoredKubeletConfig.readOnlyPort`, from v1.12 on). */
  edgedPort?: number;
  /** Default /var/run/docker.sock. */
  dockerSocketPath?: string;
  /** Bounds of the simulator's other than the default ones. */
  limits?: Partial<EdgecoreLimits>;
  /** `modules.edgeStream`; absent = disabled, as by default upstream. */
  edgeStream?: { server: { address: string; port: number }; certificate?: Certificate };
  /** `modules.edgeHub`; absent = disabled. */
  edgeHub?: Omit<EdgehubConfig, 'certificate'> & {
    /** The node's certificate, or where to get one from: from there edgestream has its own, too. */
    certificate: Certificate | CertificateSource;
    /**
     * Whether the cloud is told of the machine's pods, too, which upstream would have got from there. Default false: they
     * have been described to the cloud.
     */
    reportPods?: boolean;
    /** `modules.edged.registerNode`: has the cloud create the Node if there is none. Default true. */
    registerNode?: boolean;
  };
}

const DOCKER_SOCKET_PATH = '/var/run/docker.sock';

/** The process ends itself, as os.Exit or a panic does. */
class ExitRequest extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts an edgecore process with the docker runtime. It ends by itself where upstream does: when dockershim
 * cannot use the engine, and on upstream's panics.
 * @throws SimError SIM_ERR_LIMIT
 * Source: kubeedge v1.6.1 edge/cmd/edgecore/app/server.go, edge/pkg/edged/edged.go newEdged and Start.
 */
export function startEdgecore(world: World, machine: Machine, options: EdgecoreOptions): SimProcess {
  const { host } = machine;
  const limits = chooseLimits('edgecore', edgecoreLimitsDefault, options.limits);
  const ending = new AbortController();
  const resources: AsyncDisposable[] = [];
  const log = createComponentLog(world, host.name, 'edgecore', options.release.logLines);
  const emit = (
    state: TraceKinds['edgecore.process']['state'],
    more: { reason?: string; modules?: string[] } = {},
  ) =>
    world.trace.emit({
      host: host.name,
      component: 'edgecore',
      kind: 'edgecore.process',
      detail: { release: options.tag, state, ...more },
    });

  async function live(): Promise<ExitStatus> {
    try {
      emit('starting');
      await run({
        world,
        machine,
        options,
        log,
        ending,
        resources,
        limits,
        reachLimit(limit, by, parent) {
          const where = { host: host.name, component: 'edgecore', parent };
          reportLimit(world, { ...where, limit, most: limits[limit], ...by });
        },
        leakedGoroutines: 0,
        onStarted: (modules) => emit('started', { modules }),
      });
    } catch (error) {
      if (!ending.signal.aborted && !(error instanceof ExitRequest)) throw error;
      const exit = error instanceof ExitRequest ? error : ending.signal.reason;
      if (exit instanceof ExitRequest) {
        emit('exited', { reason: exit.message });
        return { code: exit.code, reason: exit.message };
      }
    } finally {
      ending.abort();
      for (const resource of resources.reverse()) await resource[Symbol.asyncDispose]();
    }
    emit('stopped');
    return { code: 0, reason: 'stopped' };
  }

  const exited = live();
  return {
    exited,
    async stop() {
      ending.abort();
      await exited;
    },
  };
}

interface Context {
  world: World;
  machine: Machine;
  options: EdgecoreOptions;
  log: ComponentLog;
  ending: AbortController;
  resources: AsyncDisposable[];
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
  /** Goroutines that will never end. */
  leakedGoroutines: number;
  onStarted: (modules: string[]) => void;
}

async function run(context: Context): Promise<void> {
  const { world, machine, options, log, ending } = context;
  const { release } = options;
  const { signal } = ending;
  log.info('server.go:72', `Version: ${options.tag}`);
  const service = await startRuntime(context);
  const clientOf = release.cadvisorDocker;
  const client = clientOf === null ? undefined : dockerClient(context, clientOf, 'cadvisor');
  const cadvisor = await createCadvisor({ world, machine, client, log, signal });
  const version = await service.containerRuntimeVersion();
  log.info(
    'kuberuntime_manager.go:214',
    `Container runtime docker initialized, version: ${version.slice('docker://'.length)}`,
  );
  log.info('module.go:34', 'Module edged registered successfully');
  if (options.edgeStream === undefined)
    log.warning('module.go:37', 'Module edgestream is disabled, do not register');
  else log.info('module.go:34', 'Module edgestream registered successfully');
  log.info('edged.go:289', 'Starting edged...');
  context.onStarted(modulesOf(options));
  const panic = (message: string) => {
    log.error('panic', `panic: ${message}`);
    ending.abort(new ExitRequest(2, `panic: ${message}`));
  };
  const modules: Promise<void>[] = [];
  const startEdgestream = async (certificate: Certificate) => {
    if (options.edgeStream === undefined || release.edgestream === null) return;
    await runEdgestream({
      server: options.edgeStream.server,
      certificate,
      world,
      host: machine.host,
      log,
      hostname: options.nodeName,
      internalIp: options.nodeIp ?? machine.host.address,
      dialect: options.dialect ?? dialectOf(options.tag),
      traits: release.edgestream,
      limits: context.limits,
      reachLimit: context.reachLimit,
      onLeak: () => {
        context.leakedGoroutines += 1;
        const detail = { leaked: context.leakedGoroutines };
        const { name } = machine.host;
        world.trace.emit({ host: name, component: 'edgestream', kind: 'edgestream.leak', detail });
      },
      panic,
      signal,
    });
  };
  const own = options.edgeHub?.certificate;
  if (own !== undefined && 'files' in own)
    modules.push(runWithCertManager(context, own, service, startEdgestream));
  else {
    const forStream = options.edgeStream?.certificate ?? own;
    if (forStream !== undefined) modules.push(startEdgestream(forStream));
    if (own !== undefined) modules.push(...runEdgehub(context, service, { certificate: () => own }).modules);
  }
  modules.push(startModules(context, cadvisor));
  modules.push(
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  );
  try {
    // The first module to fail, or the signal, ends the process.
    await Promise.all(modules);
  } finally {
    ending.abort();
    await Promise.allSettled(modules);
  }
}

/** edgehub, and edged's status over it. */
function runEdgehub(
  context: Context,
  service: DockerService,
  identity: Pick<EdgehubConfig, 'certificate' | 'roots'>,
): { edgehub?: Edgehub; modules: Promise<void>[] } {
  const { world, machine, options, log, limits, reachLimit, ending } = context;
  const { edgeHub: config } = options;
  if (config === undefined) return { modules: [] };
  const { host } = machine;
  const common = { world, host, log, nodeName: options.nodeName, signal: ending.signal };
  const edgehub = createEdgehub({ ...common, ...config, ...identity, limits, reachLimit });
  const hostIp = options.nodeIp ?? host.address;
  const pods = podWorkersOf(options.release, { ...common, machine, edgehub, hostIp }, (mode) =>
    dockerClient(context, mode, 'dockershim'),
  );
  edgehub.onMessage = (message) => {
    acknowledge(edgehub, message);
    pods?.handle(message);
  };
  const report = () => nodeReport(context, service);
  const podReports = () => machine.pods().map(podReport);
  const modules = [
    edgehub.run(),
    syncNodeStatus({
      ...common,
      edgehub,
      report,
      registerNode: config.registerNode ?? true,
      ...(config.reportPods === true && { podReports }),
    }),
    ...(pods === undefined ? [] : [pods.run()]),
    ...(options.release.nodeStatus.patch ? [renewLease({ ...common, edgehub })] : []),
  ];
  return { edgehub, modules };
}

/**
 * Gets the certificate first, as edgehub does, and keeps it fresh. edgestream loads it once: a tunnel that breaks after
 * the old one has expired does not come back before edgecore is restarted. edgehub connects again with a new one.
 * Source: kubeedge v1.6.1, v1.23.1 edge/pkg/edgehub/edgehub.go Start, ifRotationDone, edge/pkg/edgestream/edgestream.go
 * Start.
 */
async function runWithCertManager(
  context: Context,
  source: CertificateSource,
  service: DockerService,
  startEdgestream: (certificate: Certificate) => Promise<void>,
): Promise<void> {
  const { world, machine, options, log, ending } = context;
  const { signal } = ending;
  const manager = { world, host: machine.host, nodeName: options.nodeName, source, log, signal };
  let current: Certificate;
  try {
    current = await startCertManager(manager);
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    const { code, prefix } = source.traits.exit;
    const reason = `${prefix}${error.message}`;
    log.error('certmanager.go:91', reason);
    throw new ExitRequest(code, reason);
  }
  const rotates = source.traits.rotates && (source.rotateCertificates ?? true);
  const stored = source.files.read();
  const roots = stored && [readCertificate('rootCA.crt', stored.ca)];
  const { edgehub, modules } = runEdgehub(context, service, {
    certificate: () => current,
    ...(roots && { roots }),
  });
  const parts = [startEdgestream(current), ...modules];
  const take = (rotated: Certificate) => {
    current = rotated;
    edgehub?.reconnect();
  };
  if (rotates) parts.push(rotateCertificates(manager, take));
  try {
    await Promise.all(parts);
  } finally {
    // The process has not ended before each of them has closed what it had opened.
    ending.abort();
    await Promise.allSettled(parts);
  }
}

/** The modules that run: what the release has and the configuration enables. */
function modulesOf({ release, edgeStream, edgeHub }: EdgecoreOptions): string[] {
  const modules = ['edged'];
  if (edgeHub !== undefined) modules.push('websocket');
  if (edgeStream !== undefined && release.edgestream !== null) modules.push('edgestream');
  return modules;
}

/** cAdvisor first, then edged's server, as edged's Start does. */
async function startModules(
  context: Context,
  cadvisor: Awaited<ReturnType<typeof createCadvisor>>,
): Promise<void> {
  const { world, machine, options, log, ending, resources } = context;
  const { edged } = options.release;
  const port = options.edgedPort ?? edged.port;
  await cadvisor.start();
  if (ending.signal.aborted) return;
  log.info('server.go:35', `starting to listen read-only on 127.0.0.1:${port}`);
  resources.push(
    await startEdged(world, machine, {
      ...edged,
      port,
      nodeName: options.nodeName,
      cadvisor,
      leakedGoroutines: () => context.leakedGoroutines,
      limits: context.limits,
      reachLimit: context.reachLimit,
    }),
  );
}

async function startRuntime(context: Context): Promise<DockerService> {
  const { world, machine, options, log } = context;
  const { dockershim } = options.release;
  if (dockershim === null)
    throw new ExitRequest(1, 'container runtime docker is not supported by this release');
  const client = dockerClient(context, dockershim, 'dockershim');
  const socketPath = options.dockerSocketPath ?? DOCKER_SOCKET_PATH;
  try {
    return await startDockerService({ world, host: machine.host, client, socketPath, log });
  } catch (error) {
    context.ending.signal.throwIfAborted();
    const reason = `init new edged error, ${error instanceof Error ? error.message : String(error)}`;
    log.error('edged.go:264', reason);
    throw new ExitRequest(1, reason);
  }
}

function dockerClient(context: Context, mode: NonNullable<EdgecoreRelease['dockershim']>, component: string) {
  const { world, machine, options, ending } = context;
  const socketPath = options.dockerSocketPath ?? DOCKER_SOCKET_PATH;
  return createDockerClient(world, machine.host, { mode, socketPath, component, signal: ending.signal });
}

// kubeedge v1.6.1 edge/pkg/edged/edged_status.go getNodeStatusRequest.
async function nodeReport(context: Context, service: DockerService): Promise<NodeReport> {
  const { machine, options } = context;
  const { nodeStatus } = options.release;
  const { description } = machine;
  const runtime = await service.containerRuntimeVersion().then(
    (version) => ({ containerRuntimeVersion: version, ready: true }),
    (error: unknown) => {
      if (!(error instanceof DockerError)) throw error;
      return { containerRuntimeVersion: 'docker://Unknown', ready: false };
    },
  );
  return {
    ...runtime,
    kubeletVersion: options.release.kubeletVersion,
    kernelVersion: description.kernelVersion,
    osImage: description.osImage,
    machineId: machine.machineId,
    bootId: machine.bootId,
    internalIp: options.nodeIp ?? machine.host.address,
    hostname: options.nodeName,
    ...(options.taints && { taints: options.taints }),
    patch: nodeStatus.patch,
    ...(nodeStatus.base64 && { patchInBase64: true }),
    ...(nodeStatus.port === null ? {} : { port: nodeStatus.port }),
    cpu: String(description.cores),
    memory: `${Math.floor(description.memoryBytes / 1024)}Ki`,
    pods: '110',
  };
}

import { createToken } from '@kubeedge-sim/cloud-sim';
import {
  type CertificateSource,
  type CertificateTraits,
  certificateTraits,
  createCertificateFiles,
  createMachine,
  createRealMachine,
  type DockerEngine,
  type DockerPassthrough,
  type EdgecoreOptions,
  type EdgehubConfig,
  type EngineProfile,
  edgecoreRelease,
  engineProfile,
  type SimProcess,
  type SystemdUnit,
  startDockerEngine,
  startDockerPassthrough,
  startEdgecore,
  startSystemdUnit,
} from '@kubeedge-sim/edge-sim';
import type { Certificate, Endpoint, Host, World } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import type { Action } from './action.ts';
import type { CustomEdgecore, EdgeNodeDescription } from './description.ts';
import type { ClusterHosts } from './hosts.ts';
import type { ClusterPki } from './pki.ts';

export const TUNNEL_PORT = 10_004;
export const HUB_PORT = 10_000;
export const HTTPS_PORT = 10_002;
const HOUR_MS = 3_600_000;
/** What the first token of a cloudcore lives. */
const TOKEN_HOURS = 24;
/** RestartSec of edgecore's unit (kubeedge v1.6.1 build/tools/edgecore.service). */
const RESTART_DELAY_MS = 10_000;

/** The edges of a cluster: engines and edgecores that can be changed while they run. */
export interface EdgeHalf extends AsyncDisposable {
  act(action: Action): Promise<void>;
}

interface Edge {
  host: Host;
  act(action: Action): Promise<void>;
  stop(): Promise<void>;
}

/** What can be changed while the edge runs. */
type EdgeSettings = Pick<EdgeNodeDescription, 'edgecore' | 'edgedPort' | 'edgeStream' | 'nodeIp'>;

/** What edges need of the rest of their cluster. */
export interface EdgeSurroundings {
  hosts: Pick<ClusterHosts, 'find' | 'addressOf'>;
  /** The client certificate of each edge, or where it gets one from. */
  certificates: Readonly<Record<string, Certificate | JoinSource>>;
  /** `modules.edgeStream.server`, and `modules.edgeHub.websocket.server` unless edgehub is disabled. */
  cloudcore: { tunnel: Endpoint; hub?: Endpoint & Pick<EdgehubConfig, 'roots' | 'serverName'> };
  /** Whether pods are to be made known to the cloud, because nobody has described them to it. */
  reportPods?: boolean;
  /** `modules.edged.registerNode`; default true. */
  registerNode?: boolean;
  /** `modules.edged.taints` of each; default none. */
  taints?: EdgecoreOptions['taints'];
}

/** How an edge gets its certificate; what differs by release comes with the release that runs. */
export type JoinSource = Omit<CertificateSource, 'traits'>;

/**
 * The surroundings of edges whose cloud is in the same world.
 * @throws RangeError for an edge whose release cannot join
 */
export function surroundingsIn(
  world: World,
  hosts: ClusterHosts,
  pki: ClusterPki,
  descriptions: readonly EdgeNodeDescription[],
): EdgeSurroundings {
  const { address } = hosts.front;
  const hub = { address, port: HUB_PORT, roots: [pki.kubeedgeRoot] };
  const cloudcore = { tunnel: { address, port: TUNNEL_PORT }, hub };
  const certificates: Record<string, Certificate | JoinSource> = { ...pki.edges };
  for (const { name, join, edgecore } of descriptions) {
    if (join === undefined) continue;
    checkJoins(releaseOf(edgecore).tag);
    const { tokenAgeHours = 0, rotateCertificates = true } = join;
    // As somebody has copied it from the Secret, then.
    const expiresAtMs = world.clock.now() + (TOKEN_HOURS - tokenAgeHours) * HOUR_MS;
    const token = createToken(pki.kubeedgeRoot, expiresAtMs);
    const httpServer = { address, port: HTTPS_PORT };
    certificates[name] = { httpServer, token, rotateCertificates, files: createCertificateFiles() };
  }
  return { hosts, certificates, cloudcore };
}

/** Starts every edge of a description. */
export async function startEdges(
  world: World,
  surroundings: EdgeSurroundings,
  descriptions: readonly EdgeNodeDescription[],
): Promise<EdgeHalf> {
  const edges: Edge[] = [];
  for (const description of descriptions) edges.push(await startEdge(world, surroundings, description));
  return {
    async act(action) {
      const node = 'node' in action ? action.node : '';
      const edge = edges.find(({ host }) => host.name === node);
      if (edge === undefined) {
        const known = edges.map(({ host }) => host.name).join(', ');
        throw new RangeError(
          `Looked for edge ${JSON.stringify(node)}, found only ${known}. Use one of these names.`,
        );
      }
      await edge.act(action);
    },
    async [Symbol.asyncDispose]() {
      for (const edge of edges) await edge.stop();
    },
  };
}

async function startEdge(
  world: World,
  { hosts, certificates, cloudcore, reportPods = false, registerNode = true, taints }: EdgeSurroundings,
  description: EdgeNodeDescription,
): Promise<Edge> {
  const host = hosts.find(description.name);
  const own = certificates[description.name] as Certificate | JoinSource;
  const { dockerHost } = description;
  const real = dockerHost === undefined ? undefined : await createRealMachine(world, host, dockerHost);
  const machine = real ?? createMachine(world, host, description.machine);
  let engine: DockerEngine | DockerPassthrough | undefined =
    dockerHost === undefined
      ? await startEngine(description.docker)
      : await startDockerPassthrough(world, host, { dockerHost });
  const settings: EdgeSettings = { ...description };
  const unit: SystemdUnit = startSystemdUnit(world, host, {
    name: 'edgecore.service',
    restartDelayMs: RESTART_DELAY_MS,
    spawn: spawnEdgecore,
  });

  function startEngine(engine: string | EngineProfile): Promise<DockerEngine> {
    return startDockerEngine(world, machine, { profile: profileOf(engine) });
  }

  function spawnEdgecore(): SimProcess {
    const { edgedPort, edgeStream = true, nodeIp } = settings;
    const { tag, release, dialect } = releaseOf(settings.edgecore);
    return startEdgecore(world, machine, {
      tag,
      release,
      ...(dialect && { dialect }),
      nodeName: host.name,
      ...(nodeIp !== undefined && { nodeIp: hosts.addressOf(nodeIp) }),
      ...(taints && { taints }),
      ...(edgedPort !== undefined && { edgedPort }),
      ...(description.limits && { limits: description.limits }),
      ...(edgeStream && {
        edgeStream: { server: cloudcore.tunnel, ...(!('files' in own) && { certificate: own }) },
      }),
      ...(cloudcore.hub && {
        edgeHub: {
          ...cloudcore.hub,
          server: cloudcore.hub,
          certificate: certificateOf(tag, own),
          reportPods,
          registerNode,
        },
      }),
    });
  }

  /** Writes edgecore's configuration and restarts it. */
  async function configure(change: Partial<EdgeSettings>): Promise<void> {
    Object.assign(settings, change);
    await unit.restart();
  }

  async function replaceEngine(wanted: string | EngineProfile): Promise<void> {
    const profile = profileOf(wanted);
    await engine?.stop();
    engine = undefined;
    engine = await startEngine(profile);
  }

  function restartEngine(): Promise<void> {
    if (engine === undefined || 'profile' in engine)
      return replaceEngine(engine?.profile ?? description.docker);
    throw new RangeError(
      `Tried to restart the Docker engine of ${host.name}, found the real one at ${engine.dockerHost}, which is yours. ` +
        `Restart it yourself, or replace it by a simulated one: docker ${host.name} <version>.`,
    );
  }

  return {
    host,
    async act(action) {
      if (action.do === 'docker') await replaceEngine(action.version);
      else if (action.do === 'edgecore') {
        releaseOf(action.tag);
        await configure({ edgecore: action.tag });
      } else if (action.do === 'edgestream') await configure({ edgeStream: action.on });
      else if (action.do === 'nodeip') await configure({ nodeIp: action.ip });
      else if (action.do === 'edgedport') await configure({ edgedPort: action.port });
      else if (action.do === 'stop') await unit.stop();
      else if (action.do === 'start') await unit.restart();
      else if (action.do === 'restart' && action.what === 'edgecore') await unit.restart();
      else if (action.do === 'restart' && action.what === 'docker') await restartEngine();
    },
    async stop() {
      await unit.stop();
      await engine?.stop();
      await real?.[Symbol.asyncDispose]();
    },
  };
}

/** @throws RangeError for a release that cannot apply for a certificate */
function certificateOf(tag: string, own: Certificate | JoinSource): Certificate | CertificateSource {
  return 'files' in own ? { ...own, traits: checkJoins(tag) } : own;
}

function checkJoins(tag: string): CertificateTraits {
  const traits = certificateTraits(tag);
  if (traits !== undefined) return traits;
  throw new RangeError(
    `Tried to join with edgecore ${tag}, found a release that takes its certificates from files only. ` +
      'Use v1.3.0 or later, or leave `join` out.',
  );
}

/** The engine a description means. @throws EdgeError EDGE_ERR_ENGINE_UNKNOWN */
export function profileOf(engine: string | EngineProfile): EngineProfile {
  return typeof engine === 'string' ? engineProfile(engine) : engine;
}

/** The release a description means. @throws EdgeError EDGE_ERR_RELEASE_UNKNOWN */
export function releaseOf(edgecore: string | CustomEdgecore): CustomEdgecore {
  if (typeof edgecore !== 'string') return edgecore;
  const release = edgecoreRelease(edgecore);
  return { tag: edgecore, release, dialect: release.edgestream === null ? null : dialectOf(edgecore) };
}

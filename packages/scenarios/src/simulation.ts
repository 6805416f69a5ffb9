import { ADMIN, simToken } from '@kubeedge-sim/cloud-sim';
import { type AnyTraceEvent, httpRequest, NetError, SimError } from '@kubeedge-sim/sim-kit';
import { readActions } from './actions.ts';
import { resolveCell } from './cell.ts';
import { type Action, actionWords, formatAction } from './cluster/action.ts';
import type { Cluster, CommandResult, CurlOptions } from './cluster/cluster.ts';
import { onChosenCluster } from './cluster-file/choose.ts';
import type { ClusterFile } from './cluster-file/cluster-file.ts';
import { onCluster } from './cluster-file/on-cluster.ts';
import { clusterOf } from './cluster-file/resolve.ts';
import { type Limits, withLimits } from './limits.ts';
import { openCluster } from './open-cluster.ts';
import { type Cause, explain, type Statement } from './run.ts';
import {
  type Cell,
  type Observation,
  type Outcome,
  type Scenario,
  settleWithFaults,
  withoutCondition,
} from './scenario.ts';
import { formatScheduledAct } from './scheduled-acts.ts';
import { findScenario, withFaults } from './select.ts';
import { UsageError } from './usage-error.ts';

/** What a simulation is to be of. Everything has a default: the founding report, on the memory net, with seed 1. */
export interface SimulationOptions {
  /** Id of a scenario of the catalog, or one of your own; default `missing-pod-metrics`. */
  scenario?: string | Scenario;
  /** The cluster of a preset, e.g. `kubesphere-3.1.0`, in place of the scenario's own; versions given change it. */
  preset?: string | undefined;
  /** The same with a cluster of one's own, see `defineCluster`. */
  cluster?: ClusterFile | undefined;
  /** KubeEdge release of the edges, e.g. `v1.6.2`; default the scenario's. */
  edgecore?: string | undefined;
  /** KubeEdge release of the cloud; default that of `edgecore`. */
  cloudcore?: string | undefined;
  /** Docker Engine of the edge under study, e.g. `18.09.1`; default the scenario's. */
  docker?: string | undefined;
  /** metrics-server version, e.g. `0.4.2`; default the scenario's. */
  metricsServer?: string | undefined;
  /** Ids of faults to put in on top of the scenario's own. */
  faults?: readonly string[];
  /** Without what makes the scenario fail: the other half of its pair. Default false. */
  without?: boolean;
  /** Bounds on what cloudcore and edgecore take from their peers, see docs/limits.md; default the default ones. */
  limits?: Limits;
  /** Repeats a run; default 1. */
  seed?: number;
  /** `memory`: virtual time, repeatable (default). `loopback`: real sockets and real time, for real clients. */
  net?: 'memory' | 'loopback';
  /** On loopback: lets the lines between nodes be cut and delayed, at about a millisecond a chunk. Default false. */
  links?: boolean;
  /**
   * Wait until tunnels are open and metrics-server has scraped, and let happen what the faults make happen; default
   * true. On loopback that takes half a minute of real time.
   */
  settled?: boolean;
  /**
   * Breaks off what is under way, the start too: calls reject with its reason, and disposing waits for none of them.
   * Default: nothing does.
   */
  signal?: AbortSignal | undefined;
}

/** What a look at a simulation found. */
export interface Diagnosis {
  outcome: Exclude<Outcome, 'not-applicable'>;
  /** Named causes, each with layer, hop, evidence (event ids) and the cures that remove it. Empty when healthy. */
  causes: readonly Cause[];
  /** Every sentence that was proved. */
  explanation: readonly Statement[];
  /** The looks it goes by. */
  observations: readonly Observation[];
}

/** What the API server answered. */
export interface ApiAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** A running cluster of a scenario, in a world of its own. */
export interface Simulation extends AsyncDisposable {
  readonly scenario: Scenario;
  readonly cell: Cell;
  readonly seed: number;
  readonly net: 'memory' | 'loopback';
  /** For use inside of {@link run}; its `world` is the simulation's. */
  readonly cluster: Cluster;
  /** When the cluster was opened: what acts, and a replay's times, are counted from. Milliseconds since the epoch. */
  readonly openedAtMs: number;
  /** Every event so far, oldest first. */
  events(): readonly AnyTraceEvent[];
  /** SHA-256 over the decisions so far; the same for the same seed and calls, on the memory net only. */
  hash(): string;
  /** What {@link act} has done so far, as `replay --act` takes it: `20s: docker edge-node-1 20.10.24`. */
  acts(): readonly string[];
  /**
   * Lets the world live while `body` runs; on memory virtual time advances only then, and `body` must await nothing but
   * the world. Calls are played one after the other.
   * @throws what `body` throws; the signal's reason; SimError SIM_ERR_DEADLOCK, SIM_ERR_STALLED, SIM_ERR_DISPOSED
   */
  run<T>(body: (cluster: Cluster) => Promise<T>): Promise<T>;
  /** Lets that many milliseconds pass on the world's clock. */
  advance(ms: number): Promise<void>;
  /** Lets the tunnels open where they can, and metrics-server scrape anew. */
  settle(): Promise<void>;
  /** Runs the simulated kubectl on the cloud node, e.g. `kubectl('top', 'pod', '-A')`. */
  kubectl(...args: string[]): Promise<CommandResult>;
  /** `curl -sSk URL` on a node. @throws RangeError for a node that is not there */
  curl(node: string, url: string, options?: CurlOptions): Promise<CommandResult>;
  /**
   * GET of the API server, from its own host, e.g. `get('/apis/metrics.k8s.io/v1beta1/nodes')`. Nobody is logged in.
   * @throws NetError, TlsError when it cannot be asked; NetError ETIMEDOUT after two minutes without an answer
   */
  get(path: string): Promise<ApiAnswer>;
  /**
   * Changes the cluster: an action, or its words, e.g. `act('docker edge-node-1 20.10.24')` or `act('cure docker')`.
   * @returns what was done, in words
   * @throws UsageError for words that are no action, RangeError for a node that is not there, EdgeError and
   * CloudcoreError for unknown versions
   */
  act(action: Action | string | readonly string[]): Promise<string[]>;
  /** Looks at the cluster as a person would, and says what is wrong and why. */
  diagnose(): Promise<Diagnosis>;
}

/**
 * Starts a scenario's cluster.
 * @throws UsageError for names and versions that are not known, and for a cell the scenario cannot be played with;
 * the signal's reason; SimError SIM_ERR_LIMIT; SIM_ERR_NO_LEASE on loopback when the machine has no free block of addresses
 */
export async function startSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const { seed = 1, net = 'memory', links = false, settled = true, signal } = options;
  const [scenario, cell] = choose(options);
  signal?.throwIfAborted();
  const cluster = await openCluster(scenario, cell, { seed, net, split: false, links });
  const simulation = simulationOf({ scenario, cell, cluster, signal });
  try {
    if (net === 'loopback') await actAsCloudNode(cluster);
    if (settled) await simulation.run(() => settleWithFaults(scenario, cluster));
    return simulation;
  } catch (error) {
    // What the failed start left behind is the lesser news.
    await Promise.resolve(simulation[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}

/** Gives real clients the DNAT rules of the cloud node, so that they find an edge's port 10350 as it does. */
async function actAsCloudNode({ world, description, host }: Cluster): Promise<void> {
  world.net.actAs(host(description.cloud.name));
  await world.net.settled();
}

/** What a simulation is made of. */
export interface SimulationParts {
  scenario: Scenario;
  cell: Cell;
  /** It lives in a world of its own, which is disposed with the simulation. */
  cluster: Cluster;
  /** As in {@link SimulationOptions}. */
  signal?: AbortSignal | undefined;
}

/** The simulation of a cluster that runs already. */
export function simulationOf({ scenario, cell, cluster, signal }: SimulationParts): Simulation {
  const { world } = cluster;
  const { seed } = world;
  const openedAtMs = world.clock.now();
  const acts: string[] = [];
  let brokenOff = false;
  // On memory one run at a time may move the clock.
  let last: Promise<unknown> = Promise.resolve();
  const run = <T>(body: (cluster: Cluster) => Promise<T>): Promise<T> => {
    const result = last.then(() => {
      signal?.throwIfAborted();
      return world.run(() =>
        unlessAborted(signal, body(cluster), () => {
          brokenOff = true;
        }),
      );
    });
    last = result.catch(() => {});
    return result;
  };
  const perform = async (action: Action | string | readonly string[]) => {
    const done: string[] = [];
    for (const each of actionsOf(scenario, cell, action)) {
      const afterMs = world.clock.now() - openedAtMs;
      await cluster.act(each);
      acts.push(formatScheduledAct({ afterMs, action: each }));
      done.push(formatAction(each));
    }
    return done;
  };
  return {
    scenario,
    cell,
    seed,
    net: world.net.kind,
    cluster,
    openedAtMs,
    events: () => cluster.events(),
    hash: () => world.trace.hash(),
    acts: () => acts,
    run,
    advance: (ms) => run(() => world.clock.sleep(ms, signal && { signal })),
    settle: () => run(() => scenario.settle(cluster)),
    kubectl: (...args) => run(() => cluster.kubectl(args)),
    curl: (node, url, curlOptions) => run(() => cluster.curl(node, url, curlOptions)),
    get: (path) => run(() => askApiserver(cluster, path)),
    act: (action) => run(() => perform(action)),
    diagnose: () => run(() => diagnose(scenario, cell, cluster)),
    async [Symbol.asyncDispose]() {
      await last;
      try {
        await world[Symbol.asyncDispose]();
      } catch (error) {
        // A call that was broken off had no chance to clean up behind itself.
        if (!(brokenOff && error instanceof SimError && error.code === 'SIM_ERR_LEAK')) throw error;
      }
    },
  };
}

/** The result of `work`, or the signal's reason when it aborts first; `lost` is told of work that goes on unheard. */
async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  lost: () => void,
): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    lost();
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const APISERVER_PORT = 6_443;
/** Whoever asks gives up after so long, as the other looks do. */
const PATIENCE_MS = 120_000;

async function askApiserver({ world, description, host }: Cluster, path: string): Promise<ApiAnswer> {
  const from = host(description.cloud.name);
  const target = { address: from.address, port: APISERVER_PORT };
  const patience = new AbortController();
  const tooLate = () => patience.abort(new NetError('ETIMEDOUT', `${target.address}:${target.port}`));
  using _timer = world.clock.setTimeout(tooLate, PATIENCE_MS, 'patience with the API server');
  const response = await httpRequest(from, {
    target,
    path,
    headers: {
      'user-agent': 'kubeedge-sim',
      accept: 'application/json, */*',
      authorization: `Bearer ${simToken(world, ADMIN)}`,
    },
    tls: { verify: false },
    component: 'get',
    signal: patience.signal,
  });
  const body = await response.text();
  const contentType = response.headers['content-type'] ?? 'application/octet-stream';
  return { status: response.status, contentType, body: world.net.describe(body) };
}

/** @throws UsageError */
function onOwnCluster(scenario: Scenario, { preset, cluster }: SimulationOptions): Scenario {
  if (cluster === undefined) return onChosenCluster(scenario, preset === undefined ? {} : { preset });
  if (preset === undefined)
    return { ...onCluster(scenario, clusterOf(cluster)), playedOn: ['--cluster', '<file>'] };
  throw new UsageError(
    'Got both a preset and a cluster. Leave the preset out, and let the cluster extend it.',
  );
}

/** @throws UsageError */
function choose(options: SimulationOptions): [Scenario, Cell] {
  const { scenario: wanted = 'missing-pod-metrics', faults, limits = {}, without = false } = options;
  const found = onOwnCluster(typeof wanted === 'string' ? findScenario(wanted) : wanted, options);
  const asked = resolveCell(found.defaults, options);
  const [scenario, cell] = without ? withoutCondition(found, asked) : [found, asked];
  const reason = scenario.notApplicable(cell);
  if (reason === undefined) return [withLimits(withFaults(scenario, faults), limits), cell];
  throw new UsageError(`Tried to start ${scenario.id} with ${JSON.stringify(cell)}: ${reason.en}`);
}

function actionsOf(
  scenario: Scenario,
  cell: Cell,
  action: Action | string | readonly string[],
): readonly Action[] {
  if (typeof action === 'string') return readActions(scenario, cell, actionWords(action));
  return 'do' in action ? [action] : readActions(scenario, cell, action);
}

async function diagnose(scenario: Scenario, cell: Cell, cluster: Cluster): Promise<Diagnosis> {
  const observations = await scenario.observe(cluster);
  const outcome = scenario.outcome(observations);
  const look = { events: cluster.events().slice(), observations, cell, edge: scenario.edge };
  return { outcome, observations, ...explain(scenario, look, outcome) };
}

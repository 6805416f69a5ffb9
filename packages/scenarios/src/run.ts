import { isDeepStrictEqual } from 'node:util';
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import type { Cluster } from './cluster/cluster.ts';
import {
  type CauseNote,
  type Cell,
  type Hop,
  type Look,
  type Observation,
  type Outcome,
  type Scenario,
  settleWithFaults,
} from './scenario.ts';
import type { Text } from './text.ts';

/** A sentence that was proved, and the events that prove it. */
export interface Statement {
  id: string;
  text: Text;
  evidence: number[];
}

export interface Cause extends Statement, CauseNote {
  /** The hop that fails, as this trace shows it. */
  hop: Hop;
}

export interface CureResult {
  id: string;
  title: Text;
  /** True when the symptom was gone after it. */
  cleared: boolean;
  /** What the key observation said afterwards. */
  outcome: Outcome;
}

/** What a replay found. */
export interface Result {
  scenario: string;
  /** Ids of the faults in the cluster. */
  faults: string[];
  cell: Cell;
  seed: number;
  net: 'memory' | 'loopback';
  outcome: Outcome;
  causes: Cause[];
  observations: Observation[];
  explanation: Statement[];
  cures: CureResult[];
  /** Whether the control edge's summary kept its structure; absent when it was not looked at. */
  control?: { node: string; unchanged: boolean };
  /** Why it does not apply, when it does not. */
  notApplicable?: Text;
  /** The options that name the cluster it was played on; absent for the scenario's own. */
  playedOn?: readonly string[];
  /** SHA-256 over the decisions of the run that was observed; comparable on the memory net only. */
  traceHash: string;
}

/** What a replay tells while it goes on. */
export interface RunListener {
  /** Called with all that the explanation will go by. */
  looked?(look: Look): void;
  /** Called outside the world, so that it may wait for a person. */
  observed?(observation: Observation): void | Promise<void>;
  curing?(cure: { id: string; title: Text }): void;
}

export interface RunOptions {
  seed: number;
  net: 'memory' | 'loopback';
  /** Creates a world and a cluster that it owns; each cure is tried in one of its own. */
  open: (scenario: Scenario, cell: Cell) => Promise<Cluster>;
  /** Skip the cures, as a sweep over many cells does. */
  withoutCures?: boolean;
  /** Time since the opening of a cluster before which nobody looks at it; default 0. */
  lookAfterMs?: number;
  listener?: RunListener;
}

/** Virtual time one replay may take, control and cures included. */
const LIMIT_MS = 30 * 60_000;

/**
 * Plays a scenario with one cell: lets the cluster settle, looks at it, explains what was seen, and tries every cure
 * the causes name, each on a fresh cluster that has been seen to have the symptom.
 */
export async function runScenario(scenario: Scenario, cell: Cell, options: RunOptions): Promise<Result> {
  const faults = scenario.faults.map(({ id }) => id);
  const { seed, net } = options;
  const { id, playedOn } = scenario;
  const base = { scenario: id, faults, cell, seed, net, ...(playedOn && { playedOn }) };
  const reason = scenario.notApplicable(cell);
  if (reason !== undefined) {
    const nothing = { causes: [], observations: [], explanation: [], cures: [], traceHash: '' };
    return { ...base, ...nothing, outcome: 'not-applicable', notApplicable: reason };
  }
  const { seen, control, hash } = await playOnce(scenario, cell, options);
  options.listener?.looked?.(seen);
  for (const observation of seen.observations) await options.listener?.observed?.(observation);
  const outcome = scenario.outcome(seen.observations);
  const { causes, explanation } = explain(scenario, seen, outcome);
  const cures: CureResult[] = [];
  const unchanged = [control];
  if (outcome === 'symptom' && options.withoutCures !== true) {
    for (const cure of scenario.cures.filter(({ id }) => causes.some((cause) => cause.cures.includes(id)))) {
      options.listener?.curing?.(cure);
      const tried = await playCure(scenario, cell, cure.id, options);
      cures.push({
        id: cure.id,
        title: cure.title,
        cleared: tried.outcome === 'healthy',
        outcome: tried.outcome,
      });
      unchanged.push(...tried.control);
    }
  }
  return {
    ...base,
    outcome,
    causes,
    observations: seen.observations.slice(),
    explanation,
    cures,
    // A cluster may have no other edge to compare with.
    ...(scenario.control !== scenario.edge && {
      control: {
        node: scenario.control,
        unchanged: unchanged.every((structure) => isDeepStrictEqual(structure, control)),
      },
    }),
    traceHash: hash,
  };
}

/** The outcome of a cell and the ids of its causes, without the rest of a {@link Result}: what a sweep asks for. */
export async function runForOutcome(
  scenario: Scenario,
  cell: Cell,
  options: Pick<RunOptions, 'open'>,
): Promise<{ outcome: Outcome; causes: string[] }> {
  if (scenario.notApplicable(cell) !== undefined) return { outcome: 'not-applicable', causes: [] };
  return inCluster(scenario, cell, options, async (cluster) => {
    await settleWithFaults(scenario, cluster);
    const observations = await (scenario.observeOutcome ?? scenario.observe)(cluster);
    const outcome = scenario.outcome(observations);
    if (outcome === 'healthy') return { outcome, causes: [] };
    const look: Look = { events: cluster.events(), observations, cell, edge: scenario.edge };
    const causes = scenario.claims.filter((claim) => claim.cause !== undefined && claim.holds(look));
    return { outcome, causes: causes.map(({ id }) => id) };
  });
}

interface Seen extends Look {
  observations: Observation[];
}

async function inCluster<T>(
  scenario: Scenario,
  cell: Cell,
  { open, lookAfterMs = 0 }: Pick<RunOptions, 'open' | 'lookAfterMs'>,
  body: (cluster: Cluster, timeToLook: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const cluster = await open(scenario, cell);
  const { world } = cluster;
  const { clock } = world;
  const lookAtMs = clock.now() + lookAfterMs;
  const timeToLook = async () => {
    if (clock.now() < lookAtMs) await clock.sleep(lookAtMs - clock.now());
  };
  try {
    return await world.run(() => body(cluster, timeToLook), { limitMs: LIMIT_MS + lookAfterMs });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

function playOnce(scenario: Scenario, cell: Cell, options: RunOptions) {
  return inCluster(scenario, cell, options, async (cluster, timeToLook) => {
    await settleWithFaults(scenario, cluster);
    await timeToLook();
    const observations = await scenario.observe(cluster);
    const control = await scenario.observeControl(cluster);
    const events: readonly AnyTraceEvent[] = cluster.events().slice();
    const seen: Seen = { events, observations, cell, edge: scenario.edge };
    return { seen, control, hash: cluster.world.trace.hash() };
  });
}

function playCure(scenario: Scenario, cell: Cell, id: string, options: RunOptions) {
  return inCluster(scenario, cell, options, async (cluster, timeToLook) => {
    await settleWithFaults(scenario, cluster);
    await timeToLook();
    const before = await scenario.observeControl(cluster);
    const actions = scenario.cures.find((cure) => cure.id === id)?.actions(cell) ?? [];
    for (const action of actions) await cluster.act(action);
    await scenario.settle(cluster);
    const outcome = scenario.outcome(await scenario.observe(cluster));
    return { outcome, control: [before, await scenario.observeControl(cluster)] };
  });
}

/** Says what holds: causes only where something is wrong, and each statement with its evidence. */
export function explain(
  scenario: Scenario,
  look: Look,
  outcome: Outcome,
): { causes: Cause[]; explanation: Statement[] } {
  if (outcome === 'healthy') return { causes: [], explanation: [] };
  const causes: Cause[] = [];
  const explanation: Statement[] = [];
  for (const claim of scenario.claims) {
    const evidence = claim.holds(look);
    if (evidence === undefined) continue;
    const statement: Statement = {
      id: claim.id,
      text: claim.say(evidence, look),
      evidence: evidence.map(({ id }) => id),
    };
    explanation.push(statement);
    if (claim.cause === undefined) continue;
    const { hop } = claim.cause;
    causes.push({ ...statement, ...claim.cause, hop: typeof hop === 'function' ? hop(look) : hop });
  }
  return { causes, explanation };
}

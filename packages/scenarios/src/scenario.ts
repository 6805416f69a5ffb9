import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import type { Action } from './cluster/action.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { ClusterDescription } from './cluster/description.ts';
import type { Fault } from './faults/fault.ts';
import type { Text } from './text.ts';

/** The versions a scenario is played with. */
export interface Cell {
  /** edgecore's release tag, e.g. `v1.6.1`. */
  edgecore: string;
  /** cloudcore's release tag. */
  cloudcore: string;
  /** Docker Engine version of the edge under study, e.g. `18.09.1`. */
  docker: string;
  metricsServer: string;
}

/** What a scenario's observations amount to. */
export type Outcome = 'symptom' | 'healthy' | 'other' | 'not-applicable';

/** One look at the cluster, as a person would take it. */
export interface Observation {
  id: string;
  /** Where and what was typed, e.g. `master-1$ kubectl top node`. */
  where: string;
  command: string;
  /** What came back, described addresses in place of leased ones. */
  output: string;
  exitCode: number;
  title: Text;
  /** What of it matters: the same on every net. */
  facts: Readonly<Record<string, unknown>>;
}

/** The hops of the detour, in order. */
export type Hop = 'caller' | 'nat' | 'stream' | 'tunnel' | 'edgestream' | 'edged' | 'cadvisor' | 'docker';

/** A sentence of an explanation: it may be said only when `holds` finds its evidence. */
export interface Claim {
  id: string;
  /** The events that prove it, or undefined when it does not hold. */
  holds(look: Look): readonly AnyTraceEvent[] | undefined;
  /** The sentence, made from the events found. */
  say(evidence: readonly AnyTraceEvent[], look: Look): Text;
  /** Set where the claim names the cause: the layer, the failing hop and the cures that remove it. */
  cause?: CauseNote;
}

export interface CauseNote {
  layer: Text;
  hop: Hop | ((look: Look) => Hop);
  /** The first hop that is down with it, where that lies before `hop`: all of edgecore, when it does not run. */
  downFrom?: Hop;
  cures: readonly string[];
}

/** What claims look at: the events so far, the observations, and the cell. */
export interface Look {
  events: readonly AnyTraceEvent[];
  observations: readonly Observation[];
  cell: Cell;
  /** Name of the edge under study. */
  edge: string;
}

export interface Cure {
  id: string;
  title: Text;
  /** What to do, for this cell; undefined when it changes nothing there. */
  actions(cell: Cell): readonly Action[] | undefined;
}

/** A story that can be replayed: a cluster, a look at it, and what explains what was seen. */
export interface Scenario {
  id: string;
  title: Text;
  /** What was reported, in a few sentences. */
  report: Text;
  defaults: Cell;
  /** What the symptom is, and what it is to be without it: the words of the verdict. */
  verdicts: { symptom: Text; healthy: Text };
  /** The condition: what is wrong with the described cluster. Empty where it lies in the versions alone. */
  faults: readonly Fault[];
  /** For a condition that lies in the versions: versions that do not have it. */
  absentWith?: Partial<Cell>;
  /** The reason why the scenario cannot be played with this cell, or undefined. */
  notApplicable(cell: Cell): Text | undefined;
  /** The cluster, with its pods and machines older than `nowMs` by minutes to weeks. */
  describe(cell: Cell, nowMs: number): ClusterDescription;
  /** Name of the edge under study. */
  edge: string;
  /** Name of the healthy edge beside it. */
  control: string;
  /** Lets the cluster come up until it can be looked at. */
  settle(cluster: Cluster): Promise<void>;
  observe(cluster: Cluster): Promise<Observation[]>;
  /** The looks that `outcome` and the causes go by, where those are fewer: a sweep over many cells takes only these. */
  observeOutcome?(cluster: Cluster): Promise<Observation[]>;
  /** A look at the control edge that must be the same throughout: the structure of its summary. */
  observeControl(cluster: Cluster): Promise<string>;
  outcome(observations: readonly Observation[]): Exclude<Outcome, 'not-applicable'>;
  claims: readonly Claim[];
  cures: readonly Cure[];
  /** The options of the command line that name the cluster it is played on; absent for its own. */
  playedOn?: readonly string[];
}

/** The cluster of a scenario with its faults in it. */
export function describeWithFaults(scenario: Scenario, cell: Cell, nowMs: number): ClusterDescription {
  return scenario.faults.reduce(
    (description, fault) => fault.apply(description, scenario.edge),
    scenario.describe(cell, nowMs),
  );
}

/** The other half of the pair: the same scenario and cell with its condition absent. */
export function withoutCondition(scenario: Scenario, cell: Cell): [Scenario, Cell] {
  return [
    { ...scenario, faults: [] },
    { ...cell, ...scenario.absentWith },
  ];
}

/** Lets the cluster come up, then lets happen what the faults make happen, and what follows from it. */
export async function settleWithFaults(scenario: Scenario, cluster: Cluster): Promise<void> {
  await scenario.settle(cluster);
  const actions = runtimeActions(scenario, cluster.description);
  if (actions.length === 0) return;
  for (const action of actions) await cluster.act(action);
  await scenario.settle(cluster);
}

/** What the faults make happen once the cluster has come up. */
export const runtimeActions = (scenario: Scenario, description: ClusterDescription): readonly Action[] =>
  scenario.faults.flatMap((fault) => fault.once?.(scenario.edge, description) ?? []);

/** Checks a scenario's cross references and returns it. @throws RangeError for a claim that names an unknown cure */
export function defineScenario(scenario: Scenario): Scenario {
  for (const claim of scenario.claims) {
    for (const cure of claim.cause?.cures ?? []) {
      if (scenario.cures.some(({ id }) => id === cure)) continue;
      throw new RangeError(
        `Claim ${claim.id} of scenario ${scenario.id} names the cure ${cure}, which it does not have.`,
      );
    }
  }
  return scenario;
}

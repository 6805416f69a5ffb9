import { engineProfile } from '@kubeedge-sim/edge-sim';
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import type { Cluster } from '../cluster/cluster.ts';
import { openCluster } from '../open-cluster.ts';
import { type Cause, runScenario, type Statement } from '../run.ts';
import type { Cell, Outcome } from '../scenario.ts';
import type { Text } from '../text.ts';
import { describeTwin, isRunning } from './describe-twin.ts';
import type { Dump } from './dump.ts';
import type { Note } from './note.ts';
import {
  type AsideEdge,
  type PlacedEdge,
  type PlacedNode,
  type Placement,
  placeNodes,
} from './place-nodes.ts';
import { type TwinFacts, twinFacts, twinScenario } from './twin-scenario.ts';
import { chooseVersions, type GivenVersions, type TwinVersions } from './twin-versions.ts';

/**
 * What is said of an edge: `symptom`: node yes, pods no; `other`: another fault; `not-ready`: nothing to ask
 * now; `shared-address`: as healthy, but of an address that another edge has, too; `not-affected`: no Docker
 * client in use, not played; `unknown`: could not be played.
 */
export type Verdict =
  | 'symptom'
  | 'other'
  | 'not-ready'
  | 'shared-address'
  | 'unknown'
  | 'not-affected'
  | 'healthy';

export type Answer = 'yes' | 'no' | 'unknown';

/** One world that was played for all edges that differ in nothing the path of a request can tell. */
export interface Play {
  id: number;
  cell: Cell;
  /** The edge whose address and pods were played. */
  representative: string;
  nodes: number;
  outcome: Exclude<Outcome, 'not-applicable'>;
  facts: TwinFacts;
  causes: readonly Cause[];
  explanation: readonly Statement[];
  /** Cures that the causes name; `replay` tries them. */
  cures: readonly { id: string; title: Text }[];
  /** The events that are cited, by the numbers they are cited with. */
  evidence: readonly AnyTraceEvent[];
  traceHash: string;
}

export interface NodePrediction {
  name: string;
  verdict: Verdict;
  metrics: { node: Answer; pods: Answer };
  /** Pods of this node; `affected`: running ones that would have no metrics. */
  pods: { running: number; notRunning: number; affected: number };
  kubeletVersion?: string;
  containerRuntimeVersion?: string;
  ready: string;
  /** Id of the {@link Play} that says so; absent when it was not played. */
  play?: number;
  /** Why, where the play does not tell. */
  reason?: Note;
  notes: readonly Note[];
}

export interface Prediction {
  dump: Dump;
  placement: Placement;
  versions: TwinVersions;
  plays: readonly Play[];
  nodes: readonly NodePrediction[];
}

/** Running pods of the played edge that are built; more of them say nothing more. */
const PODS_PLAYED_MAX = 10;

/** Plays every kind of edge of a dump once, and says of every edge what its metrics would show. */
export async function predict(dump: Dump, given: GivenVersions & { seed: number }): Promise<Prediction> {
  const placement = placeNodes(dump);
  const versions = chooseVersions(placement, dump.pods, given);
  const plays: Play[] = [];
  const predictions = new Map<string, NodePrediction>();
  for (const edges of Map.groupBy(placement.edges, kindOf).values()) {
    const play = await playKind(placement, versions, edges, { id: plays.length + 1, seed: given.seed });
    plays.push(play);
    for (const edge of edges) predictions.set(edge.node.name, predictEdge(edge, play));
  }
  for (const edge of placement.aside) predictions.set(edge.node.name, predictAside(edge));
  // In the order of the dump.
  const nodes = dump.nodes.flatMap(({ name }) => predictions.get(name) ?? []);
  return { dump, placement, versions, plays, nodes };
}

/** What of an edge can change what happens to a request: all else is one and the same in one cluster. */
const kindOf = ({ edgecore, engine }: PlacedEdge) => `${edgecore} ${playedDocker(engine.version)}`;

/** A distribution's suffix (`+dfsg1`) is only a name. */
const playedDocker = (version: string) => engineProfile(version.replace(/[-+~].*$/, '')).version;

async function playKind(
  placement: Placement,
  versions: TwinVersions,
  edges: readonly PlacedEdge[],
  { id, seed }: { id: number; seed: number },
): Promise<Play> {
  const withPods = edges.filter(({ pods }) => pods.some(isRunning));
  const chosen =
    withPods.find(({ node }) => node.ready === 'True') ?? withPods[0] ?? (edges[0] as PlacedEdge);
  const { name } = chosen.node;
  const cell: Cell = {
    edgecore: chosen.edgecore,
    cloudcore: versions.cloudcore.version,
    docker: playedDocker(chosen.engine.version),
    metricsServer: versions.metricsServer.version,
  };
  const describe = (nowMs: number) =>
    describeTwin(placement, { versions, edges: [chosen], podsPerNodeMax: PODS_PLAYED_MAX, nowMs });
  const scenario = twinScenario(describe, name);
  const options = { seed, net: 'memory', split: false } as const;
  let cluster: Cluster | undefined;
  const result = await runScenario(scenario, cell, {
    ...options,
    withoutCures: true,
    open: async (...args) => {
      cluster = await openCluster(...args, options);
      return cluster;
    },
  });
  const { causes, explanation, traceHash } = result;
  const cited = new Set(explanation.flatMap(({ evidence }) => evidence));
  return {
    id,
    cell,
    representative: name,
    nodes: edges.length,
    outcome: scenario.outcome(result.observations),
    facts: twinFacts(result.observations),
    causes,
    explanation,
    cures: scenario.cures
      .filter((cure) => causes.some(({ cures }) => cures.includes(cure.id)))
      .map((cure) => ({ id: cure.id, title: cure.title })),
    evidence: cluster?.events().filter((event) => cited.has(event.id)) ?? [],
    traceHash,
  };
}

function predictEdge(edge: PlacedEdge, play: Play): NodePrediction {
  const { running } = countPods(edge);
  const base = { ...baseOf(edge), play: play.id };
  const notes = [...edge.notes, ...portNotes(edge, play), ...readyNotes(edge, play)];
  const nodeHasMetrics = play.facts.nodeHasMetrics;
  if (edge.node.ready !== 'True') {
    // A fault that keeps edgecore from starting explains it; one that does not is for when the node is back.
    const reason = nodeHasMetrics ? whileNotReady(play.outcome) : undefined;
    return {
      ...base,
      verdict: nodeHasMetrics ? 'not-ready' : 'other',
      metrics: { node: 'no', pods: 'no' },
      pods: { ...base.pods, affected: running },
      ...(reason && { reason }),
      notes,
    };
  }
  const podsHaveMetrics = nodeHasMetrics && play.outcome === 'healthy';
  const uncertain = play.outcome === 'healthy' && edge.sharesAddress;
  return {
    ...base,
    verdict: uncertain ? 'shared-address' : play.outcome,
    metrics: uncertain
      ? { node: 'unknown', pods: 'unknown' }
      : { node: nodeHasMetrics ? 'yes' : 'no', pods: podsHaveMetrics ? 'yes' : 'no' },
    pods: { ...base.pods, affected: podsHaveMetrics ? 0 : running },
    notes,
  };
}

function predictAside(edge: AsideEdge): NodePrediction {
  return {
    ...baseOf(edge),
    verdict: edge.unaffected ? 'not-affected' : 'unknown',
    metrics: { node: 'unknown', pods: 'unknown' },
    reason: edge.reason,
    notes: edge.node.ready === 'True' ? edge.notes : [...edge.notes, notReadyNote],
  };
}

function baseOf({ node, pods: all, notes }: PlacedNode) {
  const { name, kubeletVersion, containerRuntimeVersion, ready } = node;
  return {
    name,
    ...(kubeletVersion !== undefined && { kubeletVersion }),
    ...(containerRuntimeVersion !== undefined && { containerRuntimeVersion }),
    ready,
    pods: { ...countPods({ pods: all }), affected: 0 },
    notes,
  };
}

function countPods({ pods }: Pick<PlacedNode, 'pods'>): { running: number; notRunning: number } {
  const running = pods.filter(isRunning).length;
  return { running, notRunning: pods.length - running };
}

function portNotes({ node }: PlacedEdge, { facts }: Play): Note[] {
  if (node.kubeletPort === undefined || node.kubeletPort === facts.kubeletPort) return [];
  const text = {
    en: `the dump has kubelet port ${node.kubeletPort}, the node that was played ended up with ${facts.kubeletPort}: another cloudcore's tunnel port, or something else writes it`,
    zh: `导出文件中 kubelet 端口为 ${node.kubeletPort}，推演得到 ${facts.kubeletPort}：可能是另一个 cloudcore 的隧道端口，或被其他组件改写`,
  };
  return [{ id: 'other-port', text }];
}

/** Where the dump and the play disagree on whether the edge is ready. */
function readyNotes({ node }: PlacedEdge, { facts }: Play): Note[] {
  if (node.ready !== 'True') return facts.ready === 'True' && !facts.nodeHasMetrics ? [notReadyNote] : [];
  if (facts.ready === 'True') return [];
  const text = {
    en: 'it is ready in the dump but would not be after a restart of edgecore: its Docker was replaced under a running edgecore, which the play starts anew',
    zh: '导出文件中节点是 Ready，但 edgecore 重启后将不再 Ready：Docker 在 edgecore 运行时被更换，而推演会重新启动 edgecore',
  };
  return [{ id: 'ready-until-restart', text }];
}

const notReadyNote: Note = {
  id: 'not-ready',
  text: { en: 'it is not ready: edgecore is not reporting', zh: '节点 NotReady：edgecore 没有上报' },
};

function whileNotReady(outcome: Play['outcome']): Note {
  const then: Text =
    outcome === 'healthy'
      ? { en: 'it and its pods would have metrics', zh: '节点和 Pod 都会有监控' }
      : { en: 'the node would have metrics and its pods none', zh: '节点会有监控，而 Pod 没有' };
  const text = {
    en: `it is not ready and its versions do not explain that: edgecore is down or cut off, so there is no tunnel to ask; once it is back ${then.en}`,
    zh: `节点 NotReady，且版本组合不能解释：edgecore 未运行或断网，没有隧道可用；恢复后${then.zh}`,
  };
  return { id: 'not-ready', text };
}

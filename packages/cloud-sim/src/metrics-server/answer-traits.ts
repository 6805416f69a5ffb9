import type { LogLine } from './klog.ts';

/** What differs in metrics.k8s.io/v1beta1 between releases. */
export interface AnswerTraits {
  /** Objects and lists carry `selfLink` (kubernetes up to 1.19). */
  selfLink: boolean;
  labels: boolean;
  sorted: boolean;
  fieldSelectors: boolean;
  /** Tables with a column a resource; otherwise plain objects are sent. */
  tables: boolean;
  /** Whether pods that do not run are answered for. */
  onlyRunning: boolean;
  /** `singularName` in discovery. */
  singularNames: { nodes: string; pods: string };
  /** A Node that nobody knows: not found as a Node, or as metrics. */
  unknownNode: 'as-node' | 'as-metrics';
  /** The resource that an unknown pod is not found as. */
  unknownPod: 'pod' | 'pods';
  words: AnswerWords;
}

/** Lines about what cannot be answered; undefined where the release says nothing. */
export interface AnswerWords {
  noNodeMetrics(name: string): readonly LogLine[];
  noPodMetrics(pod: string): readonly LogLine[];
  /** The same, for each item that a list leaves out. */
  notListedNode(name: string): readonly LogLine[];
  notListedPod(pod: string): readonly LogLine[];
  noPod(name: string): readonly LogLine[];
}

const line = (source: string, message: string): LogLine => ({
  severity: 'E',
  verbosity: 0,
  source,
  message,
});

interface Sources {
  node: string;
  pod: string;
  noPod: string;
}

const nodeLine = (source: string, name: string, problem: string) =>
  line(source, `unable to fetch node metrics for node "${name}": ${problem}`);
const podLine = (source: string, pod: string, problem: string) =>
  line(source, `unable to fetch pod metrics for pod ${pod}: ${problem}`);
const noPodLine = (source: string, name: string) =>
  line(source, `Error while getting pod ${name}: pod "${name}" not found`);

/** kubernetes-sigs/metrics-server v0.3.0 pkg/storage/{node,pod}metrics/reststorage.go; the list has lines of its own. */
export function answerWords030(sources: Sources & { listedNode: string; listedPod: string }): AnswerWords {
  const node = (source: string) => (name: string) => [
    nodeLine(source, name, `no metrics known for node "${name}"`),
  ];
  const pod = (source: string) => (name: string) => [
    podLine(source, name, `no metrics known for pod "${name}"`),
  ];
  return {
    noNodeMetrics: node(sources.node),
    noPodMetrics: pod(sources.pod),
    notListedNode: node(sources.listedNode),
    notListedPod: pod(sources.listedPod),
    noPod: (name) => [noPodLine(sources.noPod, name)],
  };
}

/** v0.3.1 – v0.3.7: one object is asked for as a list of one, which has its line, too. */
export function answerWords031(sources: Sources & { listedNode: string; listedPod: string }): AnswerWords {
  const notListedNode = (name: string) => [nodeLine(sources.listedNode, name, 'no metrics known for node')];
  const notListedPod = (pod: string) => [podLine(sources.listedPod, pod, 'no metrics known for pod')];
  const { noNodeMetrics, noPodMetrics, noPod } = answerWords030(sources);
  return {
    noNodeMetrics: (name) => [...notListedNode(name), ...noNodeMetrics(name)],
    noPodMetrics: (pod) => [...notListedPod(pod), ...noPodMetrics(pod)],
    notListedNode,
    notListedPod,
    noPod,
  };
}

/** v0.4.2 pkg/api/{node,pod}.go: lists leave out silently. */
export function answerWords04(sources: Sources): AnswerWords {
  const { noNodeMetrics, noPodMetrics, noPod } = answerWords030({
    ...sources,
    listedNode: '',
    listedPod: '',
  });
  return { ...silent, noNodeMetrics, noPodMetrics, noPod };
}

/** v0.5.0 and later: not found is an answer like any other. */
export const silent: AnswerWords = {
  noNodeMetrics: () => [],
  noPodMetrics: () => [],
  notListedNode: () => [],
  notListedPod: () => [],
  noPod: () => [],
};

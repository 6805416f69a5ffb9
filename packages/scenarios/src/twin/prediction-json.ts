import type { Lang } from '../text.ts';
import type { Prediction } from './predict.ts';
import { cloudReports, totalsOf } from './prediction-totals.ts';
import { assumptions } from './prediction-words.ts';

/** A prediction as JSON, complete: every item of the dump is in it, or counted by its kind. */
export function predictionJson(prediction: Prediction, lang: Lang): string {
  const { dump, placement, versions, plays, nodes } = prediction;
  const nodeAndPods = ({ pods }: { pods: readonly unknown[] }) => pods.length;
  const value = {
    sources: dump.sources,
    versions,
    assumptions,
    totals: totalsOf(prediction),
    verdicts: Object.fromEntries(
      [...Map.groupBy(nodes, ({ verdict }) => verdict)].map(([verdict, { length }]) => [verdict, length]),
    ),
    plays,
    edges: nodes,
    cloud: cloudReports(placement),
    unplaced: placement.unplaced.map((each) => ({
      name: each.node.name,
      pods: nodeAndPods(each),
      reason: each.reason,
    })),
    podsWithoutNode: placement.podsWithoutNode.map(({ pod, reason }) => ({
      namespace: pod.namespace,
      name: pod.name,
      phase: pod.phase,
      reason,
    })),
    unusable: dump.bad,
    otherKinds: Object.fromEntries(dump.otherKinds),
  };
  return JSON.stringify(value, (_key, part: unknown) => inLanguage(part, lang), 2);
}

function inLanguage(part: unknown, lang: Lang): unknown {
  const text = part as { en?: unknown; zh?: unknown } | null;
  return typeof text?.en === 'string' && typeof text.zh === 'string' ? text[lang] : part;
}

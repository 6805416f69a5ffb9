import type { LogLine } from './klog.ts';
import type { RateWords } from './rate-storage.ts';
import { type Raw, structured } from './structured-log.ts';

export interface RateWordTraits {
  sources: { olderNode: string; olderContainer: string; skippedNode: string; skippedContainer: string };
  /** How the line about an older container goes, and under which key it has the name. */
  olderContainer: { text: string; key: string };
  /** Where it says: ready, without pods, without nodes, without both. */
  readiness?: readonly string[];
}

const line = (
  severity: 'I' | 'E',
  verbosity: number,
  source: string,
  [message, values]: [string, Record<string, string | Raw>],
): LogLine => ({ severity, verbosity, source, message: structured(message, values) });

/**
 * kubernetes-sigs/metrics-server v0.5.0, v0.5.2, v0.6.4 pkg/storage/{node,pod}.go; v0.9.0 pkg/storage/storage.go. Where
 * the real one prints the whole Node, this one prints its name.
 */
export function rateWords({ sources, olderContainer, readiness }: RateWordTraits): RateWords {
  const times = ({ previousNs, atNs }: { previousNs: bigint; atNs: bigint }) => ({
    previousTimestamp: goTime(previousNs),
    timestamp: goTime(atNs),
  });
  return {
    olderNode(node, between) {
      const text = 'Found new node metrics point is older than stored previous, drop previous';
      return line('I', 2, sources.olderNode, [text, { node, ...times(between) }]);
    },
    olderContainer({ name, pod }, between) {
      const { text, key } = olderContainer;
      return line('I', 2, sources.olderContainer, [text, { [key]: name, pod, ...times(between) }]);
    },
    skippedNode: (node, err) =>
      line('E', 0, sources.skippedNode, ['Skipping node usage metric', { err, node }]),
    skippedContainer: ({ name, pod }, err) =>
      line('E', 0, sources.skippedContainer, [
        'Skipping container usage metric',
        { err, container: name, pod },
      ]),
    ...(readiness && { readiness: (ready) => readinessLine(ready, readiness) }),
  };
}

function readinessLine(
  { nodes, pods }: { nodes: boolean; pods: boolean },
  [ready = '', noPods = '', noNodes = '', neither = '']: readonly string[],
): LogLine {
  const values = { nodeMetrics: { raw: String(nodes) }, podMetrics: { raw: String(pods) } };
  const say = (source: string, message: string) => line('I', 2, source, [message, values]);
  const missing = (what: string, hint: string) =>
    `Metric storage is not ready, ${what} metrics are missing, this may indicate a ${hint} issue`;
  if (nodes && pods) return say(ready, 'Metric storage is ready');
  if (nodes) return say(noPods, missing('pod', 'container-runtime or kubelet'));
  if (pods) return say(noNodes, missing('node', 'kubelet'));
  return say(neither, 'Metric storage is not ready');
}

/** A time.Time as klog prints it, e.g. `2021-06-10 08:00:00.123 +0000 UTC`. */
function goTime(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds.replace('T', ' ')}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

import { formatRfc3339, type Node, type Pod } from '../kube-apiserver/objects.ts';
import {
  formatBinary,
  formatDecimal,
  milliValue,
  type Nano,
  parseQuantity,
  unitValue,
} from '../metrics-server/quantity.ts';

const PREFIX = 'node.kubesphere.io/';

/**
 * A node as KubeSphere's lists show it: annotated with what its pods request and may use.
 *
 * kubesphere/kubesphere v3.1.0 pkg/models/resources/v1alpha3/node/nodes.go annotateNode; its gap of 30 s between two
 * annotations is never kept, because the condition looks for an error that there is not.
 * @param annotatedAtMs undefined in releases that do not say when
 */
export function annotateNode(node: Node, pods: readonly Pod[], annotatedAtMs: number | undefined): Node {
  const own = pods.filter(({ spec }) => spec.nodeName === node.metadata.name);
  const annotations = {
    ...node.metadata.annotations,
    ...(annotatedAtMs !== undefined && { [`${PREFIX}last-annotated-at`]: formatRfc3339(annotatedAtMs) }),
    ...(pods.length > 0 && { ...part(node, own, 'requests'), ...part(node, own, 'limits') }),
  };
  const sorted = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...node, metadata: { ...node.metadata, annotations: Object.fromEntries(sorted) } };
}

type Resources = Partial<Record<'requests' | 'limits', Record<string, string>>>;

function part(node: Node, pods: readonly Pod[], what: 'requests' | 'limits'): Record<string, string> {
  const { allocatable } = node.status;
  const sum = (resource: string) =>
    pods
      .flatMap(({ spec }) => spec.containers)
      .reduce((total, { resources }) => total + nano((resources as Resources)[what]?.[resource]), 0n);
  const [cpu, memory] = [milliValue(sum('cpu')), unitValue(sum('memory'))];
  return {
    [`${PREFIX}cpu-${what}`]: formatDecimal(cpu, -3),
    [`${PREFIX}cpu-${what}-fraction`]: percent(cpu, milliValue(nano(allocatable['cpu']))),
    [`${PREFIX}memory-${what}`]: formatBinary(memory),
    [`${PREFIX}memory-${what}-fraction`]: percent(memory, unitValue(nano(allocatable['memory']))),
  };
}

const nano = (text: string | undefined): Nano => parseQuantity(text ?? '0') ?? 0n;
const percent = (value: bigint, of: bigint) =>
  `${of === 0n ? 0 : Math.trunc((Number(value) / Number(of)) * 100)}%`;

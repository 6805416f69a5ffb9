import { knownCloudcoreReleases, metricsServerVersions } from '@kubeedge-sim/cloud-sim';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import { resolveCell } from '../cell.ts';
import type { Text } from '../text.ts';
import type { DumpPod } from './dump.ts';
import { nearestTag } from './find-versions.ts';
import type { Placement } from './place-nodes.ts';

/** A version the twin is played with, and why this one. */
export interface ChosenVersion {
  version: string;
  from: Text;
}

export interface TwinVersions {
  cloudcore: ChosenVersion;
  metricsServer: ChosenVersion;
}

export interface GivenVersions {
  cloudcore?: string | undefined;
  metricsServer?: string | undefined;
}

/**
 * The cloud's versions: those given; else those of the images of the dump's pods; else most edges' release
 * and the founding report's metrics-server.
 * @throws UsageError for a given version that is not known
 */
export function chooseVersions(
  placement: Placement,
  pods: readonly DumpPod[],
  given: GivenVersions,
): TwinVersions {
  const { defaults } = missingPodMetrics;
  const cell = resolveCell(defaults, { cloudcore: given.cloudcore, metricsServer: given.metricsServer });
  const common = mostCommon(placement.edges.map(({ edgecore }) => edgecore));
  return {
    cloudcore:
      given.cloudcore !== undefined
        ? { version: cell.cloudcore, from: asGiven }
        : (ofImage(pods, /(?:^|\/)cloudcore:v?(\d+\.\d+\.\d+)/, knownCloudcoreReleases()) ??
          (common === undefined
            ? { version: defaults.cloudcore, from: byDefault }
            : { version: common, from: { en: 'as most edges', zh: '与多数边缘节点一致' } })),
    metricsServer:
      given.metricsServer !== undefined
        ? { version: cell.metricsServer, from: asGiven }
        : (ofImage(
            pods,
            /(?:^|\/)metrics-server(?:-[a-z0-9]+)?:v?(\d+\.\d+\.\d+)/,
            Object.keys(metricsServerVersions),
          ) ?? { version: defaults.metricsServer, from: byDefault }),
  };
}

const asGiven: Text = { en: 'as given', zh: '由参数指定' };
const byDefault: Text = { en: 'by default', zh: '默认' };

/** The version in the image of a running pod, or the nearest known one. */
function ofImage(
  pods: readonly DumpPod[],
  pattern: RegExp,
  known: readonly string[],
): ChosenVersion | undefined {
  for (const pod of pods) {
    if (pod.phase !== 'Running') continue;
    for (const { image } of pod.containers) {
      const found = pattern.exec(image)?.[1];
      if (found === undefined) continue;
      const wanted = `v${found}`;
      const version = nearestTag(wanted, known);
      const where = `${pod.namespace}/${pod.name}`;
      if (version === wanted) return { version, from: { en: `image of ${where}`, zh: `${where} 的镜像` } };
      const from = {
        en: `nearest to ${wanted}, the image of ${where}`,
        zh: `最接近 ${where} 镜像的 ${wanted}`,
      };
      return { version, from };
    }
  }
  return undefined;
}

/** The most common text; of equals, the one that came first. */
function mostCommon(texts: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(texts, (text) => text)].map(([text, { length }]) => ({ text, length }));
  return groups.sort((a, b) => b.length - a.length)[0]?.text;
}

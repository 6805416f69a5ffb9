import { knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreTags, knownEngineVersions } from '@kubeedge-sim/edge-sim';
import { createRng } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import { profileOf, releaseOf } from '../cluster/edge-half.ts';
import { edgecorePlaces } from './axes.ts';
import { edgecoreNames, engineNames } from './behaviour.ts';
import { planCells, playCell } from './matrix.ts';
import { compareVersions } from './versions.ts';

const within = (version: string, from: string, to: string) =>
  compareVersions(version, from) >= 0 && compareVersions(version, to) <= 0;

/** What the facts about the real releases say; the simulator must come to it by itself. */
function expected(edgecore: string, docker: string): string {
  if (edgecore.startsWith('v1.2.'))
    return docker === '1.13.0' ? 'other engine-below-dockershim-minimum' : 'other release-has-no-tunnel';
  if (docker === '1.13.0') return 'other engine-below-dockershim-minimum';
  if (edgecore.startsWith('v1.3.')) return 'other no-metrics-route';
  if (within(docker, '29.0.0', '29.2.99') && compareVersions(edgecore, 'v1.5.0') >= 0)
    return 'other engine-refuses-both-clients';
  // Not the engine: the kubelet's port over the tunnel port, in this one release (kubeedge/kubeedge#4310).
  if (edgecore === 'v1.12.0') return 'other heartbeat-overwrites-endpoint-port';
  const pinned = ['v1.5.0', 'v1.6.0', 'v1.6.1'].includes(edgecore);
  return pinned && within(docker, '17.11.0', '18.09.9') ? 'symptom engine-refuses-cadvisor' : 'healthy';
}

const everyCell = edgecoreTags().flatMap((edgecore) =>
  knownEngineVersions().map((docker) => ({ edgecore, docker })),
);
const plan = planCells(missingPodMetrics, everyCell, true);
const byTag = Map.groupBy(plan.classes, ([{ edgecore }]) => edgecore);
const foundIn = async (scenario: typeof missingPodMetrics, cell: { edgecore: string; docker: string }) => {
  const { outcome, causes } = await playCell(scenario, cell, 1);
  return [outcome, ...causes].join(' ');
};

describe('missing-pod-metrics over releases and engines', () => {
  it('knows every tag on both sides, in version order', () => {
    expect(knownCloudcoreReleases()).toEqual(edgecoreTags());
    expect(edgecorePlaces().map(({ version }) => version)).toEqual(edgecoreTags());
  });

  it('does not apply from v1.14.0 on, where edgecore has no Docker client', () => {
    const tags = edgecoreTags().filter((tag) => compareVersions(tag, 'v1.14.0') >= 0);
    expect([...new Set(plan.notApplicable.map(({ edgecore }) => edgecore))]).toEqual(tags);
  });

  // Cells of equal data are played once, by the first of them, and held against the facts about each of them.
  it.each([...byTag])(
    'comes out as the real releases do: %s with every class of engine',
    async (_tag, classes) => {
      for (const members of classes) {
        const found = await foundIn(missingPodMetrics, members[0]);
        for (const { edgecore, docker } of members) {
          expect
            .soft(`${edgecore} ${docker} ${found}`)
            .toBe(`${edgecore} ${docker} ${expected(edgecore, docker)}`);
        }
      }
    },
    120_000,
  );
});

describe('cells of equal data', () => {
  const rng = createRng('shared cells');
  const anotherName = (text: string) => text.replace(/[a-z\d]+/gi, (word) => rng.hex(word.length));
  /** Other digits in the same spelling, which is what the classes keep of a version. */
  const anotherVersion = (text: string) => text.replace(/\d+/g, () => String(rng.int(60, 99)));
  const renamedData = <T extends object>(data: T, names: readonly string[]): T => {
    const renamed = names.map((name) => {
      const text = String((data as Record<string, unknown>)[name]);
      return [name, name.toLowerCase().endsWith('version') ? anotherVersion(text) : anotherName(text)];
    });
    return { ...data, ...Object.fromEntries(renamed) };
  };
  /** The same data under other names, in every place that the classes leave out. */
  const renamed: typeof missingPodMetrics = {
    ...missingPodMetrics,
    describe(cell, nowMs) {
      const description = missingPodMetrics.describe(cell, nowMs);
      const edges = description.edges.map((edge) => {
        const edgecore = releaseOf(edge.edgecore);
        const release = renamedData(edgecore.release, edgecoreNames);
        return {
          ...edge,
          edgecore: { ...edgecore, tag: `release-${rng.hex(6)}`, release },
          docker: renamedData(profileOf(edge.docker), engineNames),
        };
      });
      return { ...description, edges };
    },
  };

  it.each([
    ['v1.6.1', '18.09.1'],
    ['v1.6.1', '17.12.0-ce'],
    ['v1.6.2', '18.09.1'],
    ['v1.8.1', '26.0.0'],
    ['v1.12.7', '29.1.0'],
    ['v1.13.5', '29.6.0'],
    ['v1.2.1', '20.10.24'],
  ])('are played alike under random names: %s with Docker %s', async (edgecore, docker) => {
    expect(await foundIn(renamed, { edgecore, docker })).toBe(expected(edgecore, docker));
  });

  it('are played alike by the first and the last of a class', async () => {
    const large = plan.classes.filter((members) => members.length > 1);
    for (let draw = 0; draw < 12; draw++) {
      const members = large[rng.int(0, large.length - 1)] as (typeof large)[number];
      const [first, last] = [members[0], members.at(-1) ?? members[0]];
      expect(await foundIn(missingPodMetrics, last)).toBe(await foundIn(missingPodMetrics, first));
    }
  });

  it('are few beside all cells, and each cell is its own class when nothing is shared', () => {
    expect(plan.classes.length).toBeLessThan(1_000);
    const apart = planCells(missingPodMetrics, everyCell, false);
    expect(apart.classes.length + apart.notApplicable.length).toBe(everyCell.length);
  });
});

import { cloudcoreRelease, knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreRelease, edgecoreTags, engineProfile, knownEngineVersions } from '@kubeedge-sim/edge-sim';
import { dialectOf } from '@kubeedge-sim/wire';
import { describe, expect, it } from 'vitest';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import { joinRanges, playCell } from './matrix.ts';

/** The first member of every class of equal behaviour, with the whole class. */
function classes(names: readonly string[], behaviour: (name: string) => unknown): Map<string, string[]> {
  const groups = Map.groupBy(names, (name) => JSON.stringify(behaviour(name)));
  return new Map([...groups.values()].map((members) => [members[0] as string, members]));
}

const ofTunnel = (tag: string) => {
  if (edgecoreRelease(tag).edgestream === null) return null;
  const { release: _release, ...dialect } = dialectOf(tag);
  const {
    release: _name,
    logSources: _lines,
    ...cloudcore
  } = cloudcoreRelease(tag) as unknown as Record<string, unknown>;
  return { dialect, cloudcore };
};

const edgecoreClasses = classes(edgecoreTags(), (tag) => {
  const { dockershim, cadvisorDocker, edgestream, runtime, edged, nodeStatus } = edgecoreRelease(tag);
  return { nodeStatus, dockershim, cadvisorDocker, edgestream, runtime, edged, tunnel: ofTunnel(tag) };
});
// Of an engine, only what it answers to a client's version can matter here.
const engineClasses = classes(knownEngineVersions(), (version) => {
  const { apiMax, apiMin, tooNew, tooOld, ping, headers, refusalHeaders, plainTextBelowApi } =
    engineProfile(version);
  return { apiMax, apiMin, tooNew, tooOld, ping, headers, refusalHeaders, plainTextBelowApi };
});

const number = (version: string) => {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major * 1e6 + minor * 1e3 + patch;
};
const within = (version: string, from: string, to: string) =>
  number(version) >= number(from) && number(version) <= number(to);

/** What the facts about the real releases say; the simulator must come to it by itself. */
function expected(edgecore: string, docker: string): string {
  if (number(edgecore) >= number('v1.14.0')) return 'not-applicable';
  if (edgecore.startsWith('v1.2.'))
    return docker === '1.13.0' ? 'other engine-below-dockershim-minimum' : 'other release-has-no-tunnel';
  if (docker === '1.13.0') return 'other engine-below-dockershim-minimum';
  if (edgecore.startsWith('v1.3.')) return 'other no-metrics-route';
  if (within(docker, '29.0.0', '29.2.99') && number(edgecore) >= number('v1.5.0'))
    return 'other engine-refuses-both-clients';
  // Not the engine: the kubelet's port over the tunnel port, in this one release (kubeedge/kubeedge#4310).
  if (edgecore === 'v1.12.0') return 'other heartbeat-overwrites-endpoint-port';
  const pinned = ['v1.5.0', 'v1.6.0', 'v1.6.1'].includes(edgecore);
  return pinned && within(docker, '17.11.0', '18.09.9') ? 'symptom engine-refuses-cadvisor' : 'healthy';
}

describe('missing-pod-metrics over releases and engines', () => {
  it('knows every tag on both sides', () => {
    expect(knownCloudcoreReleases()).toEqual(edgecoreTags());
  });

  it.each([...edgecoreClasses])(
    'comes out as the real releases do: %s (and %j) with every class of engine',
    async (tag, members) => {
      for (const [docker, versions] of engineClasses) {
        const { outcome, causes } = await playCell(missingPodMetrics, { edgecore: tag, docker }, 1);
        const found = [outcome, ...causes].join(' ');
        for (const edgecore of members) {
          for (const version of versions)
            expect
              .soft(`${edgecore} ${version} ${found}`)
              .toBe(`${edgecore} ${version} ${expected(edgecore, version)}`);
        }
      }
    },
    120_000,
  );

  it('joins neighbours of one outcome into ranges', () => {
    const cell = (docker: string, outcome: 'healthy' | 'symptom') => ({
      edgecore: 'v1',
      docker,
      outcome,
      causes: [],
    });
    const ranges = joinRanges([
      cell('1', 'healthy'),
      cell('2', 'symptom'),
      cell('3', 'symptom'),
      cell('4', 'healthy'),
    ]);
    expect(ranges.map(({ from, to }) => `${from}-${to}`)).toEqual(['1-1', '2-3', '4-4']);
  });
});

import {
  type ClientClass,
  type DockerHostProbe,
  engineProfile,
  probeDockerHost,
} from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld } from '@kubeedge-sim/sim-kit';
import { nearestEngine } from '../cluster/real-edge.ts';
import { probeWords as words } from '../report/probe-words.ts';
import type { Lang } from '../text.ts';
import type { Io } from './io.ts';

export interface ProbeFlags {
  dockerHost: string;
  json?: boolean;
  lang: Lang;
}

/**
 * Reports for every edgecore release whether it would see pods on a real engine. Nothing on the engine is changed.
 * @throws EdgeError when the engine cannot be asked
 */
export async function probe(io: Io, { dockerHost, json, lang }: ProbeFlags): Promise<void> {
  await using world = await createLoopbackWorld();
  // Real sockets: a memory world's virtual time has no door to a real engine.
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const found = await probeDockerHost(world, host, dockerHost);
  if (json === true) io.out(`${JSON.stringify(asJson(dockerHost, found), undefined, 2)}\n`);
  else io.out(report(dockerHost, found, lang));
}

/** One entry per release, those of one kind of client with the same answers. */
function asJson(dockerHost: string, { engine, pods, classes, withoutDocker }: DockerHostProbe) {
  const releases = classes.flatMap(({ tags, ...verdict }) =>
    tags.map((edgecore) => ({ edgecore, ...verdict })),
  );
  return { dockerHost, engine, nearest: nearestOf(engine.version), pods, releases, withoutDocker };
}

function nearestOf(version: string) {
  const nearest = nearestEngine(version);
  if (nearest === undefined) return null;
  const { line, apiMin, apiMax, standsInFor } = engineProfile(version);
  return { version: nearest, line, apiMin, apiMax, exact: standsInFor === undefined };
}

function report(dockerHost: string, found: DockerHostProbe, lang: Lang): string {
  const { engine, pods, classes, withoutDocker } = found;
  const nearest = nearestOf(engine.version);
  const none = words.none[lang];
  const rows: [string, string][] = [
    [words.engine[lang], `Docker ${engine.version} (${engine.os}/${engine.arch}), ${dockerHost}`],
    [words.api[lang], `${engine.minApiVersion ?? '?'} … ${engine.apiVersion}`],
    [
      words.nearest[lang],
      nearest === null
        ? none
        : `${nearest.version} (${nearest.line}, API ${nearest.apiMin} … ${nearest.apiMax})`,
    ],
    [words.pods[lang], pods.length === 0 ? words.noPods[lang] : pods.join(', ')],
  ];
  return [
    ...rows.map(([label, value]) => `${label}: ${value}`),
    '',
    ...classes.flatMap((one) => [
      `${one.listsPods ? '✓' : '✗'} ${rangeOf(one.tags)}: ${verdictOf(one, lang)}`,
      ...[one.startError, one.factoryError].flatMap((text) => (text === undefined ? [] : [`    ${text}`])),
    ]),
    ...(withoutDocker.length === 0 ? [] : [`– ${rangeOf(withoutDocker)}: ${words.withoutDocker[lang]}`]),
    '',
    words.method[lang],
    '',
  ].join('\n');
}

const rangeOf = (tags: readonly string[]) =>
  tags.length === 1 ? `${tags[0]}` : `${tags[0]} … ${tags.at(-1)} (${tags.length})`;

function verdictOf({ starts, factory }: ClientClass, lang: Lang): string {
  if (!starts) return words.noStart[lang];
  if (factory === 'registered') return words.seesPods[lang];
  return factory === 'none' ? words.noHandler[lang] : words.noPodsSeen[lang];
}

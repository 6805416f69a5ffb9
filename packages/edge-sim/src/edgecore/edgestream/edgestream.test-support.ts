import { readFileSync } from 'node:fs';
import { createMemoryWorld, type Host, reportLimit, type World } from '@kubeedge-sim/sim-kit';
import { dialectOf } from '@kubeedge-sim/wire';
import { createComponentLog } from '../component-log.ts';
import { edgecoreRelease } from '../find-release.ts';
import { type EdgecoreLimits, edgecoreLimitsDefault } from '../limits.ts';
import { type EdgestreamOptions, runEdgestream } from './edgestream.ts';
import {
  acceptUpgrade,
  type ScriptedCloud,
  type ScriptedTunnel,
  startScriptedCloud,
  type UpgradeAnswer,
} from './scripted-cloud.test-support.ts';
import { type StubEdged, startStubEdged } from './stub-edged.test-support.ts';

/** The rows of a fixture. */
export function readFixture<T>(name: string): T[] {
  const file = new URL(`../../../fixtures/edgestream/${name}`, import.meta.url);
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** An edgestream of its own between a scripted cloud and a stub of edged. */
export interface EdgestreamLab {
  world: World;
  edge: Host;
  cloud: ScriptedCloud;
  edged: StubEdged | undefined;
  /** When edgestream was started. */
  startedAtMs: number;
  /** Texts of upstream's panics. */
  panics: string[];
  /** Lines so far as klog has them, without time and pid. */
  logs(): string[];
  /** Waits for the first tunnel to be open. */
  tunnel(): Promise<ScriptedTunnel>;
}

export interface LabOptions {
  tag?: string;
  edged?: 'stub' | 'none';
  bodies?: Readonly<Record<string, Uint8Array>>;
  answer?: UpgradeAnswer;
  limits?: Partial<EdgecoreLimits>;
  change?: Partial<EdgestreamOptions>;
}

/** Runs `body` beside a fresh edgestream of v1.6.1, and ends everything after it. */
export async function inLab(
  body: (lab: EdgestreamLab) => Promise<void>,
  options: LabOptions = {},
): Promise<void> {
  const { tag = 'v1.6.1' } = options;
  const world = createMemoryWorld();
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const cloudHost = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const ending = new AbortController();
  await world.run(async () => {
    const cloud = world.own(await startScriptedCloud(world, cloudHost, options.answer ?? acceptUpgrade));
    const edged =
      options.edged === 'none'
        ? undefined
        : world.own(await startStubEdged(world, edge, options.bodies ?? {}));
    const authority = await world.net.authority({ commonName: 'edge-ca' });
    const panics: string[] = [];
    const { edgestream, logLines: sources } = edgecoreRelease(tag);
    const limits = { ...edgecoreLimitsDefault, ...options.limits };
    if (edgestream === null) throw new Error(`${tag} has no edgestream`);
    const running = runEdgestream({
      world,
      host: edge,
      log: createComponentLog(world, edge.name, 'edgecore', sources),
      server: cloud.target,
      certificate: await authority.issue({ commonName: 'edge-node-1' }),
      hostname: 'edge-node-1',
      internalIp: '10.66.0.11',
      dialect: dialectOf(tag),
      traits: edgestream,
      limits,
      reachLimit: (limit, by, parent) =>
        reportLimit(world, {
          host: edge.name,
          component: 'edgecore',
          limit,
          most: limits[limit],
          parent,
          ...by,
        }),
      panic: (message) => panics.push(message),
      signal: ending.signal,
      ...options.change,
    });
    // Ends with the signal's reason; anything else fails the test below.
    const ended = running.catch((error: unknown) => error);
    const startedAtMs = world.clock.now();
    const tunnel = async () => {
      await world.clock.sleep(startedAtMs + 2_000 - world.clock.now());
      while (cloud.tunnels[0]?.request === undefined || cloud.tunnels[0].request === '')
        await world.clock.sleep(1);
      return cloud.tunnels[0];
    };
    try {
      await body({ world, edge, cloud, edged, startedAtMs, panics, logs: () => logLines(world), tunnel });
    } finally {
      ending.abort();
    }
    const end = await ended;
    if (end !== ending.signal.reason) throw end;
  });
  await world[Symbol.asyncDispose]();
}

/** Lines of edgecore as klog has them, without time and pid. */
export function logLines(world: World): string[] {
  return world.trace
    .of('log')
    .filter(({ component, detail }) => component === 'edgecore' && detail.verbosity === 0)
    .map(({ detail: { severity, source, message } }) => `${severity} ${source}] ${message}`);
}

import type { Arena } from './arena.ts';
import type { Case } from './cases/case.ts';
import { cloudCases } from './cases/cloud.ts';
import { edgeCases } from './cases/edge.ts';
import { metricsCases } from './cases/whole-metrics.ts';
import { streamCases } from './cases/whole-streams.ts';
import type { Side } from './stage.ts';
import type { StubEdged } from './stub-edged.ts';
import type { TunnelRecord } from './tunnel-record.ts';

export const cases: readonly Case[] = [...metricsCases, ...streamCases, ...cloudCases, ...edgeCases];

/** What was seen of a case with the real pair, and with our half in the place of one. */
export interface Seen {
  readonly real: readonly string[];
  readonly ourCloud?: readonly string[];
  readonly ourEdge?: readonly string[];
}

type Half = keyof Seen;

/** What is common to the stages. */
interface Played {
  readonly node: string;
  readonly internalIp: string;
  readonly record: TunnelRecord;
  readonly edged?: StubEdged;
  barrier(): Promise<void>;
}

/** Plays the chosen cases of a release, each with the real half first; `tell` hears of each. */
export async function playCases(
  arena: Arena,
  release: string,
  chosen: readonly Case[],
  tell: (text: string) => void,
): Promise<Record<string, Seen>> {
  const seen: Record<string, Partial<Record<Half, readonly string[]>>> = {};
  const keep = (name: string, half: Half, lines: readonly string[]) => {
    seen[name] = { ...seen[name], [half]: lines };
    tell(`${release} ${half}: ${name}`);
  };
  const here = chosen.filter(({ notIn }) => notIn?.(release) === undefined);
  const wholes: readonly [Half, Side, Side][] = [
    ['real', 'real', 'real'],
    ['ourCloud', 'ours', 'real'],
    ['ourEdge', 'real', 'ours'],
  ];
  const whole = here.filter((one) => one.of === 'whole');
  for (const [half, cloud, edge] of wholes) {
    await using stages = new Stages(() => arena.whole(cloud, edge), whole);
    for (const one of whole) keep(one.name, half, await stages.play(one));
  }
  for (const [half, side] of halves('ourCloud')) {
    for (const group of grouped(here.filter((one) => one.of === 'cloud'))) {
      await using stages = new Stages(() => arena.cloud(side), group);
      for (const one of group) keep(one.name, half, await stages.play(one));
    }
  }
  for (const [half, side] of halves('ourEdge')) {
    // An edge dials two seconds after its start: those that need one of their own share that time.
    await Promise.all(
      grouped(here.filter((one) => one.of === 'edge')).map(async (group) => {
        await using stages = new Stages(() => arena.edge(side), group, group.length === 1);
        for (const one of group) keep(one.name, half, await stages.play(one));
      }),
    );
  }
  return seen as Record<string, Seen>;
}

/** Those that can share a stage, and each of those that cannot. */
function grouped<T extends Case>(ofOneKind: readonly T[]): T[][] {
  const together = ofOneKind.filter(({ alone }) => alone !== true);
  const alone = ofOneKind.filter((one) => one.alone === true).map((one) => [one]);
  return together.length === 0 ? alone : [together, ...alone];
}

/** The real half, and ours in its place. */
function halves(ours: Half): readonly [Half, Side][] {
  return [
    ['real', 'real'],
    [ours, 'ours'],
  ];
}

/**
 * Stages on which cases follow each other: one of its own for each that wants it, and another one after a case that left
 * it useless. All are opened at the start, since an edge dials two seconds after its own.
 */
class Stages<S extends Played & AsyncDisposable> implements AsyncDisposable {
  readonly #open: () => Promise<S>;
  readonly #ready: Promise<S>[];
  readonly #isSideBySide: boolean;
  #stage: S | undefined;

  /** `isSideBySide`: others are played at the same time, and whom edged is asked by cannot be told. */
  constructor(open: () => Promise<S>, cases: readonly Case[], isSideBySide = false) {
    const alone = cases.filter((one) => one.alone === true).length;
    const count = alone + (alone < cases.length ? 1 : 0);
    this.#open = open;
    this.#ready = Array.from({ length: count }, open);
    this.#isSideBySide = isSideBySide;
  }

  async play(one: {
    alone?: true;
    endsByChance?: true;
    play: (stage: S) => Promise<readonly string[]>;
  }): Promise<string[]> {
    const isAlone = one.alone === true;
    const stage = (isAlone ? undefined : this.#stage) ?? (await (this.#ready.shift() ?? this.#open()));
    const settle = isAlone ? undefined : () => stage.barrier();
    const edged = this.#isSideBySide ? undefined : stage.edged;
    const { lines, isUsable } = await play(stage, edged, settle, one.endsByChance === true, () =>
      one.play(stage),
    );
    if (!isAlone) this.#stage = isUsable ? stage : undefined;
    if (isAlone || !isUsable) await stage[Symbol.asyncDispose]();
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage?.[Symbol.asyncDispose]();
    for (const stage of this.#ready) await (await stage)[Symbol.asyncDispose]();
  }
}

/** Plays a case. Where others come after it on the same stage, what is still under way is awaited. */
async function play(
  stage: Played,
  edged: StubEdged | undefined,
  settle: (() => Promise<void>) | undefined,
  endsByChance: boolean,
  body: () => Promise<readonly string[]>,
): Promise<{ lines: string[]; isUsable: boolean }> {
  stage.record.clear();
  edged?.take();
  const settled = async () => {
    await settle?.();
    return [];
  };
  const failed = (what: string) => (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return [what];
  };
  const lines = [...(await body().catch(failed('the case cannot be played to its end')))];
  const after = await settled().catch(failed('afterwards nothing gets through'));
  const asked = (edged?.take() ?? []).flatMap(({ line, headers }) => [
    `edged is asked: ${line}`,
    ...headers.map((header) => `  ${header}`),
  ]);
  const tunnel = stage.record.lines(endsByChance).map((line) => `tunnel ${line}`);
  edged?.hangUp();
  const later = after.length > 0 ? [] : await settled().catch(failed('later nothing gets through'));
  const own = (line: string) => line.replaceAll(stage.internalIp, 'NODE-IP').replaceAll(stage.node, 'NODE');
  return {
    lines: [...lines, ...after, ...later, ...asked, ...tunnel].map(own),
    isUsable: after.length + later.length === 0,
  };
}

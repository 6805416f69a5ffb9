import type { CloudStage, EdgeStage, WholeStage } from '../stage.ts';

interface CaseText {
  /** Names the case in the table and in the file of reasons. */
  readonly name: string;
  /** Why a release has no such thing, when it has not. */
  readonly notIn?: (release: string) => string | undefined;
  /**
   * What the tunnel carries after the cloud's first REMOVE_CONNECT is chance: a real cloud of v1.23.0 repeats it until the
   * edge answers, and a real edge that is asked too often panics (`send on closed channel`), before or after its answer.
   * kubeedge/kubeedge v1.23.0 cloud/pkg/cloudstream/containerexec_connection.go, edge/pkg/edgestream/tunnel.go. What an
   * edge answers to one REMOVE_CONNECT is compared by the cases in which the cloud ends it.
   */
  readonly endsByChance?: true;
  /** Needs an edge of its own, since it may end it or leave it in a state nobody else wants. */
  readonly alone?: true;
}

/**
 * What a case sees is a list of lines: what the client got, and, appended by the runner, what edged was asked and what
 * the tunnel carried. Lines of the real pair are the truth.
 */
export type Case = CaseText &
  (
    | { readonly of: 'whole'; readonly play: (stage: WholeStage) => Promise<readonly string[]> }
    | { readonly of: 'cloud'; readonly play: (stage: CloudStage) => Promise<readonly string[]> }
    | { readonly of: 'edge'; readonly play: (stage: EdgeStage) => Promise<readonly string[]> }
  );

/** Orders releases by their numbers. */
export function isBefore(release: string, other: string): boolean {
  const [a, b] = [release, other].map((tag) =>
    tag
      .slice(1)
      .split('.')
      .reduce((sum, part) => sum * 1000 + Number(part), 0),
  );
  return (a ?? 0) < (b ?? 0);
}

/** Not in releases before `first`. */
export function since(first: string, what: string): (release: string) => string | undefined {
  return (release) => (isBefore(release, first) ? `${what} came with ${first}` : undefined);
}

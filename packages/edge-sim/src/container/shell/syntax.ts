/** A part of a word: text as it is, or what is put in its place. Unquoted parts are split at blanks. */
export type WordPart =
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly type: 'variable';
      readonly name: string;
      readonly quoted: boolean;
      /** `${name:-word}`: what stands for an empty one. */
      readonly fallback?: Word;
    }
  | { readonly type: 'command'; readonly body: List; readonly quoted: boolean }
  | { readonly type: 'arithmetic'; readonly expression: string; readonly quoted: boolean };

export type Word = readonly WordPart[];

export interface Redirect {
  readonly fd: 0 | 1 | 2;
  /** `duplicate` is `2>&1`. */
  readonly kind: 'read' | 'write' | 'append' | 'duplicate';
  readonly target: Word;
}

export type ShellCommand = (
  | {
      readonly type: 'simple';
      readonly assignments: readonly (readonly [name: string, value: Word])[];
      readonly words: readonly Word[];
    }
  | { readonly type: 'group'; readonly body: List; readonly subshell: boolean }
  | {
      readonly type: 'if';
      readonly branches: readonly { readonly condition: List; readonly body: List }[];
      readonly otherwise: List | undefined;
    }
  | { readonly type: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List }
) & { readonly redirects: readonly Redirect[] };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly ShellCommand[];
}

/** Pipelines with `&&` and `||` between them. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
}

export type List = readonly AndOr[];

/** What the shell cannot read. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  /** The text ends too early: more of it may be right. */
  readonly incomplete: boolean;
  constructor(text: string, incomplete = false) {
    super(text);
    this.incomplete = incomplete;
  }
}

export const nameText = /^[A-Za-z_][A-Za-z0-9_]*/;

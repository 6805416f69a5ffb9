import type { Inherited } from '../process.ts';

/** The three streams of whatever runs. */
export type Streams = Pick<Inherited, 'stdin' | 'stdout' | 'stderr'>;

/** `exit`: ends the shell it is called in. */
export class ShellExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

/** `break` and `continue`. */
export class LoopJump extends Error {
  readonly kind: 'break' | 'continue';
  constructor(kind: 'break' | 'continue') {
    super(kind);
    this.kind = kind;
  }
}

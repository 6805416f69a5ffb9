/** Where a command writes. Tests give their own. */
export interface Io {
  out(text: string): void;
  error(text: string): void;
  /** All of standard input. */
  input?: () => Promise<string>;
  /** Whether `out` is a terminal that takes colours. */
  colour: boolean;
  /** Width of `out` in columns. */
  columns: number;
  /** Waits until the person presses a key; undefined where nobody can. */
  key?: () => Promise<void>;
  /**
   * From now on Ctrl-C and SIGTERM abort the signal that the command was given, once, instead of ending the process: for
   * commands that have something to put away.
   */
  catchSignals?: () => void;
  /** Whether `error` is a terminal, where a line can be written over. */
  errorIsTerminal?: boolean;
}

/** Exit codes of the command; docs/ci.md says what each stands for. The last two are a shell's for SIGINT and SIGTERM. */
export const exitCodes = {
  ok: 0,
  expectationFailed: 1,
  usage: 2,
  internal: 3,
  interrupted: 130,
  terminated: 143,
} as const;

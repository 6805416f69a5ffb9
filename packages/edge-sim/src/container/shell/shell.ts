import { FileError, resolvePath } from '../file-system.ts';
import { openForReading, openForWriting } from '../open-file.ts';
import { BrokenPipe, type ByteSink, nothing, Pipe } from '../pipe.ts';
import { Killed, type Process, SIGKILL, SIGNALLED, SIGPIPE } from '../process.ts';
import { findCommand, spawn } from '../spawn.ts';
import { type Builtin, builtins } from './builtins.ts';
import { LoopJump, ShellExit, type Streams } from './control.ts';
import { type Expander, expandText, expandWords } from './expand.ts';
import {
  type AndOr,
  type List,
  type Pipeline,
  type Redirect,
  type ShellCommand,
  SyntaxProblem,
} from './syntax.ts';

/** What a command in `$(…)` may print; a real shell would go on until its container's memory is used up. */
const OUTPUT_BYTES_MAX = 4 * 2 ** 20;
/** Rounds of a loop take this long, so that one without end does not stop the world. */
const ROUND_MS = 1;

/** One shell, or a subshell: variables, where it is, and the way it runs commands. */
export class Shell {
  readonly process: Process;
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  cwd: string;
  arguments: readonly string[];
  status = 0;
  /** `eval` inside of `eval`. */
  evalDepth = 0;
  /** Ends at the first command that fails (`set -e`). */
  exitsOnFailure = false;
  /** Aborted by Ctrl-C, while an interactive shell runs a command. */
  signal: AbortSignal;

  constructor(process: Process, args: readonly string[], from?: Shell) {
    this.process = process;
    this.variables = new Map(from?.variables ?? process.env);
    this.exported = new Set(from?.exported ?? process.env.keys());
    this.cwd = from?.cwd ?? process.cwd;
    this.arguments = args;
    this.status = from?.status ?? 0;
    this.evalDepth = from?.evalDepth ?? 0;
    this.exitsOnFailure = from?.exitsOnFailure ?? false;
    this.signal = from?.signal ?? process.signal;
  }

  /** Runs commands; the status of the last is `status`, too. @throws ShellExit, LoopJump, Killed, BrokenPipe */
  async run(list: List, streams: Streams, tested = false): Promise<number> {
    for (const andOr of list) await this.#andOr(andOr, streams, tested);
    return this.status;
  }

  subshell(): Shell {
    return new Shell(this.process, this.arguments, this);
  }

  /** Runs commands in a subshell, which `exit` ends. */
  async runApart(list: List, streams: Streams): Promise<number> {
    return exitCodeOf(this.subshell().run(list, streams));
  }

  environment(): Map<string, string> {
    return new Map([...this.variables].filter(([name]) => this.exported.has(name)));
  }

  async complain({ stderr }: Streams, text: string): Promise<void> {
    await stderr.write(Buffer.from(`sh: ${text}\n`), this.signal);
  }

  async #andOr({ first, rest }: AndOr, streams: Streams, tested: boolean): Promise<void> {
    await this.#pipeline(first, streams, tested || rest.length > 0);
    for (const [index, { operator, pipeline }] of rest.entries()) {
      if ((operator === '&&') !== (this.status === 0)) continue;
      await this.#pipeline(pipeline, streams, tested || index < rest.length - 1);
    }
  }

  async #pipeline({ commands, negated }: Pipeline, streams: Streams, tested: boolean): Promise<void> {
    this.signal.throwIfAborted();
    const [only] = commands;
    if (commands.length > 1) this.status = await this.#connected(commands, streams);
    else if (only !== undefined) this.status = await this.#command(only, streams, tested || negated);
    if (negated) this.status = this.status === 0 ? 1 : 0;
    else if (this.exitsOnFailure && !tested && this.status !== 0) throw new ShellExit(this.status);
  }

  async #connected(commands: readonly ShellCommand[], streams: Streams): Promise<number> {
    let stdin = streams.stdin;
    const running = commands.map((command, index) => {
      const pipe = index < commands.length - 1 ? new Pipe() : undefined;
      const own = { ...streams, stdin, ...(pipe && { stdout: pipe }) };
      const from = index > 0 ? own.stdin : undefined;
      stdin = pipe ?? stdin;
      const shell = this.subshell();
      return exitCodeOf(shell.#command(command, own, true)).finally(() => {
        pipe?.end();
        from?.close();
      });
    });
    const ends = await Promise.allSettled(running);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const last = ends.at(-1);
    return last?.status === 'fulfilled' ? last.value : 0;
  }

  async #command(command: ShellCommand, streams: Streams, tested: boolean): Promise<number> {
    let own: Streams;
    try {
      own = await this.#redirected(command.redirects, streams);
    } catch (error) {
      if (!(error instanceof SyntaxProblem) && !(error instanceof FileError)) throw error;
      await this.complain(streams, error.message);
      return error instanceof SyntaxProblem ? 2 : 1;
    }
    try {
      switch (command.type) {
        case 'simple':
          return await this.#simple(command, own);
        case 'group':
          return command.subshell
            ? await this.runApart(command.body, own)
            : await this.run(command.body, own, tested);
        case 'if':
          return await this.#if(command, own, tested);
        case 'loop':
          return await this.#loop(command, own, tested);
        case 'for':
          return await this.#for(command, own, tested);
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await this.complain(streams, `write error: ${error.message}`);
      return 1;
    }
  }

  async #simple(command: ShellCommand & { type: 'simple' }, streams: Streams): Promise<number> {
    const expander = this.#expander(streams);
    let argv: string[];
    const assigned = new Map<string, string>();
    try {
      argv = await expandWords(command.words, expander);
      for (const [name, value] of command.assignments) assigned.set(name, await expandText(value, expander));
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      await this.complain(streams, error.message);
      return 2;
    }
    const [name] = argv;
    if (name === undefined) {
      for (const [key, value] of assigned) this.variables.set(key, value);
      return assigned.size > 0 &&
        command.assignments.every(([, value]) => value.every(({ type }) => type !== 'command'))
        ? 0
        : this.status;
    }
    const builtin: Builtin | undefined = builtins.get(name);
    if (builtin !== undefined) {
      for (const [key, value] of assigned) this.variables.set(key, value);
      return builtin(this, argv, streams);
    }
    return this.start(argv, streams, new Map([...this.environment(), ...assigned]));
  }

  /** Runs a command as a process. */
  async start(argv: readonly string[], streams: Streams, env: ReadonlyMap<string, string>): Promise<number> {
    const { container, terminal } = this.process;
    const [name = ''] = argv;
    const command = findCommand(container, name, this.cwd);
    if (typeof command === 'string') {
      const denied = command === 'not-executable';
      await this.complain(streams, `${name}: ${denied ? 'Permission denied' : 'not found'}`);
      return denied ? 126 : 127;
    }
    const inherited = { ...streams, env, cwd: this.cwd, signal: this.signal, terminal };
    const code = await spawn(container, command, argv, inherited);
    this.process.signal.throwIfAborted();
    if (code !== 'too-many') return code;
    await this.complain(streams, "can't fork: Resource temporarily unavailable");
    return 2;
  }

  async #if(command: ShellCommand & { type: 'if' }, streams: Streams, tested: boolean): Promise<number> {
    for (const { condition, body } of command.branches) {
      if ((await this.run(condition, streams, true)) === 0) return this.run(body, streams, tested);
    }
    return command.otherwise === undefined ? 0 : this.run(command.otherwise, streams, tested);
  }

  async #loop(command: ShellCommand & { type: 'loop' }, streams: Streams, tested: boolean): Promise<number> {
    let code = 0;
    for (;;) {
      await this.#round();
      const goesOn = await this.#jumpsOut(async () => {
        if (((await this.run(command.condition, streams, true)) === 0) === command.until) return false;
        code = await this.run(command.body, streams, tested);
        return true;
      });
      if (!goesOn) return code;
    }
  }

  async #for(command: ShellCommand & { type: 'for' }, streams: Streams, tested: boolean): Promise<number> {
    let code = 0;
    for (const value of await expandWords(command.words, this.#expander(streams))) {
      await this.#round();
      this.variables.set(command.name, value);
      const goesOn = await this.#jumpsOut(async () => {
        code = await this.run(command.body, streams, tested);
        return true;
      });
      if (!goesOn) break;
    }
    return code;
  }

  #round(): Promise<void> {
    return this.process.container.clock.sleep(ROUND_MS, {
      signal: this.signal,
      label: 'round of a shell loop',
    });
  }

  /** Runs one round of a loop; false when it was the last. */
  async #jumpsOut(round: () => Promise<boolean>): Promise<boolean> {
    try {
      return await round();
    } catch (error) {
      if (!(error instanceof LoopJump)) throw error;
      return error.kind === 'continue';
    }
  }

  async #redirected(redirects: readonly Redirect[], streams: Streams): Promise<Streams> {
    const { container } = this.process;
    let { stdin, stdout, stderr } = streams;
    for (const { fd, kind, target } of redirects) {
      const name = await expandText(target, this.#expander(streams));
      if (kind === 'duplicate') {
        const sink = name === '1' ? stdout : name === '2' ? stderr : undefined;
        if (sink === undefined) throw new SyntaxProblem(`syntax error: bad fd number`);
        if (fd === 1) stdout = sink;
        else stderr = sink;
        continue;
      }
      try {
        const path = resolvePath(this.cwd, name);
        if (kind === 'read') stdin = openForReading(container, path);
        else if (fd === 2) stderr = openForWriting(container, path, kind === 'append');
        else stdout = openForWriting(container, path, kind === 'append');
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        throw new FileError(
          `can't ${kind === 'read' ? 'open' : 'create'} ${name}: ${shellWords(error, kind)}`,
        );
      }
    }
    return { stdin, stdout, stderr };
  }

  #expander(streams: Streams): Expander {
    return {
      files: this.process.container.files,
      cwd: this.cwd,
      arguments: this.arguments.slice(1),
      variable: (name) => this.#variable(name),
      output: (body) => this.#output(body, streams),
    };
  }

  #variable(name: string): string {
    if (name === '?') return String(this.status);
    if (name === '$') return String(this.process.pid);
    if (name === '#') return String(this.arguments.length - 1);
    if (name === '!') return '';
    if (name === '@' || name === '*') return this.arguments.slice(1).join(' ');
    if (/^\d$/.test(name)) return this.arguments[Number(name)] ?? '';
    if (name === 'PWD') return this.cwd;
    return this.variables.get(name) ?? '';
  }

  async #output(body: List, streams: Streams): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const stdout: ByteSink = {
      write: async (chunk, signal) => {
        signal.throwIfAborted();
        bytes += chunk.length;
        if (bytes > OUTPUT_BYTES_MAX) throw new Killed(SIGKILL);
        chunks.push(Uint8Array.from(chunk));
      },
      end: () => {},
    };
    this.status = await this.runApart(body, { ...streams, stdin: nothing, stdout });
    return Buffer.concat(chunks).toString().replaceAll('\0', '').replace(/\n+$/, '');
  }
}

/** busybox ash has words of its own for a missing file. */
function shellWords(error: FileError, kind: Redirect['kind']): string {
  if (error.message !== 'No such file or directory') return error.message;
  return kind === 'read' ? 'no such file' : 'nonexistent directory';
}

/** The exit code of a shell that runs. @throws Killed */
export async function exitCodeOf(running: Promise<number>): Promise<number> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof ShellExit) return error.code;
    if (error instanceof LoopJump) return 0;
    if (error instanceof BrokenPipe) return SIGNALLED + SIGPIPE;
    throw error;
  }
}

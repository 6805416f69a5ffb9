import type { TerminalSize } from '../machine/container-process.ts';
import { type ByteSink, Pipe } from './pipe.ts';
import { Killed, SIGINT } from './process.ts';

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACES = [0x08, 0x7f];
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CTRL_U = 0x15;
/** Linux's N_TTY: a line has room for that much, and what is typed beyond it is lost. */
const LINE_BYTES_MAX = 4_095;

/**
 * A terminal in its canonical mode, the kernel's side of it (linux drivers/tty/n_tty.c): it echoes what is typed, hands
 * over whole lines, makes signals of control characters, and `\r\n` of the newlines that are printed.
 */
export class Terminal implements ByteSink {
  /** What processes read. */
  readonly input = new Pipe();
  /** Until the client says a size there is none. */
  size: TerminalSize = { width: 0, height: 0 };
  echo = true;
  /** Who gets the signals of control characters: the latest is in the foreground. */
  readonly foreground: AbortController[] = [];
  readonly #show: (bytes: Uint8Array) => Promise<void> | undefined;
  #line: number[] = [];

  constructor(show: (bytes: Uint8Array) => Promise<void> | undefined) {
    this.#show = show;
  }

  /** Takes what is typed; resolves when more can be. @throws BrokenPipe */
  async type(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const echo: number[] = [];
    for (const byte of bytes) {
      const entered = this.#typed(byte, echo);
      if (entered === undefined) continue;
      await this.#echo(echo);
      await this.input.write(entered, signal);
    }
    await this.#echo(echo);
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#show(bytes.includes(LINE_FEED) ? withReturns(bytes) : bytes);
    signal.throwIfAborted();
  }

  end(): void {}

  async #echo(echo: number[]): Promise<void> {
    const shown = Uint8Array.from(echo.splice(0));
    if (shown.length > 0 && this.echo) await this.#show(shown);
  }

  /** Returns what is entered by it. */
  #typed(byte: number, echo: number[]): Uint8Array | undefined {
    const line = this.#line;
    if (byte === CTRL_C) {
      this.#line = [];
      echo.push(...Buffer.from('^C'));
      this.foreground.at(-1)?.abort(new Killed(SIGINT));
      return undefined;
    }
    if (byte === CARRIAGE_RETURN || byte === LINE_FEED) {
      echo.push(CARRIAGE_RETURN, LINE_FEED);
      this.#line = [];
      return Uint8Array.from([...line, LINE_FEED]);
    }
    if (byte === CTRL_D) {
      this.#line = [];
      if (line.length > 0) return Uint8Array.from(line);
      this.input.endOnce();
      return undefined;
    }
    if (BACKSPACES.includes(byte)) {
      if (eraseCharacter(line)) echo.push(...Buffer.from('\b \b'));
    } else if (byte === CTRL_U) {
      while (eraseCharacter(line)) echo.push(...Buffer.from('\b \b'));
    } else if (line.length < LINE_BYTES_MAX) {
      line.push(byte);
      if (byte < 0x20 && byte !== 0x09) echo.push(0x5e, byte + 0x40);
      else echo.push(byte);
    }
    return undefined;
  }
}

/** Takes the last character of UTF-8 text off; false when there is none. */
function eraseCharacter(line: number[]): boolean {
  let last = line.pop();
  if (last === undefined) return false;
  while (last !== undefined && last >= 0x80 && last < 0xc0) last = line.pop();
  return true;
}

function withReturns(bytes: Uint8Array): Uint8Array {
  const lines = bytes.reduce((count, byte) => (byte === LINE_FEED ? count + 1 : count), 0);
  const out = new Uint8Array(bytes.length + lines);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LINE_FEED) out[at++] = CARRIAGE_RETURN;
    out[at++] = byte;
  }
  return out;
}

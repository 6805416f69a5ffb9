import { createHash } from 'node:crypto';
import {
  type Command,
  fail,
  Killed,
  MEMORY_BYTES_MAX,
  type Process,
  print,
  readLine,
  SIGKILL,
} from '../process.ts';
import { eachChunk, eachInput, readOptions } from './input.ts';

/** What `yes` and its like print at a time, and how long that takes: endless output must not stop the world's time. */
const BURST_BYTES = 65_536;
const BURST_MS = 1;

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  '\\': '\\',
  e: '\x1b',
};

const unescaped = (text: string) =>
  text
    .replace(/\\([ntrae\\])/g, (_, letter: string) => ESCAPES[letter] ?? '')
    .replace(/\\0?([0-7]{1,3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8) & 0xff),
    );

export const echo: Command = async (process) => {
  const words = process.argv.slice(1);
  let newline = '\n';
  let escapes = false;
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const option = words.shift() ?? '';
    if (option.includes('n')) newline = '';
    escapes = option.includes('e') || (escapes && !option.includes('E'));
  }
  const text = words.join(' ');
  await print(process, (escapes ? unescaped(text) : text) + newline);
  return 0;
};

const CONVERSION = /%(?:(%)|(-?)(0?)(\d{0,3})([sdiuxc]))/g;

export const printf: Command = async (process) => {
  const [, format, ...values] = process.argv;
  if (format === undefined) return fail(process, 'usage: printf FORMAT [ARG]...');
  const takes = [...format.matchAll(CONVERSION)].some(([, percent]) => percent === undefined);
  do {
    const text = unescaped(format).replace(
      CONVERSION,
      (_, percent, left: string, zero: string, width: string, kind) => {
        if (percent !== undefined) return '%';
        const value = converted(values.shift() ?? '', kind as string);
        return left === '-'
          ? value.padEnd(Number(width))
          : value.padStart(Number(width), zero === '0' ? '0' : ' ');
      },
    );
    await print(process, text);
  } while (takes && values.length > 0);
  return 0;
};

function converted(value: string, kind: string): string {
  if (kind === 's') return value;
  if (kind === 'c') return value.slice(0, 1);
  const number = Number.parseInt(value, 10) || 0;
  return number.toString(kind === 'x' ? 16 : 10);
}

export const cat: Command = (process) =>
  eachInput(process, readOptions(process.argv).operands, (source) =>
    eachChunk(source, process, (chunk) => process.stdout.write(chunk, process.signal)),
  );

export const yes: Command = async (process) => {
  const line = Buffer.from(`${process.argv.slice(1).join(' ') || 'y'}\n`);
  const burst = Buffer.alloc(Math.max(1, Math.floor(BURST_BYTES / line.length)) * line.length, line);
  for (;;) await paced(process, burst);
};

export const seq: Command = async (process) => {
  const numbers = process.argv.slice(1).map(Number);
  const [first, step, last] =
    numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  if (
    first === undefined ||
    last === undefined ||
    step === undefined ||
    step === 0 ||
    numbers.some(Number.isNaN)
  ) {
    return fail(process, 'usage: seq [FIRST [INC]] LAST');
  }
  let text = '';
  for (let number = first; step > 0 ? number <= last : number >= last; number += step) {
    text += `${number}\n`;
    if (text.length < BURST_BYTES) continue;
    await paced(process, Buffer.from(text));
    text = '';
  }
  await print(process, text);
  return 0;
};

async function paced({ container, signal, stdout }: Process, bytes: Uint8Array): Promise<void> {
  await stdout.write(bytes, signal);
  await container.clock.sleep(BURST_MS, { signal, label: 'output of a process' });
}

export const wc: Command = async (process) => {
  const { letters, operands } = readOptions(process.argv);
  const columns = ['l', 'w', 'c'].filter((letter) => letters === '' || letters.includes(letter));
  return eachInput(process, operands, async (source, name) => {
    const counts: Record<string, number> = { l: 0, w: 0, c: 0 };
    let inWord = false;
    await eachChunk(source, process, (chunk) => {
      counts.c = (counts.c ?? 0) + chunk.length;
      for (const byte of chunk) {
        if (byte === 0x0a) counts.l = (counts.l ?? 0) + 1;
        const blank = byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
        if (!blank && !inWord) counts.w = (counts.w ?? 0) + 1;
        inWord = !blank;
      }
    });
    const numbers = columns.map((letter) => String(counts[letter]));
    const shown = numbers.length === 1 ? numbers : numbers.map((number) => number.padStart(9));
    await print(process, `${shown.join(' ')}${name === '-' ? '' : ` ${name}`}\n`);
  });
};

/** `-c N` or `-n N`, also in one word; undefined for something else. */
function countOption(
  argv: readonly string[],
): { unit: 'c' | 'n'; count: string; operands: string[] } | undefined {
  const [, option = '', ...operands] = argv;
  if (!option.startsWith('-') || option === '-') return { unit: 'n', count: '10', operands: argv.slice(1) };
  const [, unit = 'n', attached = ''] = /^-([cn]?)(.*)$/.exec(option) ?? [];
  const count = attached === '' ? operands.shift() : attached;
  if (count === undefined || !/^[-+]?\d+$/.test(count)) return undefined;
  return { unit: unit === 'c' ? 'c' : 'n', count, operands };
}

export const head: Command = async (process) => {
  const chosen = countOption(process.argv);
  if (chosen === undefined) return fail(process, 'invalid number');
  const most = Math.abs(Number(chosen.count));
  return eachInput(process, chosen.operands, async (source) => {
    for (let left = most; left > 0; ) {
      const chunk = await source.read(process.signal);
      if (chunk === undefined) return;
      const end = chosen.unit === 'c' ? Math.min(left, chunk.length) : endOfLines(chunk, left);
      await process.stdout.write(chunk.subarray(0, end), process.signal);
      left -= chosen.unit === 'c' ? end : countLines(chunk.subarray(0, end));
      if (end < chunk.length) source.unread(chunk.subarray(end));
    }
  });
};

/** Where the last of so many lines ends. */
function endOfLines(chunk: Uint8Array, lines: number): number {
  let end = 0;
  for (let left = lines; left > 0; left -= 1) {
    const found = chunk.indexOf(0x0a, end);
    if (found < 0) return chunk.length;
    end = found + 1;
  }
  return end;
}

const countLines = (chunk: Uint8Array) => chunk.reduce((count, byte) => count + Number(byte === 0x0a), 0);

/** `tail -c+N` and `-n+N` from there on; `-c N`, `-n N` the end. */
export const tail: Command = async (process) => {
  const chosen = countOption(process.argv);
  if (chosen === undefined) return fail(process, 'invalid number');
  const { unit, count } = chosen;
  const number = Math.abs(Number(count));
  return eachInput(process, chosen.operands, async (source) => {
    if (!count.startsWith('+')) {
      let kept: Buffer = Buffer.alloc(0);
      await eachChunk(source, process, (chunk) => {
        kept = lastOf(Buffer.concat([kept, chunk]), unit, number);
        if (kept.length > MEMORY_BYTES_MAX) throw new Killed(SIGKILL);
      });
      return process.stdout.write(kept, process.signal);
    }
    for (let skip = Math.max(0, number - 1); skip > 0; ) {
      if (unit === 'n') {
        if ((await readLine(source, process.signal)) === undefined) return;
        skip -= 1;
        continue;
      }
      const chunk = await source.read(process.signal);
      if (chunk === undefined) return;
      source.unread(chunk.subarray(skip));
      skip -= Math.min(skip, chunk.length);
    }
    await eachChunk(source, process, (chunk) => process.stdout.write(chunk, process.signal));
  });
};

function lastOf(bytes: Buffer, unit: 'c' | 'n', count: number): Buffer {
  if (unit === 'c') return bytes.subarray(Math.max(0, bytes.length - count));
  let at = bytes.length;
  for (let left = count; left > 0 && at > 0; left -= 1) at = at < 2 ? 0 : bytes.lastIndexOf(0x0a, at - 2) + 1;
  return bytes.subarray(at);
}

const digest =
  (algorithm: string): Command =>
  (process) =>
    eachInput(process, readOptions(process.argv).operands, async (source, name) => {
      const hash = createHash(algorithm);
      await eachChunk(source, process, (chunk) => void hash.update(chunk));
      await print(process, `${hash.digest('hex')}  ${name}\n`);
    });

export const md5sum = digest('md5');
export const sha256sum = digest('sha256');

export const grep: Command = async (process) => {
  const { letters, operands } = readOptions(process.argv);
  const [text = '', ...names] = operands;
  const wanted = letters.includes('i') ? text.toLowerCase() : text;
  let matched = false;
  const code = await eachInput(process, names, async (source) => {
    for (
      let line = await readLine(source, process.signal);
      line !== undefined;
      line = await readLine(source, process.signal)
    ) {
      const has = (letters.includes('i') ? line.toLowerCase() : line).includes(wanted);
      if (has === letters.includes('v')) continue;
      matched = true;
      if (!letters.includes('q')) await print(process, line.endsWith('\n') ? line : `${line}\n`);
    }
  });
  return code === 0 ? Number(!matched) : 2;
};

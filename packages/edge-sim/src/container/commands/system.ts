import { type Command, fail, print } from '../process.ts';

export const ok: Command = async () => 0;
export const no: Command = async () => 1;

export const env: Command = async (process) => {
  const text = [...process.env].map(([name, value]) => `${name}=${value}\n`).join('');
  await print(process, text);
  return 0;
};

export const printenv: Command = async (process) => {
  const [, ...names] = process.argv;
  if (names.length === 0) return env(process);
  for (const name of names) {
    const value = process.env.get(name);
    if (value === undefined) return 1;
    await print(process, `${value}\n`);
  }
  return 0;
};

export const id: Command = async (process) => {
  const [, option] = process.argv;
  if (option === undefined) await print(process, 'uid=0(root) gid=0(root) groups=0(root)\n');
  else await print(process, option.includes('n') ? 'root\n' : '0\n');
  return 0;
};

export const whoami: Command = async (process) => {
  await print(process, 'root\n');
  return 0;
};

export const hostname: Command = async (process) => {
  await print(process, `${process.container.hostname}\n`);
  return 0;
};

export const uname: Command = async (process) => {
  const { hostname: name, kernelVersion } = process.container;
  const [, option = '-s'] = process.argv;
  const parts: Record<string, string> = { s: 'Linux', n: name, r: kernelVersion, m: 'x86_64' };
  const wanted = option.includes('a') ? 'snrm' : option.slice(1);
  const known = ['s', 'n', 'r', 'm'].filter((letter) => wanted.includes(letter));
  if (known.length === 0) return fail(process, `invalid option -- '${option.slice(1)}'`);
  await print(process, `${known.map((letter) => parts[letter]).join(' ')}\n`);
  return 0;
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');

export const date: Command = async (process) => {
  const now = new Date(process.container.clock.now());
  const [, format] = process.argv.filter((argument) => argument !== '-u');
  const parts: Record<string, string> = {
    s: String(Math.floor(now.getTime() / 1_000)),
    Y: String(now.getUTCFullYear()),
    m: two(now.getUTCMonth() + 1),
    d: two(now.getUTCDate()),
    H: two(now.getUTCHours()),
    M: two(now.getUTCMinutes()),
    S: two(now.getUTCSeconds()),
    F: now.toISOString().slice(0, 10),
    T: now.toISOString().slice(11, 19),
    Z: 'UTC',
    '%': '%',
  };
  const day = `${DAYS[now.getUTCDay()]} ${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)}`;
  const text = format?.startsWith('+')
    ? format.slice(1).replace(/%(.)/g, (whole, letter: string) => parts[letter] ?? whole)
    : `${day} ${parts.T} UTC ${parts.Y}`;
  await print(process, `${text}\n`);
  return 0;
};

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

export const sleep: Command = async (process) => {
  const [, text] = process.argv;
  if (text === undefined) return fail(process, 'missing operand');
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?|\.\d+|infinity)([smhd]?)$/.exec(text) ?? [];
  if (number === undefined) return fail(process, `invalid number '${text}'`);
  const { container, signal } = process;
  let leftMs =
    (number === 'infinity' ? Number.POSITIVE_INFINITY : Number(number)) * (UNITS[unit] ?? 1) * 1_000;
  // A timer of a real clock holds no more than a good three weeks.
  for (const step = 1_000_000_000; leftMs > 0; leftMs -= step) {
    await container.clock.sleep(Math.min(step, leftMs), { signal, label: `sleep ${text}` });
  }
  return 0;
};

export const ps: Command = async (process) => {
  const lines = process.container.processes.map(
    ({ pid, command }) => `${String(pid).padStart(5)} root      0:00 ${command}`,
  );
  await print(process, `PID   USER     TIME  COMMAND\n${lines.join('\n')}\n`);
  return 0;
};

const SIGNALS: Readonly<Record<string, number>> = { HUP: 1, INT: 2, KILL: 9, TERM: 15 };

export const kill: Command = async (process) => {
  const [, ...words] = process.argv;
  const named = /^-(?:SIG)?(\w+)$/.exec(words[0] ?? '')?.[1];
  if (named !== undefined) words.shift();
  const signal = named === undefined ? 15 : (SIGNALS[named] ?? Number(named));
  if (!Number.isInteger(signal) || signal < 0 || signal > 64)
    return fail(process, `bad signal name '${named}'`);
  let code = 0;
  for (const word of words) {
    const entry = process.container.processes.find(({ pid }) => String(pid) === word);
    if (entry === undefined) code = await fail(process, `can't kill pid ${word}: No such process`);
    else if (signal > 0) entry.kill(signal);
  }
  return code;
};

export const stty: Command = async (process) => {
  const { terminal } = process;
  if (terminal === undefined) return fail(process, 'standard input: Inappropriate ioctl for device');
  const { height, width } = terminal.size;
  for (const word of process.argv.slice(1)) {
    if (word === 'size') await print(process, `${height} ${width}\n`);
    else if (word === 'echo' || word === '-echo') terminal.echo = word === 'echo';
  }
  if (process.argv.length === 1)
    await print(process, `speed 38400 baud; rows ${height}; columns ${width};\n`);
  return 0;
};

export const tty: Command = async (process) => {
  await print(process, process.terminal === undefined ? 'not a tty\n' : '/dev/pts/0\n');
  return process.terminal === undefined ? 1 : 0;
};

import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ContainerLog } from '../machine/container-log.ts';
import type { ExecRequest, OutputSink, Processes, ProcessStream } from '../machine/container-process.ts';
import type { ContainerRecord } from '../machine/container-record.ts';
import { commands } from './commands/index.ts';
import { Container } from './container.ts';
import { MainProcess } from './main-process.ts';
import { type ByteSink, nothing, Pipe } from './pipe.ts';
import { Killed, SIGKILL } from './process.ts';
import { findCommand, type NotStarted, spawn } from './spawn.ts';
import { Terminal } from './terminal.ts';
import './trace-kinds.ts';

/** What an engine gives a command that could not be started; moby v20.10.24 daemon/exec.go ContainerExecStart; from v28.0 on 127. */
const NOT_STARTED_CODE = 126;

/** The processes of simulated containers: a scripted shell with a few commands, and files in memory. */
export function simulatedProcesses(
  world: World,
  host: Host,
  machine: { kernelVersion: string; log: (record: ContainerRecord) => ContainerLog },
): Processes {
  const containers = new Map<string, Container>();
  const mains = new Map<string, MainProcess>();
  /** Ends what still runs when the world does. */
  const ending = new AbortController();

  function containerOf(record: ContainerRecord): Container {
    if (containers.size === 0) {
      world.own({ [Symbol.asyncDispose]: async () => ending.abort(new Killed(SIGKILL)) });
    }
    let container = containers.get(record.id);
    if (container === undefined) {
      container = newContainer(world, host, machine.kernelVersion, record);
      containers.set(record.id, container);
    }
    return container;
  }

  return {
    exec: (record, request, output) =>
      startExec(
        { world, host: host.name, container: containerOf(record), ending: ending.signal },
        record,
        request,
        output,
      ),
    attach(record, request, output) {
      let main = mains.get(record.id);
      if (main === undefined) {
        main = new MainProcess(containerOf(record), record, machine.log(record), ending.signal);
        mains.set(record.id, main);
      }
      return main.attach(request, output);
    },
  };
}

function newContainer(world: World, host: Host, kernelVersion: string, record: ContainerRecord): Container {
  const pod = record.labels['io.kubernetes.pod.name'] ?? record.name;
  return new Container({
    clock: world.clock,
    rng: world.rng.fork(`container/${record.id}`),
    hostname: record.hostNetwork ? host.name : pod,
    kernelVersion,
    env: record.env,
    files: record.files,
    main: record.command.join(' ') || record.image,
    address: record.ip,
    commands,
  });
}

interface Where {
  readonly world: World;
  readonly host: string;
  readonly container: Container;
  readonly ending: AbortSignal;
}

function startExec(
  { world, host, container, ending }: Where,
  record: ContainerRecord,
  { command: argv, tty, ...wants }: ExecRequest,
  output: OutputSink,
): ProcessStream {
  const root = new AbortController();
  const signal = AbortSignal.any([root.signal, ending]);
  const closed = Promise.withResolvers<void>();
  let heard = true;
  let code: number | undefined;
  const give = (stream: 'stdout' | 'stderr', bytes: Uint8Array) =>
    heard && wants[stream] ? output(stream, bytes) : undefined;
  const sink = (stream: 'stdout' | 'stderr'): ByteSink => ({
    write: async (bytes, writer) => {
      writer.throwIfAborted();
      await unlessAborted(give(stream, bytes), writer);
    },
    end: () => {},
  });
  const terminal = tty ? new Terminal((bytes) => give('stdout', bytes)) : undefined;
  terminal?.foreground.push(root);
  const stdin = terminal?.input ?? (wants.stdin ? new Pipe() : nothing);
  const emit = (state: 'started' | 'exited' | 'refused', exitCode?: number) =>
    world.trace.emit({
      host,
      component: 'container',
      kind: 'container.process',
      detail: {
        containerId: record.id,
        command: [...argv],
        tty,
        state,
        ...(exitCode !== undefined && { exitCode }),
      },
    });

  async function live(): Promise<number> {
    const [name = ''] = argv;
    const command = findCommand(container, name, '/');
    if (typeof command === 'string') {
      emit('refused', NOT_STARTED_CODE);
      await give('stdout', Buffer.from(`${refusal(command, name)}\r\n`));
      return NOT_STARTED_CODE;
    }
    emit('started');
    const exited = await spawn(container, command, argv, {
      env: new Map([...container.env, ...(tty ? ([['TERM', 'xterm']] as const) : [])]),
      cwd: '/',
      stdin,
      stdout: terminal ?? sink('stdout'),
      stderr: terminal ?? sink('stderr'),
      signal,
      terminal,
    });
    if (exited === 'too-many') {
      emit('refused', NOT_STARTED_CODE);
      await give('stdout', Buffer.from(`${refusal('too-many', name)}\r\n`));
      return NOT_STARTED_CODE;
    }
    emit('exited', exited);
    return exited;
  }

  void live().then((exitCode) => {
    code = exitCode;
    stdin.close();
    closed.resolve();
  }, closed.reject);

  return {
    closed: closed.promise,
    exitCode: async () => code,
    async write(bytes) {
      if (!wants.stdin || code !== undefined) return;
      const taken =
        terminal === undefined ? (stdin as Pipe).write(bytes, signal) : terminal.type(bytes, signal);
      // Nobody reads any more.
      await taken.catch(() => {});
    },
    end() {
      if (!wants.stdin) return;
      if (terminal === undefined) (stdin as Pipe).end();
      else {
        // moby v20.10.24 container/stream/attach.go CopyStreams: a terminal's input is not closed, its output is.
        heard = false;
        closed.resolve();
      }
    },
    resize(size) {
      if (terminal !== undefined) terminal.size = size;
    },
    leave() {
      heard = false;
      if (terminal === undefined && wants.stdin) (stdin as Pipe).end();
      closed.resolve();
    },
  };
}

/** The words of runc and dockerd, as dockerd 20.10.24 with runc 1.1 puts them. */
function refusal(why: NotStarted, name: string): string {
  const reasons: Record<NotStarted, string> = {
    'not-found': `exec: "${name}": executable file not found in $PATH`,
    'missing-file': `exec: "${name}": stat ${name}: no such file or directory`,
    'not-executable': `exec: "${name}": permission denied`,
    'too-many': "can't start init process: resource temporarily unavailable",
  };
  return `OCI runtime exec failed: exec failed: unable to start container process: ${reasons[why]}: unknown`;
}

async function unlessAborted(waiting: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (waiting === undefined) return;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([waiting, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

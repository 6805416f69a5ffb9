import type { Clock, Rng } from '@kubeedge-sim/sim-kit';
import { FileSystem } from './file-system.ts';
import type { Command } from './process.ts';

/** A line of `ps`. */
export interface ProcessEntry {
  readonly pid: number;
  readonly command: string;
  /** Ends it. */
  kill(signal: number): void;
}

/** Linux's pids cgroup, as a kubelet sets it on small nodes. */
const PROCESSES_MAX = 64;

/** What the processes of one container share. */
export class Container {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly hostname: string;
  readonly kernelVersion: string;
  /** Environment of every process that is started from outside. */
  readonly env: ReadonlyMap<string, string>;
  readonly files: FileSystem;
  /** What there is in /bin, by name. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly #processes = new Map<number, ProcessEntry>();
  #lastPid = 1;

  constructor(options: {
    readonly clock: Clock;
    readonly rng: Rng;
    readonly hostname: string;
    readonly kernelVersion: string;
    readonly env: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    /** Command line of its main process. */
    readonly main: string;
    readonly address: string;
    readonly commands: ReadonlyMap<string, Command>;
  }) {
    this.clock = options.clock;
    this.rng = options.rng;
    this.hostname = options.hostname;
    this.kernelVersion = options.kernelVersion;
    this.env = new Map(Object.entries({ PATH, HOSTNAME: options.hostname, ...options.env, HOME }));
    this.commands = options.commands;
    this.files = new FileSystem(() => options.clock.now());
    this.#processes.set(1, { pid: 1, command: options.main, kill: () => {} });
    this.#fill(options);
  }

  get processes(): readonly ProcessEntry[] {
    return [...this.#processes.values()];
  }

  /** A number for a new process; undefined when there are too many. */
  add(command: string, kill: ProcessEntry['kill']): number | undefined {
    if (this.#processes.size >= PROCESSES_MAX) return undefined;
    this.#lastPid += 1;
    const pid = this.#lastPid;
    this.#processes.set(pid, { pid, command, kill });
    return pid;
  }

  remove(pid: number): void {
    this.#processes.delete(pid);
  }

  /** The image: a busybox and little else, as that of the recordings. */
  #fill({ commands, hostname, address, files }: ConstructorParameters<typeof Container>[0]): void {
    for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) this.files.makeDirectory(`/${name}`);
    for (const command of commands.keys()) this.files.write(`/bin/${command}`, new Uint8Array(), 0o755);
    for (const name of ['null', 'zero', 'urandom'] as const) this.files.device(`/dev/${name}`, name);
    const texts = {
      '/etc/hostname': `${hostname}\n`,
      '/etc/hosts': `127.0.0.1\tlocalhost\n${address}\t${hostname}\n`,
      '/etc/passwd': `root:x:0:0:root:${HOME}:/bin/sh\n`,
      '/etc/group': 'root:x:0:\n',
      ...files,
    };
    for (const [path, text] of Object.entries(texts)) {
      this.files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
      this.files.write(path, new TextEncoder().encode(text));
    }
  }
}

// moby v20.10.24 pkg/system/path_unix.go, DefaultPathEnv.
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The image has no other user's directory. */
const HOME = '/';

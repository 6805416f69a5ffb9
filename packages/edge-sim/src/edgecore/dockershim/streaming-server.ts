import { drained, type NetSocket, type Timer, type World } from '@kubeedge-sim/sim-kit';
import {
  type CommandEnd,
  type RemoteCommandProtocol,
  RemoteCommandServer,
  type RemoteCommandServerEvent,
  type RemoteCommandWants,
  streamCreationTimeoutMs,
  streamsTimedOutText,
} from '@kubeedge-sim/spdy';
import { EdgeError } from '../../errors.ts';
import type { OutputSink, Processes, ProcessStream } from '../../machine/container-process.ts';
import type { ContainerRecord } from '../../machine/container-record.ts';
import type { ComponentLog } from '../component-log.ts';
import { exitOfExec } from './exec.ts';
import { InputQueue } from './input-queue.ts';

export type StreamingKind = 'exec' | 'attach';

export interface StreamOptions {
  world: World;
  host: string;
  log: ComponentLog;
  kind: StreamingKind;
  /** The client's connection, the answer 101 having been written. */
  socket: NetSocket;
  /** What the client has sent already. */
  head: Uint8Array;
  protocol: RemoteCommandProtocol;
  wants: RemoteCommandWants;
  command: readonly string[];
  record: ContainerRecord;
  processes: Processes;
  /** The event of the request. */
  parent: number | undefined;
}

/** streaming.DefaultConfig StreamIdleTimeout. */
const IDLE_MS = 4 * 3_600_000;

/**
 * Serves one exec or attach on a connection that speaks SPDY from now on. A client that goes, or only ends its half,
 * loses the process, which runs on; it finds its input ended.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/cri/streaming/server.go,
 * cri/streaming/remotecommand/exec.go ServeExec, attach.go ServeAttach, dockershim/docker_streaming.go; the proxy before
 * it, vendor/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go, closes both sides as soon as one has ended.
 */
export function serveStream(options: StreamOptions): void {
  new Stream(options).begin();
}

class Stream {
  readonly #options: StreamOptions;
  readonly #remote: RemoteCommandServer;
  readonly #closing = new AbortController();
  readonly #input: InputQueue;
  readonly #counts = { stdinBytes: 0, stdoutBytes: 0, stderrBytes: 0 };
  #process: ProcessStream | undefined;
  #over = false;
  /** How long the client's streams are waited for. */
  #patience: Timer | undefined;
  #timedOut = false;
  #activeAtMs: number;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#remote = new RemoteCommandServer({ protocol: options.protocol, wants: options.wants });
    this.#activeAtMs = options.world.clock.now();
    this.#input = new InputQueue({
      write: async (bytes) => this.#process?.write(bytes),
      done: (bytes) => this.#taken(bytes),
      finish: () => this.#process?.end(),
    });
  }

  begin(): void {
    const { kind, socket, head, protocol, wants, command, world } = this.#options;
    this.#emit({
      state: 'open',
      protocol,
      tty: wants.tty,
      ...(kind === 'exec' && { command: [...command] }),
    });
    const label = `streams of ${kind} on ${socket.connection}`;
    this.#patience = world.clock.setTimeout(() => this.#missStreams(), streamCreationTimeoutMs, label);
    this.#closing.signal.addEventListener('abort', () => this.#patience?.cancel(), { once: true });
    this.#watchIdle();
    socket.on('error', () => {});
    socket.once('end', () => this.#gone('client-gone'));
    socket.once('close', () => this.#gone('client-gone'));
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    if (head.length > 0) this.#receive(head);
    socket.resume();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#activeAtMs = this.#options.world.clock.now();
    for (const event of this.#remote.receive(bytes)) this.#on(event);
    this.#send();
    if (this.#remote.paused) this.#options.socket.pause();
  }

  #on(event: RemoteCommandServerEvent): void {
    switch (event.type) {
      case 'ready':
        if (!this.#timedOut) this.#start();
        break;
      case 'stdin':
        this.#counts.stdinBytes += event.data.length;
        this.#input.push(event.data);
        break;
      case 'stdin-end':
        this.#input.end();
        break;
      case 'resize':
        this.#process?.resize(event.size);
        break;
      case 'unexpected-stream':
        this.#options.log.error('httpstream.go:235', event.text, this.#options.parent);
        break;
      case 'client-gone':
        // A goodbye is followed by the end of the connection.
        if (event.error !== undefined) this.#gone('hostile', event.error.message);
        break;
      case 'writable':
        break;
    }
  }

  #start(): void {
    const { kind, command, processes, record, wants } = this.#options;
    this.#patience?.cancel();
    const output: OutputSink = (name, bytes) => this.#output(name, bytes);
    this.#process =
      kind === 'exec'
        ? processes.exec(record, { command, ...wants }, output)
        : processes.attach(record, wants, output);
    void this.#follow(this.#process);
  }

  #output(name: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> | undefined {
    if (this.#over) return undefined;
    this.#counts[`${name}Bytes`] += bytes.length;
    this.#activeAtMs = this.#options.world.clock.now();
    this.#remote.write(name, bytes);
    this.#send();
    return drained(this.#options.socket);
  }

  #taken(bytes: number): void {
    this.#remote.consumed(bytes);
    if (this.#over) return;
    this.#send();
    if (!this.#remote.paused) this.#options.socket.resume();
  }

  async #follow(process: ProcessStream): Promise<void> {
    const { kind, log, record, world } = this.#options;
    const { signal } = this.#closing;
    const execId = world.ids.hex(`exec/${world.ids.next('exec')}`, 64);
    let end: CommandEnd;
    try {
      await process.closed;
      if (this.#over) return;
      end =
        kind === 'exec'
          ? await exitOfExec({ clock: world.clock, log, execId, containerId: record.id, process, signal })
          : { type: 'exited', code: 0 };
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EdgeError)) throw error;
      const doing = kind === 'exec' ? 'executing command in container' : 'attaching to container';
      end = { type: 'failed', text: `error ${doing}: ${error.message}` };
      log.error(kind === 'exec' ? 'exec.go:71' : 'attach.go:52', end.text);
    }
    if (this.#over) return;
    this.#remote.finish(end);
    this.#send();
    this.#close({
      ...(end.type === 'failed' ? { error: end.text } : kind === 'exec' ? { exitCode: end.code } : {}),
      end: 'finished',
    });
  }

  #send(): void {
    const { socket } = this.#options;
    for (const bytes of this.#remote.takeOutput()) if (socket.writable) socket.write(bytes);
  }

  #gone(end: 'client-gone' | 'hostile' | 'idle', error?: string): void {
    if (this.#over) return;
    this.#send();
    this.#process?.leave();
    this.#close({ end, ...(error !== undefined && { error }) });
  }

  #close(how: {
    end: 'finished' | 'client-gone' | 'hostile' | 'idle';
    exitCode?: number;
    error?: string;
  }): void {
    this.#over = true;
    this.#closing.abort();
    this.#emit({ state: 'ended', ...how, ...this.#counts });
    this.#options.socket.destroySoon();
  }

  /** The kubelet gives up on the streams, and leaves the connection to its idle timeout. */
  #missStreams(): void {
    this.#timedOut = true;
    this.#options.log.error('httpstream.go:184', streamsTimedOutText, this.#options.parent);
  }

  #watchIdle(): void {
    const { clock } = this.#options.world;
    const leftMs = this.#activeAtMs + IDLE_MS - clock.now();
    if (leftMs <= 0) {
      this.#gone('idle');
      return;
    }
    const timer = clock.setTimeout(() => this.#watchIdle(), leftMs, 'idle SPDY connection');
    this.#closing.signal.addEventListener('abort', () => timer.cancel(), { once: true });
  }

  #emit(detail: {
    state: 'open' | 'ended';
    protocol?: string;
    tty?: boolean;
    command?: string[];
    end?: 'finished' | 'client-gone' | 'hostile' | 'idle';
    exitCode?: number;
    error?: string;
    stdinBytes?: number;
    stdoutBytes?: number;
    stderrBytes?: number;
  }): void {
    const { world, host, kind, record, parent } = this.#options;
    const { labels } = record;
    world.trace.emit({
      host,
      component: 'dockershim',
      kind: 'dockershim.stream',
      parent,
      detail: {
        verb: kind,
        pod: `${labels['io.kubernetes.pod.namespace']}/${labels['io.kubernetes.pod.name']}`,
        container: labels['io.kubernetes.container.name'] ?? '',
        ...detail,
      },
    });
  }
}

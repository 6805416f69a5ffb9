// Test support only: a victim in a process of its own, how it does, and how those do that nobody attacks.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { AnyTraceEvent, TraceKinds } from '@kubeedge-sim/sim-kit';
import { expect } from 'vitest';
import type { Seen, SeenEvents, VictimOptions, VictimRequest, VictimStarted } from './victim-messages.ts';

const MI = 1024 * 1024;

export class Victim {
  readonly started: VictimStarted;
  readonly #child: ChildProcess;
  #printed = '';
  #lastEvent = 0;

  private constructor(child: ChildProcess, started: VictimStarted) {
    this.#child = child;
    this.started = started;
    child.stderr?.on('data', (chunk) => {
      this.#printed += chunk;
    });
  }

  /** Starts one, and waits until its first two edges have their tunnels. */
  static async start(options: Partial<VictimOptions> = {}): Promise<Victim> {
    const path = new URL('./victim.process.ts', import.meta.url);
    const stdio = ['ignore', 'inherit', 'pipe', 'ipc'] as const;
    const child = fork(path, [JSON.stringify(options)], { execArgv: ['--expose-gc'], stdio: [...stdio] });
    let failure = '';
    child.stderr?.on('data', (chunk) => {
      failure += chunk;
    });
    const [started] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(failure))),
    ])) as [VictimStarted];
    const victim = new Victim(child, started);
    // Who asks while edged does not listen yet is never answered.
    const serves = (node: string) => victim.answers(node, 2_000).catch(() => false);
    for (const node of ['edge-node-1', 'edge-node-2']) await until(() => serves(node));
    return victim;
  }

  /** Whether a node's summary can be read through the cloud. @throws when there is no answer in time */
  async answers(node: string, patienceMs = 60_000): Promise<boolean> {
    const { status, body } = await this.get('/stats/summary', { Host: `${node}:10350` }, patienceMs);
    return status === 200 && body.includes(`"nodeName": "${node}"`);
  }

  /** A GET of port 10003, with a client's connection of its own. */
  get(
    path: string,
    headers: Record<string, string>,
    patienceMs = 60_000,
  ): Promise<{ status: number; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    const where = { host: this.started.cloud, port: 10_003, path };
    const asked = request({ ...where, headers, agent: false, rejectUnauthorized: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    asked
      .setTimeout(patienceMs, () => asked.destroy(new Error(`${path} got no answer`)))
      .on('error', reject)
      .end();
    return promise;
  }

  /**
   * Lets `attack` happen while the first edge is asked again and again: every one of its answers must come. Then the
   * process must be there and hold no more than `heldMi` more than before, and `peakMi` more at any time, in MiB.
   * @returns the limits that were reached
   */
  async under(
    name: string,
    attack: () => Promise<unknown>,
    { heldMi = 60, peakMi = 350, node = 'edge-node-1' } = {},
  ): Promise<string[]> {
    await this.events([]);
    const before = (await this.#ask({ ask: 'memory' })) as Seen;
    let isOver = false;
    const other = (async () => {
      let answers = 0;
      while (!isOver) {
        expect(await this.answers(node), `${node} while ${name}`).toBe(true);
        answers += 1;
      }
      return answers;
    })();
    other.catch(() => {});
    try {
      await attack();
    } finally {
      isOver = true;
    }
    const answers = await other;
    expect(await this.answers(node), `${node} after ${name}`).toBe(true);
    const after = (await this.#ask({ ask: 'memory' })) as Seen;
    const held = (after.heldBytes - before.heldBytes) / MI;
    const peak = (after.peakBytes - before.rssBytes) / MI;
    note(name, { held, peak, answers });
    expect(held, `MiB held after ${name}`).toBeLessThan(heldMi);
    expect(peak, `MiB at most while ${name}`).toBeLessThan(peakMi);
    const reached = await this.events(['limit.reached']);
    return [
      ...new Set(reached.flatMap((event) => (event.kind === 'limit.reached' ? [event.detail.limit] : []))),
    ];
  }

  /** The events of these kinds since the last call. */
  async events(kinds: readonly (keyof TraceKinds)[]): Promise<readonly AnyTraceEvent[]> {
    const { events, last } = (await this.#ask({
      ask: 'events',
      after: this.#lastEvent,
      kinds,
    })) as SeenEvents;
    this.#lastEvent = last;
    return events;
  }

  /** Ends it in order; it must have printed nothing about errors until then. */
  async stop(): Promise<void> {
    expect(this.#child.exitCode, this.#printed).toBeNull();
    const exited = once(this.#child, 'exit');
    this.#child.send({ ask: 'stop' } satisfies VictimRequest);
    const [code] = (await exited) as [number | null];
    expect(this.#printed).toBe('');
    expect(code).toBe(0);
  }

  async #ask(request: VictimRequest): Promise<unknown> {
    const settled = new AbortController();
    const { signal } = settled;
    const ended = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`The victim has ended: ${this.#printed}`);
    });
    this.#child.send(request);
    try {
      const [message] = (await Promise.race([once(this.#child, 'message', { signal }), ended])) as [unknown];
      return message;
    } finally {
      ended.catch(() => {});
      settled.abort();
    }
  }
}

/** Polls for what has to become true. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** For docs/limits.md: HOSTILE_MEASURED=<file> collects a line for each attack. */
function note(name: string, { held, peak, answers }: { held: number; peak: number; answers: number }): void {
  const file = process.env['HOSTILE_MEASURED'];
  if (file !== undefined)
    appendFileSync(file, `| ${name} | ${held.toFixed(1)} | ${peak.toFixed(1)} | ${answers} |\n`);
}

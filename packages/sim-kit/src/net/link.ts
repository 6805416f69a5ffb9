import type { Clock, Timer } from '../clock.ts';
import { SimError } from '../errors.ts';
import type { Trace } from '../trace.ts';
import { formatTarget } from './listen-target.ts';
import type { CutMode, DialOptions, DialTarget, Host, Link, LinkState } from './net.ts';
import { NetError } from './net-error.ts';
import { DIAL_TIMEOUT_MS } from './refusal.ts';

/** When Linux sends a SYN again, after the first: its timeout is 1 s and doubles. */
const SYN_RETRIES_MS = [1_000, 3_000, 7_000, 15_000, 31_000, 63_000];

/** What the connections of a net need of the line between their hosts. */
export class HostLink implements Link {
  readonly #clock: Clock;
  readonly #trace: Trace;
  readonly #names: readonly [string, string];
  readonly #works: boolean;
  readonly #resets = new Set<() => void>();
  readonly #timers = new Set<Timer>();
  #held: (() => void)[] = [];
  #delayMs = 0;
  #state: LinkState = 'up';
  #closed = false;

  constructor(world: LinkWorld, names: readonly [string, string]) {
    this.#clock = world.clock;
    this.#trace = world.trace;
    this.#works = world.works;
    this.#names = names;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  set delayMs(ms: number) {
    if (!Number.isFinite(ms) || ms < 0) {
      const expected = 'milliseconds, at least 0';
      throw new SimError('SIM_ERR_LINK_DELAY', { value: ms, link: this.#names.join(' – '), expected });
    }
    if (ms === this.#delayMs) return;
    this.#demand('delay');
    this.#delayMs = ms;
    this.#tell();
  }

  get state(): LinkState {
    return this.#state;
  }

  cut(mode: CutMode): void {
    if (mode === this.#state) return;
    this.#demand('cut');
    this.#state = mode;
    this.#tell();
    if (mode !== 'rst') return;
    // What was held belongs to connections that are no more.
    this.#held = [];
    for (const reset of this.#resets) reset();
  }

  heal(): void {
    if (this.#state === 'up') return;
    this.#state = 'up';
    this.#tell();
    for (const arrive of this.#held.splice(0)) {
      this.carry(arrive, this.#delayMs, `delivery on ${this.#names.join(' – ')}, held until now`);
    }
  }

  /** Lets something arrive after `delayMs`, or when the line is healed, should it be silent by then. */
  carry(arrive: () => void, delayMs: number, label: string): void {
    if (this.#closed) return;
    const timer = this.#clock.setTimeout(
      () => {
        this.#timers.delete(timer);
        if (this.#state === 'silent') this.#held.push(arrive);
        else arrive();
      },
      delayMs,
      label,
    );
    this.#timers.add(timer);
  }

  /** Notes a connection over this line; `reset` breaks both of its ends. Call the result when it is over. */
  join(reset: () => void): () => void {
    this.#resets.add(reset);
    return () => void this.#resets.delete(reset);
  }

  /** Forgets what is on its way; for the end of the net. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#held = [];
  }

  #demand(action: string): void {
    if (!this.#works) throw new SimError('SIM_ERR_NO_LINKS', { action, link: this.#names.join(' – ') });
  }

  #tell(): void {
    const [a, b] = this.#names;
    const detail = { a, b, state: this.#state, ...(this.#delayMs > 0 && { delayMs: this.#delayMs }) };
    this.#trace.emit({ host: a, component: 'link', kind: 'net.link', detail });
  }
}

interface LinkWorld {
  clock: Clock;
  trace: Trace;
  /** False where nothing of the net runs over its links: then they cannot be changed. */
  works: boolean;
}

/** The lines between the hosts of a net. */
export class LinkTable {
  readonly #links = new Map<string, HostLink>();
  readonly #world: LinkWorld;

  constructor(world: LinkWorld) {
    this.#world = world;
  }

  /** True when dials go over these links. */
  get works(): boolean {
    return this.#world.works;
  }

  /** @throws SimError SIM_ERR_LINK_SELF */
  between(a: Pick<Host, 'name'>, b: Pick<Host, 'name'>): HostLink {
    if (a.name === b.name) throw new SimError('SIM_ERR_LINK_SELF', { host: a.name });
    const names = a.name < b.name ? ([a.name, b.name] as const) : ([b.name, a.name] as const);
    const key = names.join('|');
    const link = this.#links.get(key) ?? new HostLink(this.#world, names);
    this.#links.set(key, link);
    return link;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }
}

/**
 * Sends the SYN of a dial over a link and waits for its answer, as Linux does: what a silent line swallows is sent
 * again after 1, 3, 7, 15, 31 and 63 s. A line that resets answers the SYN with RST, which a kernel calls refused.
 * @throws NetError ECONNREFUSED, ETIMEDOUT; the signal's reason
 */
export async function crossLink(
  clock: Clock,
  link: HostLink,
  target: DialTarget,
  dial: { options: DialOptions; label: string },
): Promise<void> {
  const { options, label } = dial;
  const startMs = clock.now();
  const deadlineMs = startMs + (options.timeoutMs ?? DIAL_TIMEOUT_MS);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const waitUntil = async (atMs: number) => {
    await clock.sleep(Math.min(atMs, deadlineMs) - clock.now(), { ...signal, label });
    if (atMs > deadlineMs) throw new NetError('ETIMEDOUT', formatTarget(target));
  };
  for (const retryMs of [0, ...SYN_RETRIES_MS]) {
    if (startMs + retryMs > clock.now()) await waitUntil(startMs + retryMs);
    if (link.state === 'silent') continue;
    await waitUntil(clock.now() + 2 * link.delayMs);
    // It may have been cut while the answer was on its way.
    if (isAnswered(link, target)) return;
  }
  await waitUntil(Number.POSITIVE_INFINITY);
}

/** @throws NetError ECONNREFUSED */
function isAnswered({ state }: Link, target: DialTarget): boolean {
  if (state === 'rst') throw new NetError('ECONNREFUSED', formatTarget(target));
  return state === 'up';
}

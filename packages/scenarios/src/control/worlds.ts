import { type Clock, SimError, type Timer } from '@kubeedge-sim/sim-kit';
import { type Simulation, type SimulationOptions, startSimulation } from '../simulation.ts';
import { Problem } from './problem.ts';

/** How much a control server bears. */
export interface WorldLimits {
  /** Worlds at one time, those that are being started included. */
  worldsMax: number;
  /** Requests of one world that are under way or wait for their turn. */
  waitingMax: number;
  /** A world that nobody asked anything for so long is disposed; 0 means never. */
  idleMs: number;
}

/** A world that the control API can reach. */
export interface ControlledWorld {
  readonly id: string;
  readonly simulation: Simulation;
  /**
   * Works with the simulation; a world whose request is under way is not idle.
   * @throws Problem 429 when too many wait already
   */
  use<T>(work: (simulation: Simulation) => Promise<T>): Promise<T>;
}

/** The worlds of one control server. Disposing it breaks off what they do, and disposes them. */
export interface Worlds extends AsyncDisposable {
  /** Starts a world. @throws Problem 429 when there are too many; what `startSimulation` throws; the signal's reason */
  create(options: SimulationOptions, signal: AbortSignal): Promise<ControlledWorld>;
  /** Takes in a world that somebody else started and disposes. */
  adopt(id: string, simulation: Simulation): void;
  /** @throws Problem 404 naming the worlds there are */
  find(id: string): ControlledWorld;
  list(): readonly ControlledWorld[];
  /** Disposes a world; what it is doing is broken off. @throws Problem 404, 409 */
  remove(id: string): Promise<void>;
}

interface Entry extends ControlledWorld {
  adopted: boolean;
  breakOff: AbortController;
  waiting: number;
  idle?: Timer;
}

export function createWorlds(clock: Clock, limits: WorldLimits, report: (error: unknown) => void): Worlds {
  const entries = new Map<string, Entry>();
  /** Starts and ends under way. */
  const under = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let starting = 0;
  let lastId = 0;

  function enter(id: string, simulation: Simulation, adopted: boolean, breakOff: AbortController): Entry {
    const entry: Entry = {
      id,
      simulation,
      adopted,
      breakOff,
      waiting: 0,
      async use(work) {
        if (entry.waiting >= limits.waitingMax) throw tooManyWait(id, limits.waitingMax);
        entry.waiting++;
        entry.idle?.cancel();
        try {
          return await work(simulation);
        } finally {
          entry.waiting--;
          rest(entry);
        }
      },
    };
    entries.set(id, entry);
    rest(entry);
    return entry;
  }

  function rest(entry: Entry): void {
    if (limits.idleMs === 0 || entry.adopted || entry.waiting > 0 || !entries.has(entry.id)) return;
    entry.idle?.cancel();
    entry.idle = clock.setTimeout(() => void end(entry).catch(report), limits.idleMs, `idle ${entry.id}`);
  }

  function end(entry: Entry): Promise<void> {
    entries.delete(entry.id);
    entry.idle?.cancel();
    entry.breakOff.abort(gone(entry.id));
    return keep(Promise.resolve(entry.simulation[Symbol.asyncDispose]()));
  }

  async function keep<T>(work: Promise<T>): Promise<T> {
    under.add(work);
    try {
      return await work;
    } finally {
      under.delete(work);
    }
  }

  async function start(options: SimulationOptions, signal: AbortSignal): Promise<Entry> {
    starting++;
    const breakOff = new AbortController();
    const leave = () => breakOff.abort(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      const any = AbortSignal.any([breakOff.signal, closing.signal]);
      const simulation = await startSimulation({ ...options, signal: any });
      if (!any.aborted) return enter(`w${++lastId}`, simulation, false, breakOff);
      // Nobody would learn its id.
      await simulation[Symbol.asyncDispose]();
      throw any.reason;
    } finally {
      starting--;
      signal.removeEventListener('abort', leave);
    }
  }

  return {
    create(options, signal) {
      if (entries.size + starting >= limits.worldsMax) throw tooMany([...entries.keys()], limits.worldsMax);
      return keep(start(options, signal));
    },
    adopt: (id, simulation) => void enter(id, simulation, true, new AbortController()),
    find(id) {
      const entry = entries.get(id);
      if (entry === undefined) throw noSuchWorld(id, [...entries.keys()]);
      rest(entry);
      return entry;
    },
    list: () => [...entries.values()],
    async remove(id) {
      const entry = entries.get(id);
      if (entry === undefined) throw noSuchWorld(id, [...entries.keys()]);
      if (entry.adopted)
        throw new Problem(409, 'not-yours', `Tried to delete ${id}; it ends with the \`up\` that serves it.`);
      await end(entry);
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new SimError('SIM_ERR_DISPOSED', { action: 'start a world' }));
      for (const entry of entries.values()) {
        if (entry.adopted) entries.delete(entry.id);
        else void end(entry).catch(report);
      }
      await Promise.allSettled(under);
    },
  };
}

const gone = (id: string) =>
  new Problem(409, 'world-gone', `The world ${id} was deleted while it was at work. Create another one.`);

const noSuchWorld = (id: string, known: readonly string[]) =>
  new Problem(
    404,
    'no-such-world',
    `Looked for the world ${JSON.stringify(id)}, found ${known.length === 0 ? 'none at all' : known.join(', ')}. ` +
      'Create one with POST /v1/worlds; worlds that nobody asks anything are deleted after a while.',
  );

const tooMany = (known: readonly string[], max: number) =>
  new Problem(
    429,
    'too-many-worlds',
    `Tried to start a world more than the ${max} this server has (--max-worlds); there are ${known.join(', ') || 'some being started'}. ` +
      'DELETE one that is no longer needed.',
  );

const tooManyWait = (id: string, max: number) =>
  new Problem(
    429,
    'too-many-requests',
    `${max} requests of the world ${id} are under way or wait; a world answers one at a time. Wait for some of them.`,
  );

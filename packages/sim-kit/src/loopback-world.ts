import { SimError } from './errors.ts';
import { createIds } from './ids.ts';
import { createLoopbackNet } from './net/loopback-net.ts';
import { RealClock } from './real-clock.ts';
import { createTrace } from './trace.ts';
import { assembleWorld, EVENTS_KEPT, TRACE_TEXT_KEPT, type World, type WorldOptions } from './world.ts';

export interface LoopbackWorldOptions extends WorldOptions {
  /**
   * The `net.leasePrefix` of another process's world, to live in the same one: both must declare the same hosts in the
   * same order, and each nat rule in every process whose dials it concerns. Default: a block of its own.
   */
  leasePrefix?: string;
  /** The name of the host outside clients act as, from the moment it is declared; see `Net.actAs`. */
  asHost?: string;
  /**
   * Lets connections between hosts run over their {@link Net.link}, so that it can be cut and delayed. Each then goes
   * through a relay in the dialling process, which costs about a millisecond a chunk. Default false.
   */
  links?: boolean;
  /**
   * How many events the trace keeps at least, at most twice as many: a world that serves for days must not grow. Default
   * 500,000, hours of a small cluster: what a fault did at its start must still be there when somebody asks.
   */
  traceEventsKept?: number;
  /**
   * How much text of its events the trace keeps, in characters, at most twice as much, whatever `traceEventsKept` says: a
   * peer chooses how long its names, paths and lines are. Default 64 Mi.
   */
  traceTextKept?: number;
  /**
   * Lets components dial the machine's own network: an address that is no host's, or a name, which is looked up at each
   * dial. `127.0.0.1` stays the dialling host's own; the machine's is `localhost`. Default false: there is no route.
   */
  uplink?: boolean;
}

/**
 * A world on real sockets and the machine's clock, for real clients. `startAtMs` has no effect: it is now.
 * @throws SimError SIM_ERR_NO_LEASE, SIM_ERR_ADDRESS
 */
export async function createLoopbackWorld(options: LoopbackWorldOptions = {}): Promise<World> {
  const { seed = 1, leasePrefix, asHost, links = false, uplink = false } = options;
  const { traceEventsKept = EVENTS_KEPT, traceTextKept = TRACE_TEXT_KEPT } = options;
  const clock = new RealClock();
  const ids = createIds(seed);
  const trace = createTrace(clock, {
    eventsKept: traceEventsKept,
    textKept: traceTextKept,
    hashesAll: false,
  });
  const net = await createLoopbackNet({
    clock,
    ids,
    trace,
    links,
    uplink,
    ...(leasePrefix !== undefined && { leasePrefix }),
    ...(asHost !== undefined && { asHost }),
  });
  const world = assembleWorld({ seed, clock, ids, trace, net }, async (body, waits, limitMs) => {
    const stalled = Promise.withResolvers<never>();
    const limit = setTimeout(() => {
      const waiting = [...waits(), ...clock.pending()].join('; ') || 'nobody';
      stalled.reject(new SimError('SIM_ERR_STALLED', { limitMs, at: new Date().toISOString(), waiting }));
    }, limitMs);
    try {
      return await Promise.race([body(), stalled.promise]);
    } finally {
      clearTimeout(limit);
    }
  });
  return {
    ...world,
    async [Symbol.asyncDispose]() {
      try {
        await world[Symbol.asyncDispose]();
      } finally {
        clock.cancelAll();
      }
    },
  };
}

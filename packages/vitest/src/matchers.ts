import type { Cause, Diagnosis, Outcome, Simulation } from 'kubeedge-sim';
import type { MatcherState } from 'vitest';
import { describeRun, indent } from './failure.ts';
import { type Found, type LogFilter, linesOf, type MessageFilter, messagesOf } from './from-events.ts';
import { lookAtMetrics, type PodSelector, wantedPods } from './metrics-api.ts';

export type { LogFilter, MessageFilter, PodSelector };

/** The matchers this package adds to `expect(simulation)`. Those that return a promise ask the running cluster. */
export interface SimulationMatchers {
  /**
   * metrics.k8s.io, asked through kube-apiserver, has metrics of the pod; of every pod of a node, when given a node.
   * With `not`: it has none, of no pod of the node. metrics-server scrapes once a minute: `settle()` after an act.
   */
  toHavePodMetrics(pod: string | PodSelector): Promise<void>;
  /** metrics.k8s.io has metrics of the node. */
  toHaveNodeMetrics(node: string): Promise<void>;
  /** `diagnose()` names the cause, e.g. `engine-refuses-cadvisor`. */
  toExplain(cause: string): Promise<void>;
  /** `diagnose()` finds the outcome `symptom`, `healthy` or `other`. */
  toHaveOutcome(outcome: Diagnosis['outcome']): Promise<void>;
  /** The same as `toHaveOutcome('healthy')`. */
  toBeHealthy(): Promise<void>;
  /** A tunnel message was sent, e.g. `{ type: 'METRIC_CONNECT', direction: 'to-edge' }`. */
  toHaveSeenMessage(message: MessageFilter): void;
  /** A component printed a line that matches, e.g. `toHaveLogged('cloudcore', /Add a new apiserver connection/)`. */
  toHaveLogged(component: string, line: RegExp | string, filter?: LogFilter): void;
}

declare module 'vitest' {
  // The parameters have to be those of vitest's own declaration.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends SimulationMatchers {}
}

type This = Pick<MatcherState, 'isNot' | 'utils'>;

/** For `expect.extend`; importing the package has done that. */
export const matchers = {
  async toHavePodMetrics(this: This, received: unknown, pod: string | PodSelector) {
    const simulation = simulationOf('toHavePodMetrics', received);
    const { names, problem } = await lookAtMetrics(simulation, 'pods');
    const wanted = await wantedPods(simulation, pod);
    const has = (name: string) => names.includes(name);
    const pass = this.isNot ? wanted.some(has) : wanted.length > 0 && wanted.every(has);
    const none = `pods, but no pod is ${JSON.stringify(pod)}`;
    const expected = `metrics of ${list(wanted, none)}`;
    const found = problem ?? `metrics of ${list(names, 'no pod')}`;
    return verdict(this, 'toHavePodMetrics', { simulation, given: written(pod), pass, expected, found });
  },

  async toHaveNodeMetrics(this: This, received: unknown, node: string) {
    const simulation = simulationOf('toHaveNodeMetrics', received);
    const { names, problem } = await lookAtMetrics(simulation, 'nodes');
    const expected = `metrics of ${node}`;
    const found = problem ?? `metrics of ${list(names, 'no node')}`;
    return verdict(this, 'toHaveNodeMetrics', {
      simulation,
      given: written(node),
      pass: names.includes(node),
      expected,
      found,
    });
  },

  async toExplain(this: This, received: unknown, cause: string) {
    const simulation = simulationOf('toExplain', received);
    const diagnosis = await simulation.diagnose();
    const pass = diagnosis.causes.some(({ id }) => id === cause);
    return verdict(this, 'toExplain', {
      simulation,
      given: written(cause),
      pass,
      expected: `the cause ${cause}`,
      ...diagnosed(diagnosis),
    });
  },

  toHaveOutcome(this: This, received: unknown, outcome: Outcome) {
    return haveOutcome(this, 'toHaveOutcome', received, outcome);
  },

  toBeHealthy(this: This, received: unknown) {
    return haveOutcome(this, 'toBeHealthy', received, 'healthy');
  },

  toHaveSeenMessage(this: This, received: unknown, message: MessageFilter) {
    const simulation = simulationOf('toHaveSeenMessage', received);
    return verdict(this, 'toHaveSeenMessage', {
      simulation,
      given: written(message),
      ...messagesOf(simulation, message),
    });
  },

  toHaveLogged(this: This, received: unknown, component: string, line: RegExp | string, filter?: LogFilter) {
    const simulation = simulationOf('toHaveLogged', received);
    return verdict(this, 'toHaveLogged', {
      simulation,
      given: written(component, line, ...(filter === undefined ? [] : [filter])),
      ...linesOf(simulation, component, line, filter ?? {}),
    });
  },
};

async function haveOutcome(state: This, name: string, received: unknown, outcome: Outcome) {
  const simulation = simulationOf(name, received);
  const diagnosis = await simulation.diagnose();
  const pass = diagnosis.outcome === outcome;
  const given = name === 'toBeHealthy' ? '' : written(outcome);
  return verdict(state, name, {
    simulation,
    given,
    pass,
    expected: `the outcome ${outcome}`,
    ...diagnosed(diagnosis),
  });
}

function diagnosed({ outcome, causes }: Diagnosis): { found: string; cause: Cause | undefined } {
  const named = causes.map(({ id, text }) => `${id}: ${text.en}`);
  return { found: [`the outcome ${outcome}`, ...named].join('\n'), cause: causes[0] };
}

interface Verdict extends Found {
  simulation: Simulation;
  /** The matcher's arguments, as they were written. */
  given: string;
  cause?: Cause | undefined;
}

const written = (...given: readonly unknown[]) =>
  given.map((each) => (each instanceof RegExp ? `${each}` : JSON.stringify(each))).join(', ');

/** What the matcher answers vitest, and what it says when the answer is not the wanted one. */
function verdict(
  { isNot, utils }: This,
  name: string,
  { simulation, given, pass, expected, found, cause }: Verdict,
) {
  // Put together now: by the time vitest asks for it the cluster may have gone on.
  const failed = pass === (isNot ?? false);
  const text = failed ? describeRun(simulation, cause) : '';
  const say = (what: string) => what.split('\n').map(indent).join('\n');
  return {
    pass,
    message: () =>
      [
        utils.matcherHint(name, 'simulation', given, { isNot }),
        '',
        `Expected${isNot ? ' not' : ''}:`,
        say(expected),
        'Found:',
        say(found),
        '',
        text,
      ].join('\n'),
  };
}

function simulationOf(matcher: string, received: unknown): Simulation {
  const { diagnose, events } = (received ?? {}) as Partial<Simulation>;
  if (typeof diagnose === 'function' && typeof events === 'function') return received as Simulation;
  const found = received === null ? 'null' : typeof received;
  throw new TypeError(
    `Tried expect(…).${matcher}(), found ${found} in place of a simulation. ` +
      "Give it the fixture's `simulation`, or what `await startSimulation()` returns.",
  );
}

const list = (names: readonly string[], none: string) => (names.length === 0 ? none : names.join(', '));

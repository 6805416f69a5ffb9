import { type ChildProcess, fork } from 'node:child_process';
import type { TraceInput, TraceKinds, World } from '@kubeedge-sim/sim-kit';
import { siblingModule } from '../../sibling-module.ts';
import type { Action } from '../action.ts';
import type { Cluster } from '../cluster.ts';
import type { ClusterDescription } from '../description.ts';
import { declareHosts, edgesOf, serverNamesOf } from '../hosts.ts';
import { actOnIptables, isIptablesAction, runIptables } from '../iptables-action.ts';
import { actOnLink, isLinkAction } from '../link-action.ts';
import { isForCloud } from '../local-cluster.ts';
import { createObserver } from '../observer.ts';
import { createPki } from '../pki.ts';
import type { FromHalf, ToHalf } from './messages.ts';

interface HalfProcess {
  start(message: ToHalf & { kind: 'start' }): Promise<void>;
  act(action: Action): Promise<void>;
  tables(): Promise<Tables>;
  stop(): Promise<void>;
}

type Tables = (FromHalf & { kind: 'tables' })['tables'];

interface SplitOptions {
  /** Whether lines can be cut and delayed; this process's world must be made alike. */
  links: boolean;
}

/**
 * Starts the cloud and the edges as two processes that share nothing but real sockets. This process only looks on: it
 * runs kubectl and curl, and collects the events of both.
 */
export async function startSplitCluster(
  world: World,
  description: ClusterDescription,
  { links }: SplitOptions,
): Promise<Cluster> {
  const hosts = declareHosts(world, description);
  const pki = await createPki(
    world,
    hosts.cloud,
    edgesOf(hosts, description),
    serverNamesOf(hosts, description),
  );
  const leasePrefix = world.net.leasePrefix ?? '';
  const common = { kind: 'start', seed: world.seed, leasePrefix, links, description, pki } as const;
  const halves = { cloud: forkHalf(world, 'cloud'), edge: forkHalf(world, 'edge') };
  const stop = async () => {
    await halves.edge.stop();
    await halves.cloud.stop();
  };
  try {
    await halves.cloud.start({ ...common, half: 'cloud' });
    await halves.edge.start({ ...common, half: 'edge' });
  } catch (error) {
    await stop();
    throw error;
  }
  const apiserver = { address: hosts.front.address, port: 6_443 };
  const observer = createObserver(world, hosts, description, apiserver);
  return {
    world,
    description,
    ...observer,
    async curl(...args) {
      // cloudcore and EdgeWatcher's agents change the tables of their hosts in the cloud's process.
      for (const { host, text } of await halves.cloud.tables()) {
        runIptables(hosts.find(host), [], { command: 'iptables-restore', input: text });
      }
      return observer.curl(...args);
    },
    async act(action) {
      if (isLinkAction(action)) {
        // Here first: what this process cannot do, none can.
        await actOnLink(world, hosts, action);
        await halves.cloud.act(action);
        await halves.edge.act(action);
      } else if (isIptablesAction(action)) {
        // Each process has the tables of all hosts, and asks them when it dials.
        await actOnIptables(world, hosts, action);
        await halves.cloud.act(action);
        await halves.edge.act(action);
      } else await (isForCloud(action) ? halves.cloud : halves.edge).act(action);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function forkHalf(world: World, name: 'cloud' | 'edge'): HalfProcess {
  const child = fork(siblingModule('half', import.meta.url), { serialization: 'advanced' });
  const started = Promise.withResolvers<void>();
  const asked: PromiseWithResolvers<Tables>[] = [];
  const acts = new Map<number, PromiseWithResolvers<void>>();
  const adopt = createAdopter(world);
  const fail = (error: Error) => {
    started.reject(error);
    for (const waiting of [...acts.values(), ...asked.splice(0)]) waiting.reject(error);
  };
  child.on('message', (message: FromHalf) => {
    if (message.kind === 'event') {
      // A change of a line is made in all three processes, and this one has recorded it already.
      if (message.event.kind === 'net.link') return;
      adopt(message.event as unknown as TraceInput<keyof TraceKinds> & { id: number });
    } else if (message.kind === 'started') started.resolve();
    else if (message.kind === 'tables') asked.shift()?.resolve(message.tables);
    else if (message.kind === 'failed') fail(new Error(`The ${name} half failed: ${message.error}`));
    else if (message.error === undefined) acts.get(message.id)?.resolve();
    else acts.get(message.id)?.reject(new Error(message.error));
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('exit', (code) => fail(new Error(`The ${name} half ended with code ${code}.`)));
  // Whoever does not wait for it must not be told of it as an unhandled rejection.
  started.promise.catch(() => {});
  return {
    start(message) {
      send(child, message);
      return started.promise;
    },
    async act(action) {
      const act = Promise.withResolvers<void>();
      const id = world.ids.next(`act/${name}`);
      acts.set(id, act);
      send(child, { kind: 'act', id, action });
      await act.promise.finally(() => acts.delete(id));
    },
    tables() {
      const answer = Promise.withResolvers<Tables>();
      asked.push(answer);
      send(child, { kind: 'tables' });
      return answer.promise;
    },
    async stop() {
      if (child.connected) send(child, { kind: 'stop' });
      await exited;
    },
  };
}

const send = (child: ChildProcess, message: ToHalf) => void child.send(message);

/** Puts a half's events into this world's trace, with ids of this trace. */
function createAdopter(world: World): (event: TraceInput<keyof TraceKinds> & { id: number }) => void {
  const ids = new Map<number, number>();
  return ({ id, parent, host, component, kind, detail }) => {
    const own = parent === undefined ? undefined : ids.get(parent);
    ids.set(id, world.trace.emit({ host, component, kind, detail, parent: own }));
  };
}

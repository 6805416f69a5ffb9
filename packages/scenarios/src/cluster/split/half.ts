// One half of a split cluster as a process of its own. It is forked by split-cluster.ts and talks to it by messages;
// to the other half it talks over sockets only.
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import type { Action } from '../action.ts';
import { startCloud } from '../cloud-half.ts';
import { startEdges, surroundingsIn } from '../edge-half.ts';
import { declareHosts } from '../hosts.ts';
import { actOnIptables, isIptablesAction, runIptables } from '../iptables-action.ts';
import { actOnLink, isLinkAction } from '../link-action.ts';
import type { FromHalf, ToHalf } from './messages.ts';

/** Changes this half, or its side of a line: each process holds the connections it has dialled. */
interface Half {
  act(action: Action): Promise<void>;
}

const SAVE = { command: 'iptables-save' } as const;

let world: World | undefined;
let half: Half | undefined;

// Nobody is there to be told that the parent is gone.
const tell = (message: FromHalf) => process.send?.(message, undefined, undefined, () => {});
const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

process.on('message', (message: ToHalf) => {
  handle(message).catch((error: unknown) => tell({ kind: 'failed', error: textOf(error) }));
});
// A parent that is gone cannot stop us.
process.on('disconnect', () => void stop());

async function handle(message: ToHalf): Promise<void> {
  switch (message.kind) {
    case 'start':
      half = await start(message);
      tell({ kind: 'started' });
      return;
    case 'act': {
      const { id, action } = message;
      const error = await half?.act(action).then(() => undefined, textOf);
      tell({ kind: 'acted', id, ...(error === undefined ? {} : { error }) });
      return;
    }
    case 'tables': {
      const on = world?.net.hosts ?? [];
      tell({
        kind: 'tables',
        tables: on.map((host) => ({ host: host.name, text: runIptables(host, [], SAVE).stdout })),
      });
      return;
    }
    case 'stop':
      await stop();
  }
}

async function start(message: ToHalf & { kind: 'start' }): Promise<Half> {
  const { seed, leasePrefix, links, description, pki } = message;
  const own = await createLoopbackWorld({ seed, leasePrefix, links });
  world = own;
  own.trace.subscribe((event) => tell({ kind: 'event', event }));
  const hosts = declareHosts(own, description);
  const started: Half = own.own(
    message.half === 'cloud'
      ? await startCloud(own, hosts, description, pki)
      : await startEdges(own, surroundingsIn(own, hosts, pki, description.edges), description.edges),
  );
  return {
    act(action) {
      if (isLinkAction(action)) return actOnLink(own, hosts, action);
      return isIptablesAction(action) ? actOnIptables(own, hosts, action) : started.act(action);
    },
  };
}

async function stop(): Promise<void> {
  const ending = world;
  world = undefined;
  await ending?.[Symbol.asyncDispose]();
  if (process.connected) process.disconnect();
}

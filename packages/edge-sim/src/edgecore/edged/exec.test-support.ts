// Test support: an edged with the lab's pods, and clients of its exec and attach.
import type { NetSocket, World } from '@kubeedge-sim/sim-kit';
import type { MachineDescription } from '../../machine/description.ts';
import { createMachine } from '../../machine/machine.ts';
import { ExecClient, type ExecOptions, startExec } from './exec-client.test-support.ts';
import { type EdgedOptions, startEdged } from './index.ts';
import { LAB_MACHINE } from './lab-machine.test-support.ts';

const TARGET = { address: '127.0.0.1', port: 10_350 };
/** Longer than an idle connection is kept. */
const RUN_LIMIT_MS = 6 * 3_600_000;
const NGINX = 'default/nginx-1/nginx';

export interface ExecSite {
  world: World;
  dial(): Promise<NetSocket>;
  /** Asks for a path, by default exec in nginx-1. */
  ask(
    query: string,
    options?: ExecOptions & { path?: string; socket?: NetSocket },
  ): ReturnType<typeof startExec>;
  /** The same, and it has to be accepted. */
  exec(query: string, options?: ExecOptions & { path?: string }): Promise<ExecClient>;
  /** Lines of edged's log. */
  logs(): string[];
}

/** Plays `body` beside an edged of v1.6.1. */
export async function inExecSite(
  create: () => World | Promise<World>,
  body: (site: ExecSite) => Promise<void>,
  options: Partial<EdgedOptions> = {},
  description: MachineDescription = LAB_MACHINE,
): Promise<void> {
  const world = await create();
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const machine = createMachine(world, host, description);
  await world.run(
    async () => {
      const cadvisor = { containers: () => [], dockerVersion: async () => '20.10.24' };
      world.own(await startEdged(world, machine, { nodeName: 'edge-node-1', cadvisor, ...options }));
      const dial = () => host.connect(TARGET, { component: 'test' });
      const ask: ExecSite['ask'] = async (query, { path = `/exec/${NGINX}`, socket, ...more } = {}) =>
        startExec(socket ?? (await dial()), `${path}?${query}`, more);
      const exec: ExecSite['exec'] = async (query, more) => {
        const client = await ask(query, more);
        if (client instanceof ExecClient) return client;
        throw new Error(client.refused);
      };
      const logs = () =>
        world.trace.of('log').map(({ detail: { severity, message } }) => `${severity} ${message}`);
      await body({ world, dial, ask, exec, logs });
    },
    { limitMs: RUN_LIMIT_MS },
  );
  await world[Symbol.asyncDispose]();
}

export const command = (...words: readonly string[]) =>
  words.map((word) => `command=${encodeURIComponent(word)}`).join('&');

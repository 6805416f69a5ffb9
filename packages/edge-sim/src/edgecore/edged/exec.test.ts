import { createLoopbackWorld, createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../machine/machine.ts';
import { ExecClient, type ExecOptions, startExec } from './exec-client.test-support.ts';
import { type EdgedOptions, startEdged } from './index.ts';
import { LAB_MACHINE } from './lab-machine.test-support.ts';

const TARGET = { address: '127.0.0.1', port: 10_350 };

interface Site {
  world: World;
  /** Asks for an exec in nginx-1. */
  ask(query: string, options?: ExecOptions & { path?: string }): ReturnType<typeof startExec>;
  /** The same, and it has to be accepted. */
  exec(query: string, options?: ExecOptions): Promise<ExecClient>;
}

async function inSite(
  create: () => World | Promise<World>,
  body: (site: Site) => Promise<void>,
  options: Partial<EdgedOptions> = {},
): Promise<void> {
  const world = await create();
  const host = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const machine = createMachine(world, host, LAB_MACHINE);
  await world.run(async () => {
    const cadvisor = { containers: () => [], dockerVersion: async () => '20.10.24' };
    world.own(await startEdged(world, machine, { nodeName: 'edge-node-1', cadvisor, ...options }));
    const ask: Site['ask'] = async (query, { path = '/exec/default/nginx-1/nginx', ...more } = {}) => {
      const socket = await host.connect(TARGET, { component: 'test' });
      return startExec(socket, `${path}?${query}`, more);
    };
    const exec: Site['exec'] = async (query, more) => {
      const client = await ask(query, more);
      if (client instanceof ExecClient) return client;
      throw new Error(client.refused);
    };
    await body({ world, ask, exec });
  });
  await world[Symbol.asyncDispose]();
}

const command = (...words: readonly string[]) =>
  words.map((word) => `command=${encodeURIComponent(word)}`).join('&');

describe.each([
  ['memory', createMemoryWorld],
  ['loopback', createLoopbackWorld],
] as const)('exec in a simulated container, on %s', (_, create) => {
  test('prints on both streams and has an exit code', async () => {
    await inSite(create, async ({ exec, world }) => {
      const client = await exec(
        `${command('sh', '-c', 'echo hello 边缘; echo boom 失败 >&2; exit 7')}&error=1&output=1`,
      );
      expect(await client.finished()).toMatchObject({ type: 'exited', code: 7 });
      expect([client.stdout, client.stderr]).toEqual(['hello 边缘\n', 'boom 失败\n']);
      expect(world.trace.of('dockershim.stream').map(({ detail }) => detail)).toEqual([
        expect.objectContaining({ verb: 'exec', state: 'open', protocol: 'v4.channel.k8s.io' }),
        expect.objectContaining({
          state: 'ended',
          end: 'finished',
          exitCode: 7,
          stdoutBytes: 13,
          stderrBytes: 12,
        }),
      ]);
    });
  });

  test('reads stdin to its end', async () => {
    await inSite(create, async ({ exec }) => {
      const client = await (await exec(`${command('cat')}&error=1&input=1&output=1`)).start();
      for (const piece of ['abc', '第二块', 'end']) client.write(piece);
      await client.until(() => client.stdout.endsWith('end'));
      expect(client.result).toBeUndefined();
      client.end();
      expect(await client.finished()).toEqual({ type: 'success' });
      expect(client.stdout).toBe('abc第二块end');
    });
  });
});

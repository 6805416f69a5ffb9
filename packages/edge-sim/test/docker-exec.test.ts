import { randomBytes } from 'node:crypto';
import {
  createRealMachine,
  edgecoreRelease,
  startDockerPassthrough,
  startEdgecore,
} from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { ExecClient, startExec } from '../src/edgecore/edged/exec-client.test-support.ts';
import { type BusyContainer, startBusyContainer } from './busy-container.ts';

const POD = { namespace: 'factory', name: 'press-3', uid: '7b1e0c52-3333-4000-8000-00000000c0de' };
/** Its edged has attach, too. */
const RELEASE = 'v1.12.1';
const labels = (container: string) => ({
  'io.kubernetes.pod.name': POD.name,
  'io.kubernetes.pod.namespace': POD.namespace,
  'io.kubernetes.pod.uid': POD.uid,
  'io.kubernetes.container.name': container,
  'io.kubernetes.docker.type': 'container',
});
/** Says what it is told, and something now and then. */
const script = `
  process.stdin.on('data', (typed) => process.stdout.write('got ' + typed));
  setInterval(() => console.error('tick'), 200);`;
const EDGED_POLL = { timeout: 30_000, interval: 200 };

describeNeeding('docker', 'exec and attach in containers on a real engine', ({ docker }) => {
  let world: World;
  let host: Host;
  const containers: Record<string, BusyContainer> = {};

  const ask = async (container: string, verb: 'exec' | 'attach', query: string) =>
    startExec(
      await host.connect({ address: '127.0.0.1', port: 10_350 }, { component: 'kubectl' }),
      `/${verb}/${POD.namespace}/${POD.name}/${container}?${query}`,
    );
  const open = async (verb: 'exec' | 'attach', query: string, container = 'plain') => {
    const client = await ask(container, verb, query);
    if (client instanceof ExecClient) return client.start();
    throw new Error(client.refused);
  };
  /** Runs a text in a node of its own in a container. */
  const node = (text: string, query: string) =>
    open('exec', `command=%2Fnode&command=-e&command=${encodeURIComponent(text)}&${query}`);

  beforeAll(async () => {
    containers.plain = await startBusyContainer(docker.path, labels('plain'), { script, stdin: true });
    containers.terminal = await startBusyContainer(docker.path, labels('terminal'), {
      script,
      stdin: true,
      tty: true,
    });
    world = await createLoopbackWorld();
    host = world.net.host({ name: 'edge-1', address: '10.66.0.11' });
    const dockerHost = `unix://${docker.path}`;
    const machine = world.own(await createRealMachine(world, host, dockerHost));
    world.own(await startDockerPassthrough(world, host, { dockerHost }));
    const edgecore = startEdgecore(world, machine, {
      tag: RELEASE,
      release: edgecoreRelease(RELEASE),
      nodeName: 'edge-1',
    });
    world.own({ [Symbol.asyncDispose]: () => edgecore.stop() });
    const answered = async () => {
      const client = await node('', 'output=1');
      expect(await client.finished()).toEqual({ type: 'success' });
    };
    await vi.waitFor(answered, EDGED_POLL);
  }, 90_000);
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    for (const container of Object.values(containers)) await container[Symbol.asyncDispose]();
  });

  it('print on both streams and have an exit code', async () => {
    const client = await node(
      'console.log("hello 边缘"); console.error("boom 失败"); process.exit(7)',
      'output=1&error=1',
    );
    expect(await client.finished()).toMatchObject({ type: 'exited', code: 7 });
    expect([client.stdout, client.stderr]).toEqual(['hello 边缘\n', 'boom 失败\n']);
  });

  it('read stdin to its end', async () => {
    const client = await node('process.stdin.pipe(process.stdout)', 'input=1&output=1&error=1');
    client.write('一');
    await client.until(() => client.stdout === '一');
    client.write('two');
    client.end();
    expect(await client.finished()).toEqual({ type: 'success' });
    expect(client.stdout).toBe('一two');
  });

  it('pass 20 MB both ways unchanged', async () => {
    const bytes = randomBytes(20_000_000);
    const client = await node('process.stdin.pipe(process.stdout)', 'input=1&output=1');
    for (let at = 0; at < bytes.length; at += 65_536) {
      client.write(bytes.subarray(at, at + 65_536));
      await client.flushed();
    }
    client.end();
    expect(await client.finished()).toEqual({ type: 'success' });
    expect(Buffer.concat(client.stdoutPieces).equals(bytes)).toBe(true);
  });

  it('have a terminal, which is resized', async () => {
    const text = `
      process.stdin.resume();
      process.stdout.on('resize', () => {
        console.log(process.stdout.getWindowSize().join('x'));
        process.exit();
      });
      console.log('ready');`;
    const client = await node(text, 'input=1&output=1&tty=1');
    await client.until(() => client.stdout.includes('ready\r\n'));
    client.resize({ width: 101, height: 33 });
    expect(await client.finished()).toEqual({ type: 'success' });
    expect(client.stdout).toMatch(/^ready\r\n101x33\r\n$/);
  });

  it('say what the runtime says of a command that is not there', async () => {
    const client = await open('exec', 'command=nosuchcmd&output=1');
    // 127, as a shell has it, from Docker 28.0 on.
    expect(await client.finished()).toMatchObject({
      type: 'exited',
      code: expect.toSatisfy((code) => [126, 127].includes(code)),
    });
    expect(client.stdout).toMatch(
      /^OCI runtime exec failed: .*"nosuchcmd": executable file not found in \$PATH: unknown\r\n$/,
    );
  });

  it('run on when their client has gone', async () => {
    const client = await node('console.log("up"); setInterval(() => {}, 1_000) // left-alone', 'output=1');
    await client.until(() => client.stdout === 'up\n');
    client.socket.destroy();
    await expect
      .poll(() => world.trace.of('dockershim.stream').at(-1)?.detail, EDGED_POLL)
      .toMatchObject({ state: 'ended', end: 'client-gone' });
    const { docker: run, id } = containers.plain as BusyContainer;
    expect(await run(['top', id])).toContain('left-alone');
  });

  it('let a client type into the main process and read it', async () => {
    const client = await open('attach', 'input=1&output=1&error=1');
    client.write('hello\n');
    await client.until(() => client.stdout === 'got hello\n' && client.stderr.includes('tick\n'));
    client.socket.end();
    await client.until(() => client.closed);
    // On a terminal what is typed comes back, too, and all is one stream.
    const terminal = await open('attach', 'input=1&output=1&tty=1', 'terminal');
    terminal.write('there\r');
    await terminal.until(
      () => /there\r\n.*got there\r\n/s.test(terminal.stdout) && terminal.stdout.includes('tick\r\n'),
    );
    terminal.socket.destroy();
  });

  it('are refused for a container that is not there', async () => {
    const client = await ask('nope', 'exec', 'command=x&output=1');
    expect(client).toMatchObject({ error: 'unable to upgrade connection: container not found ("nope")' });
  });
});

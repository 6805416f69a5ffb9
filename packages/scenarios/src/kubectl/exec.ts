import type { Pod } from '@kubeedge-sim/cloud-sim';
import { type CommandResult, RemoteCommandClient } from '@kubeedge-sim/spdy';
import { type ApiClient, INTERRUPTED, KubectlError, type KubectlOptions } from './api-client.ts';
import type { KubectlCommand } from './arguments.ts';
import { discoverAll } from './discovery.ts';
import type { KubectlResult } from './kubectl.ts';

const DEPRECATED =
  'kubectl exec [POD] [COMMAND] is DEPRECATED and will be removed in a future version. ' +
  'Use kubectl exec [POD] -- [COMMAND] instead.\n';
const NO_TERMINAL = 'Unable to use a TTY - input is not a terminal or the right kind of file\n';

/** A run's stdin, and what interrupts it. */
type Surroundings = Pick<KubectlOptions, 'stdin' | 'signal'>;

/**
 * `kubectl exec POD [-c CONTAINER] [-i] -- COMMAND` (kubernetes/kubectl kubernetes-1.20.2 pkg/cmd/exec/exec.go). Its
 * stdin is no terminal. @throws KubectlError
 */
export async function exec(
  client: ApiClient,
  command: KubectlCommand,
  surroundings: Surroundings,
): Promise<KubectlResult> {
  const { words, argv = words.slice(1), container } = command;
  let stderr = command.argv === undefined && words.length > 1 ? DEPRECATED : '';
  const [name] = words;
  if (name === undefined) return failed(stderr, 'error: pod, type/name or --filename must be specified');
  if (argv.length === 0)
    return failed(stderr, 'error: you must specify at least one command for the container');
  const pod = await podOf(client, command, name);
  const { phase } = pod.status;
  if (phase === 'Succeeded' || phase === 'Failed') {
    const text = `cannot exec into a container in a completed pod; current phase is ${phase}`;
    return failed(stderr, `error: ${text}`);
  }
  const [first] = pod.spec.containers;
  if (container === undefined && pod.spec.containers.length > 1) stderr += defaulting(pod, command);
  const query = new URLSearchParams(argv.map((word) => ['command', word] as [string, string]));
  query.set('container', container ?? first?.name ?? '');
  return run(client, { command, pod, subresource: 'exec', query, stderr, surroundings });
}

/** `kubectl attach POD [-c CONTAINER] [-i]` (pkg/cmd/attach/attach.go). @throws KubectlError */
export async function attach(
  client: ApiClient,
  command: KubectlCommand,
  surroundings: Surroundings,
): Promise<KubectlResult> {
  const { words, container } = command;
  const [name] = words;
  if (name === undefined) return failed('', 'error: at least 1 argument is required for attach');
  const pod = await podOf(client, command, words.length > 1 ? words.join('/') : name);
  const { phase } = pod.status;
  if (phase === 'Succeeded' || phase === 'Failed')
    return failed('', `error: cannot attach a container in a completed pod; current phase is ${phase}`);
  const names = pod.spec.containers.map((each) => each.name);
  if (container !== undefined && !names.includes(container))
    return failed('', `error: cannot attach to the container: container not found (${container})`);
  let stderr = container === undefined ? defaulting(pod, command) : '';
  // No container of the face's has a terminal of its own.
  const chosen = container ?? names[0] ?? '';
  if (command.tty) stderr += `Unable to use a TTY - container ${chosen} did not allocate one\n`;
  stderr += "If you don't see a command prompt, try pressing enter.\n";
  const query = new URLSearchParams({ container: chosen });
  const withoutTty = { ...command, tty: false };
  return run(client, { command: withoutTty, pod, subresource: 'attach', query, stderr, surroundings });
}

const failed = (stderr: string, text: string): KubectlResult => ({
  stdout: '',
  stderr: `${stderr}${text}\n`,
  exitCode: 1,
});

async function podOf(
  client: ApiClient,
  { verb, namespace = '' }: KubectlCommand,
  wanted: string,
): Promise<Pod> {
  const name = wanted.replace(/^(po|pods?)\//, '');
  if (name.includes('/'))
    throw new KubectlError(`error: the simulated kubectl knows ${verb} of pods only, not ${wanted}`);
  await discoverAll(client);
  return JSON.parse(await client.get(`/api/v1/namespaces/${namespace}/pods/${name}`)) as Pod;
}

function defaulting({ metadata: { name }, spec }: Pod, { namespace }: KubectlCommand): string {
  const describe = `kubectl describe pod/${name} -n ${namespace}`;
  return (
    `Defaulting container name to ${spec.containers[0]?.name}.\n` +
    `Use '${describe}' to see all of the containers in this pod.\n`
  );
}

interface Run {
  command: KubectlCommand;
  pod: Pod;
  subresource: 'exec' | 'attach';
  query: URLSearchParams;
  /** What has been printed before. */
  stderr: string;
  surroundings: Surroundings;
}

async function run(client: ApiClient, options: Run): Promise<KubectlResult> {
  const { command, pod, subresource, query, surroundings } = options;
  const stdin = command.stdin ? (surroundings.stdin ?? new Uint8Array()) : undefined;
  query.set('stderr', 'true');
  if (command.stdin) query.set('stdin', 'true');
  query.set('stdout', 'true');
  query.sort();
  const { namespace, name } = pod.metadata;
  const before = options.stderr + (command.stdin && command.tty ? NO_TERMINAL : '');
  try {
    const opened = await client.upgrade(
      `/api/v1/namespaces/${namespace}/pods/${name}/${subresource}?${query}`,
    );
    const { stdout, stderr, result } = await stream(opened, stdin, surroundings.signal);
    const text = `${before}${stderr}`;
    if (result === 'interrupted') return { stdout, stderr: `${text}^C\n`, exitCode: INTERRUPTED };
    if (result.type === 'success') return { stdout, stderr: text, exitCode: 0 };
    if (result.type === 'exited') return { stdout, stderr: `${text}${result.text}\n`, exitCode: result.code };
    return { stdout, stderr: `${text}error: ${result.text}\n`, exitCode: 1 };
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return { stdout: '', stderr: `${before}${error.message}\n`, exitCode: error.exitCode };
  }
}

/** Sends all of stdin and collects what is printed, until the command has ended. */
async function stream(
  { socket, head, protocol }: Awaited<ReturnType<ApiClient['upgrade']>>,
  stdin: Uint8Array | undefined,
  signal: AbortSignal | undefined,
) {
  const wants = { stdin: stdin !== undefined, stdout: true, stderr: true, tty: false };
  const remote = new RemoteCommandClient({ protocol, wants });
  const printed = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const ended = Promise.withResolvers<CommandResult | 'interrupted'>();
  const send = () => {
    for (const bytes of remote.takeOutput()) if (!socket.destroyed) socket.write(bytes);
  };
  const on = (events: ReturnType<RemoteCommandClient['receive']>) => {
    for (const event of events) {
      if (event.type === 'stdout' || event.type === 'stderr') {
        printed[event.type].push(event.data.slice());
        remote.consumed(event.type, event.data.length);
      } else if (event.type === 'done') {
        remote.close();
        ended.resolve(event.result);
      } else if (event.type === 'ready' && stdin !== undefined) {
        remote.writeStdin(stdin);
        remote.endStdin();
      }
    }
    send();
  };
  const interrupt = () => ended.resolve('interrupted');
  const over = () => on(remote.connectionEnded());
  signal?.addEventListener('abort', interrupt, { once: true });
  send();
  if (head.length > 0) on(remote.receive(head));
  socket.on('data', (bytes: Buffer) => on(remote.receive(bytes)));
  socket.once('end', over).once('error', over).once('close', over).resume();
  const result = await ended.promise;
  signal?.removeEventListener('abort', interrupt);
  if (result === 'interrupted') socket.destroy();
  else socket.destroySoon();
  const textOf = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();
  return { stdout: textOf(printed.stdout), stderr: textOf(printed.stderr), result };
}

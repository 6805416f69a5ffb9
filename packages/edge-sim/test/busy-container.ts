import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLI_TIMEOUT_MS = 60_000;
const MIB = 2 ** 20;

/** What the container holds in memory, beside node itself. */
const HELD_MIB = 100;

/** A container on a real engine that a test started, and may ask the docker command about. */
export interface BusyContainer extends AsyncDisposable {
  readonly id: string;
  /** Runs the docker command on the engine behind a socket, by default the one the container runs on. */
  docker(args: readonly string[], socketPath?: string): Promise<string>;
  /** Memory in use as `docker stats` prints it. */
  statsMemoryBytes(): Promise<number>;
}

/** Uses half a core for ever. */
const LOOP = `const held = Buffer.alloc(${HELD_MIB * MIB}, 1); for (;;) held[0] ^= 1;`;

/**
 * Runs a script, limited to half a core and by default a loop, in a container with the labels of a pod, from an image
 * made of this node and its libraries: no registry, and nothing to install. Container and image are removed by their
 * ids, whatever happens.
 */
export async function startBusyContainer(
  socketPath: string,
  labels: Readonly<Record<string, string>>,
  { script = LOOP, stdin = false, tty = false }: { script?: string; stdin?: boolean; tty?: boolean } = {},
): Promise<BusyContainer> {
  const env = { ...process.env, DOCKER_CONTEXT: '' };
  const docker = async (args: readonly string[], path = socketPath) =>
    (await run('docker', ['-H', `unix://${path}`, ...args], { timeout: CLI_TIMEOUT_MS, env })).stdout.trim();
  await using cleanup = new AsyncDisposableStack();
  const image = await importNode(`unix://${socketPath}`);
  cleanup.defer(async () => void (await docker(['rmi', image])));
  // More shares than anything else has: it gets its half core however busy the machine is.
  const limits = ['--cpus', '0.5', '--cpu-shares', '8192', '--memory', '512m', '--network', 'none'];
  const named = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  const terminal = [...(stdin ? ['-i'] : []), ...(tty ? ['-t'] : [])];
  const id = await docker(['run', '-d', ...terminal, ...limits, ...named, image, '/node', '-e', script]);
  cleanup.defer(async () => void (await docker(['rm', '-f', id])));
  const owned = cleanup.move();
  return {
    id,
    docker,
    async statsMemoryBytes() {
      const shown = await docker(['stats', '--no-stream', '--format', '{{.MemUsage}}', id]);
      const [, number, unit] = /^([\d.]+)([KMG])iB/.exec(shown) ?? [];
      return Number(number) * 1024 ** ('KMG'.indexOf(unit ?? '') + 1);
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** An image that holds this node binary as /node with the libraries it is linked to. */
async function importNode(host: string): Promise<string> {
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = stdout.match(/\/\S+/g) ?? [];
  const rename = 's,^.*/bin/node$,node,';
  const tar = spawn('tar', ['-chPf', '-', '--transform', rename, process.execPath, ...libraries], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const load = spawn('docker', ['-H', host, 'import', '-'], { stdio: [tar.stdout, 'pipe', 'inherit'] });
  let id = '';
  for await (const chunk of load.stdout) id += String(chunk);
  if (!/^sha256:[0-9a-f]{64}$/.test(id.trim()))
    throw new Error(`docker import printed ${JSON.stringify(id)}`);
  return id.trim();
}

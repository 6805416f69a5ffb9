// Builds the container image: `node scripts/build-image.ts [--base <image>|local] [--tag <name>]`. The base is
// node:24-alpine unless another is given; `local` makes one of this machine's Node and needs no registry.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { pack } from './pack.ts';

const ROOT = join(import.meta.dirname, '..');
export const COMPRESSED_BYTES_MAX = 80e6;

export interface ImageOptions {
  /** An image with node, or `local`. */
  base: string;
  tag: string;
}

/**
 * Builds the image.
 * @throws Error with what docker or npm said
 */
export async function buildImage({ base, tag }: ImageOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-image-'));
  try {
    const context = join(folder, 'context');
    mkdirSync(context);
    stage(context);
    const from = base === 'local' ? localBaseOf(tag) : base;
    if (base === 'local') await importLocalBase(folder, from);
    // The classic builder, which every engine has; it says on standard error that it is not the newest.
    const env = { ...process.env, DOCKER_BUILDKIT: '0' };
    const words = ['build', '--quiet', '--build-arg', `BASE=${from}`, '--tag', tag, context];
    execFileSync('docker', words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The name of the base made for an image. */
export const localBaseOf = (tag: string) => `${tag}-base`;

/** Puts the build's context into `folder`: the Dockerfile, and the packages as a user's npm installs them. */
function stage(folder: string): void {
  const app = join(folder, 'app');
  mkdirSync(app);
  mkdirSync(join(folder, 'certificates'));
  copyFileSync(join(ROOT, 'images/Dockerfile'), join(folder, 'Dockerfile'));
  // The bridges to test tools are for the other side of a container.
  const isBridge = /^kubeedge-sim-(vitest|msw|testcontainers)-\d/;
  const tarballs = pack(join(folder, 'tarballs')).filter((path) => !isBridge.test(basename(path)));
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', [...words, ...tarballs], { cwd: app, stdio: ['ignore', 'ignore', 'pipe'] });
  rmSync(join(folder, 'tarballs'), { recursive: true });
}

/**
 * Imports a base of what a Node program needs and nothing else: node, env, their shared libraries, the authorities'
 * certificates, and a /tmp for everybody. There is no shell in it.
 */
async function importLocalBase(folder: string, tag: string): Promise<void> {
  const root = join(folder, 'base');
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(realpathSync(from), join(root, to));
  };
  put(process.execPath, '/usr/local/bin/node');
  put('/usr/bin/env', '/usr/bin/env');
  for (const library of [process.execPath, '/usr/bin/env'].flatMap(librariesOf)) put(library, library);
  put('/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt');
  mkdirSync(join(root, 'tmp'));
  // Apart from making it, because that is subject to the umask.
  chmodSync(join(root, 'tmp'), 0o1777);
  const tar = spawn('tar', ['-C', root, '--owner=0', '--group=0', '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const docker = spawn('docker', ['import', '-', tag], { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(docker, 'close') as Promise<[number]>;
  await pipeline(tar.stdout, docker.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`docker import ended with code ${code}.`);
}

/** The shared libraries of a program, as the dynamic linker finds them. */
function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** What a registry would store and a pull would fetch, and a little more: at gzip's fastest. */
export async function compressedBytes(tag: string): Promise<number> {
  const save = spawn('docker', ['save', tag], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  const count = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  await pipeline(save.stdout, createGzip({ level: 1 }), count);
  return bytes;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      base: { type: 'string', default: 'node:24-alpine' },
      tag: { type: 'string', default: 'kubeedge-sim:latest' },
    },
  });
  await buildImage(values);
  const bytes = await compressedBytes(values.tag);
  process.stdout.write(`${values.tag}: ${(bytes / 1e6).toFixed(1)} MB compressed\n`);
  if (bytes > COMPRESSED_BYTES_MAX) {
    process.stderr.write(`That is more than ${COMPRESSED_BYTES_MAX / 1e6} MB, what an image may have.\n`);
    process.exitCode = 1;
  }
}

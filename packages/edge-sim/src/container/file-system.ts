/** What a system call refuses, in C's words. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

export interface FileNode {
  readonly type: 'file';
  bytes: Uint8Array;
  mode: number;
  modifiedAtMs: number;
}

export interface DirectoryNode {
  readonly type: 'directory';
  readonly entries: Map<string, Node>;
  mode: number;
  modifiedAtMs: number;
}

interface LinkNode {
  readonly type: 'link';
  readonly target: string;
  readonly mode: number;
  modifiedAtMs: number;
}

/** Made by whoever reads and writes it. */
interface DeviceNode {
  readonly type: 'device';
  readonly name: DeviceName;
  readonly mode: number;
  readonly modifiedAtMs: number;
}

export type DeviceName = 'null' | 'zero' | 'urandom';
export type Node = FileNode | DirectoryNode | LinkNode | DeviceNode;

/** A container can store that much; its node's disk is not asked. */
const FILES_BYTES_MAX = 128 * 2 ** 20;
/** Files, directories and links of a container; each takes memory, empty or not. */
const NODES_MAX = 10_000;
const LINKS_MAX = 40;
/** Linux's PATH_MAX and NAME_MAX. */
const PATH_LENGTH_MAX = 4_096;
const NAME_LENGTH_MAX = 255;

export const noSuchFile = () => new FileError('No such file or directory');
const notADirectory = () => new FileError('Not a directory');
const isADirectory = () => new FileError('Is a directory');
const tooLong = () => new FileError('File name too long');
const noSpace = () => new FileError('No space left on device');

/** The files of one container, in memory. Paths are absolute; all methods but `find` throw {@link FileError}. */
export class FileSystem {
  readonly root: DirectoryNode;
  readonly #now: () => number;
  #bytes = 0;
  #nodes = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.root = this.#directory(0o755);
  }

  /** The node at a path, links followed. */
  find(path: string): Node | undefined {
    try {
      return this.at(path);
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  at(path: string, follow = true): Node {
    return this.#walk(path, follow, 0);
  }

  directoryAt(path: string): DirectoryNode {
    const node = this.at(path);
    if (node.type !== 'directory') throw notADirectory();
    return node;
  }

  read(path: string): Uint8Array {
    const node = this.at(path);
    if (node.type === 'directory') throw isADirectory();
    return node.type === 'file' ? node.bytes : new Uint8Array();
  }

  /** Opens a file for writing, makes it where it is missing. */
  open(path: string, mode = 0o644): FileNode | DeviceNode {
    const found = this.find(path);
    if (found?.type === 'directory') throw isADirectory();
    if (found?.type === 'file' || found?.type === 'device') return found;
    const file: FileNode = { type: 'file', bytes: new Uint8Array(), mode, modifiedAtMs: this.#now() };
    this.#put(path, file);
    return file;
  }

  write(path: string, bytes: Uint8Array, mode?: number): void {
    const file = this.open(path, mode);
    if (file.type === 'file') this.replace(file, bytes);
  }

  /** Gives a file other contents. */
  replace(file: FileNode, bytes: Uint8Array): void {
    if (this.#bytes - file.bytes.length + bytes.length > FILES_BYTES_MAX) throw noSpace();
    this.#bytes += bytes.length - file.bytes.length;
    file.bytes = bytes;
    file.modifiedAtMs = this.#now();
  }

  /** Makes a directory, and with `parents` those above it. */
  makeDirectory(path: string, { parents = false, mode = 0o755 } = {}): DirectoryNode {
    expectShort(path);
    const found = this.find(path);
    if (found !== undefined) {
      if (parents && found.type === 'directory') return found;
      throw new FileError('File exists');
    }
    if (parents) this.makeDirectory(parentOf(path), { parents });
    const directory = this.#directory(mode);
    this.#put(path, directory);
    return directory;
  }

  link(path: string, target: string): void {
    this.#put(path, { type: 'link', target, mode: 0o777, modifiedAtMs: this.#now() });
  }

  device(path: string, name: DeviceName): void {
    this.#put(path, { type: 'device', name, mode: 0o666, modifiedAtMs: this.#now() });
  }

  remove(path: string): void {
    const node = this.at(path, false);
    if (node === this.root) throw new FileError('Resource busy');
    const parent = this.directoryAt(parentOf(path));
    parent.entries.delete(nameOf(path));
    parent.modifiedAtMs = this.#now();
    this.#forget(node);
  }

  #put(path: string, node: Node): void {
    const parent = this.directoryAt(parentOf(path));
    const name = nameOf(path);
    if (name.length > NAME_LENGTH_MAX) throw tooLong();
    const replaced = parent.entries.get(name);
    if (replaced?.type === 'directory') throw new FileError('File exists');
    if (replaced === undefined && this.#nodes >= NODES_MAX) throw noSpace();
    if (replaced !== undefined) this.#forget(replaced);
    this.#nodes += 1;
    parent.entries.set(name, node);
    parent.modifiedAtMs = this.#now();
  }

  #forget(node: Node): void {
    this.#nodes -= 1;
    if (node.type === 'file') this.#bytes -= node.bytes.length;
    if (node.type === 'directory') for (const child of node.entries.values()) this.#forget(child);
  }

  #directory(mode: number): DirectoryNode {
    return { type: 'directory', entries: new Map(), mode, modifiedAtMs: this.#now() };
  }

  #walk(path: string, follow: boolean, links: number): Node {
    expectShort(path);
    if (links > LINKS_MAX) throw new FileError('Too many levels of symbolic links');
    const names = normalize(path)
      .split('/')
      .filter((name) => name !== '');
    let node: Node = this.root;
    for (const [index, name] of names.entries()) {
      if (node.type !== 'directory') throw notADirectory();
      const next: Node | undefined = node.entries.get(name);
      if (next === undefined) throw noSuchFile();
      if (next.type === 'link' && (follow || index < names.length - 1)) {
        const above = `/${names.slice(0, index).join('/')}`;
        const rest = names.slice(index + 1).map((each) => `/${each}`);
        return this.#walk(`${resolvePath(above, next.target)}${rest.join('')}`, follow, links + 1);
      }
      node = next;
    }
    if (path.endsWith('/') && node.type !== 'directory') throw notADirectory();
    return node;
  }
}

function expectShort(path: string): void {
  if (path.length > PATH_LENGTH_MAX) throw tooLong();
}

/** A path from where one is, without `.` and `..`. */
export function resolvePath(cwd: string, path: string): string {
  return normalize(path.startsWith('/') ? path : `${cwd}/${path}`);
}

function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

export const parentOf = (path: string) => normalize(`${path}/..`);
export const nameOf = (path: string) => normalize(path).split('/').at(-1) ?? '';

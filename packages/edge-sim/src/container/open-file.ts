import type { Container } from './container.ts';
import { type DeviceName, FileError, type FileNode } from './file-system.ts';
import { type ByteSink, type ByteSource, discard, nothing } from './pipe.ts';

/** What one read of a file or device gives at most. */
const READ_BYTES = 65_536;

/** Opens a file for reading. @throws FileError */
export function openForReading(container: Container, path: string): ByteSource {
  const node = container.files.at(path);
  if (node.type === 'directory') throw new FileError('Is a directory');
  if (node.type === 'device') return deviceSource(container, node.name);
  return node.type === 'file' ? new BytesSource(node.bytes) : nothing;
}

/** Opens a file for writing, from its start or at its end. @throws FileError */
export function openForWriting({ files }: Container, path: string, append: boolean): ByteSink {
  const node = files.open(path);
  if (node.type === 'device') return discard;
  if (!append) files.replace(node, new Uint8Array());
  return new FileSink(files, node);
}

/** Reads bytes that are there. */
class BytesSource implements ByteSource {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    signal.throwIfAborted();
    if (this.#rest.length === 0) return undefined;
    const chunk = this.#rest.subarray(0, READ_BYTES);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  unread(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([bytes, this.#rest]);
  }

  close(): void {}
}

/** Writes at the end of a file, which gets room in doubling steps. */
class FileSink implements ByteSink {
  readonly #files: Container['files'];
  readonly #file: FileNode;
  #room = Buffer.alloc(0);

  constructor(files: Container['files'], file: FileNode) {
    this.#files = files;
    this.#file = file;
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { length } = this.#file.bytes;
    const end = length + bytes.length;
    // Somebody else may have written to the file since.
    if (end > this.#room.length || this.#file.bytes.buffer !== this.#room.buffer) {
      const larger = Buffer.alloc(Math.max(end, this.#room.length * 2));
      larger.set(this.#file.bytes);
      this.#room = larger;
    }
    this.#room.set(bytes, length);
    this.#files.replace(this.#file, this.#room.subarray(0, end));
  }

  end(): void {}
}

function deviceSource({ clock, rng }: Container, name: DeviceName): ByteSource {
  if (name === 'null') return nothing;
  return {
    async read(signal) {
      // A device never ends: whoever reads it for ever must not stop the world's time.
      await clock.sleep(1, { signal, label: `read of /dev/${name}` });
      const bytes = Buffer.alloc(READ_BYTES);
      if (name === 'urandom') {
        for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(rng.int(0, 0xffff_ffff), at);
      }
      return bytes;
    },
    unread: () => {},
    close: () => {},
  };
}

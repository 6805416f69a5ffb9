import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sink } from './reporter.ts';

/** Writes at once. */
export const streamSink = (write: (text: string) => void): Sink => ({ write, close: async () => {} });

/**
 * A file that is there whole or not at all: written beside its place and moved there, in folders that are made where they
 * are missing.
 */
export function fileSink(file: string): Sink {
  const parts: string[] = [];
  return {
    write: (text) => void parts.push(text),
    async close() {
      const unfinished = `${file}.${process.pid}.tmp`;
      await mkdir(dirname(file), { recursive: true });
      try {
        await writeFile(unfinished, parts.join(''));
        await rename(unfinished, file);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

/** Adds to the end of a file that others add to as well. */
export function appendSink(file: string): Sink {
  const parts: string[] = [];
  return {
    write: (text) => void parts.push(text),
    close: () => appendFile(file, parts.join('')),
  };
}

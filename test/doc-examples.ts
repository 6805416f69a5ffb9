import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** An example of a document, and what it says that the example prints; undefined where it does not say. */
export interface DocExample {
  code: string;
  output: string | undefined;
}

/** The TypeScript blocks of a document, each with the text block right behind it. */
export function examplesIn(document: string): DocExample[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const blocks = text.matchAll(/^```ts\n([\s\S]*?)^```$(?:\n+^```text\n([\s\S]*?)^```$)?/gm);
  return [...blocks].map(([, code = '', output]) => ({ code, output }));
}

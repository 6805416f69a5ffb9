import { extname } from 'node:path';

/** Address of the module `name` beside the one at `from`: TypeScript in this repository, JavaScript in the package. */
export const siblingModule = (name: string, from: string): URL => new URL(`${name}${extname(from)}`, from);

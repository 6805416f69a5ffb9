import type { Text } from '../text.ts';

/**
 * Something to know about a node: `id` says of what kind it is, so that a thousand of them can be counted.
 */
export interface Note {
  id: string;
  text: Text;
}

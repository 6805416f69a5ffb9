import type { Difference } from './table.ts';

/** Where the model does not name what the real one names. The command fails on what differs and is not here, and the reverse. */
export const differences: readonly Difference[] = [];

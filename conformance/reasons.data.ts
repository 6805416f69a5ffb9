import type { Reason } from './table.ts';

const WORDLESS = 'the same close code, without the words that gorilla/websocket adds to it';

/** Why our half is not as the real one. The command fails on what differs and is not here, and on what is here and equal. */
export const reasons: readonly Reason[] = [
  {
    case: 'edge sends a frame with reserved bits',
    half: 'ourCloud',
    why: 'the same close code, in words for one bit: ws, which reads our frames, does not tell which of the bits were set',
  },
  {
    case: 'cloud sends a frame with reserved bits',
    half: 'ourEdge',
    why: WORDLESS,
  },
  {
    case: 'cloud sends a frame with a mask',
    half: 'ourEdge',
    why: WORDLESS,
  },
];

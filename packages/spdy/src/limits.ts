import { spdyError } from './errors.ts';
import { frameBytesMax } from './frame.ts';

/** What a decoder takes from a peer before it calls it hostile. */
export type FrameLimits = {
  /**
   * Largest body of a control frame, in bytes, a compressed header block included. Default 65,536. The draft (2.2.1)
   * asks for 8,192 at least.
   */
  readonly controlFrameBytesMax: number;
  /**
   * Largest DATA frame, in bytes. Default 2^24 - 1, all that the length field can say: client-go sends the whole
   * content of a bytes.Buffer as one frame. DATA is passed on as it arrives, so no memory depends on it.
   */
  readonly dataFrameBytesMax: number;
  /** Largest header block after decompression, in bytes. Default 65,536. */
  readonly headerBlockBytesMax: number;
  /** Most names in one header block. Default 100. */
  readonly headerNamesMax: number;
};

export const frameLimitsDefault: FrameLimits = {
  controlFrameBytesMax: 64 * 1024,
  dataFrameBytesMax: frameBytesMax,
  headerBlockBytesMax: 64 * 1024,
  headerNamesMax: 100,
};

/** @throws SpdyError SPDY_ERR_OPTION for a limit that is not a positive integer */
export function frameLimits(what: string, chosen: Partial<FrameLimits>): FrameLimits {
  const limits = { ...frameLimitsDefault };
  for (const option of Object.keys(limits) as (keyof FrameLimits)[]) {
    limits[option] = positiveInteger(what, option, chosen[option] ?? limits[option]);
  }
  return limits;
}

/** @throws SpdyError SPDY_ERR_OPTION */
export function positiveInteger(what: string, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw spdyError('SPDY_ERR_OPTION', { what, option, found: value, expected: 'a positive integer' });
}

// Test support only: compares what an edge did with what the real one did.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { EdgestreamLab } from './edgestream.test-support.ts';
import type { ScriptedTunnel } from './scripted-cloud.test-support.ts';

type FrameShape = [opcode: number, fin: boolean, masked: boolean, bytes: number];

/** A message as the lab noted it. */
export interface CapturedMessage {
  len: number;
  frames: FrameShape[];
  /** Set where not all frames are listed. */
  frameCount?: number;
  hex?: string;
  prefixHex?: string;
  dataSha256?: string;
}

/** The tunnel's first lines; what follows is about the exchange. */
const FIRST_LINES = 1;

/** What the edge sent is what the capture has, frame by frame. */
export function expectMessages(tunnel: ScriptedTunnel, captured: readonly CapturedMessage[]): void {
  const ours = tunnel.messages().map(({ hex, frames }) => ({
    hex,
    frames: frames.map(
      ({ opcode, fin, masked, payload }): FrameShape => [opcode, fin, masked, payload.length],
    ),
  }));
  expect(ours.map(({ hex }) => hex.length / 2)).toEqual(captured.map(({ len }) => len));
  for (const [index, { hex, frames }] of ours.entries()) {
    const real = captured[index] as CapturedMessage;
    if (real.hex !== undefined) expect(hex).toBe(real.hex);
    else expect(sha256(hex, real.prefixHex ?? '')).toBe(real.dataSha256);
    if (real.frameCount === undefined) expect(frames).toEqual(real.frames);
    else {
      const last = real.frames.length - 1;
      expect([...frames.slice(0, last), frames.at(-1)]).toEqual(real.frames);
      expect(frames).toHaveLength(real.frameCount);
    }
  }
}

function sha256(hex: string, prefixHex: string): string {
  expect(hex.startsWith(prefixHex)).toBe(true);
  return createHash('sha256')
    .update(Buffer.from(hex.slice(prefixHex.length), 'hex'))
    .digest('hex');
}

/** The lines of an exchange; the lab cut long ones. */
export function expectLogs({ logs }: EdgestreamLab, captured: readonly string[]): void {
  const ours = logs().slice(FIRST_LINES);
  const cut = ours.map((line, index) => {
    const real = captured[index] ?? '';
    return real.endsWith('…') && line.startsWith(real.slice(0, -1)) ? real : line;
  });
  expect(cut).toEqual(captured);
}

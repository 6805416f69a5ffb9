import { readFileSync } from 'node:fs';
import { decodeMessage } from '@kubeedge-sim/wire';
import { expect, it } from 'vitest';
import { textFrame } from './gorilla.ts';

const fixture = new URL('../../../fixtures/cloudcore/frames-logs-follow.ndjson', import.meta.url);

it('a message to an edge is one frame, the bytes of the real one', () => {
  const lines = readFileSync(fixture, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  for (const line of lines) {
    const { header, frames, message } = JSON.parse(line) as {
      header: string;
      frames: number;
      message: string;
    };
    expect(frames).toBe(1);
    expect(textFrame(decodeMessage(Buffer.from(message, 'hex'))).toString('hex')).toBe(`${header}${message}`);
  }
});

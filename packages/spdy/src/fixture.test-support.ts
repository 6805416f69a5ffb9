// Test support only, the one file here with I/O: not exported from index.ts.
import { readFileSync } from 'node:fs';
import type { DecodedFrame, SpdyFrame, SpdyHeaders } from './index.ts';

/** Reads a fixture with one JSON value per line. */
export function readFixture<T>(name: string): T[] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Joins DATA entries of one stream that follow each other: they come in as many pieces as the bytes did. */
export function joinData(frames: readonly DecodedFrame[]): DecodedFrame[] {
  const joined: DecodedFrame[] = [];
  for (const frame of frames) {
    const last = joined.at(-1);
    if (frame.type === 'DATA' && last?.type === 'DATA' && last.streamId === frame.streamId && !last.fin) {
      joined[joined.length - 1] = { ...frame, data: join([last.data, frame.data]) };
    } else {
      joined.push(frame.type === 'DATA' ? { ...frame, data: join([frame.data]) } : frame);
    }
  }
  return joined;
}

/** One frame as moby/spdystream wrote it. */
export type FrameVector = {
  readonly name: string;
  readonly hex: string;
  readonly frame: Record<string, unknown> & { type: SpdyFrame['type'] };
};

export function frameOf({ frame }: FrameVector): SpdyFrame {
  const { headers, dataHex, ...fields } = frame as FrameVector['frame'] & {
    headers?: [string, string[]][];
    dataHex?: string;
  };
  return {
    ...fields,
    ...(headers === undefined ? {} : { headers: new Map(headers) as SpdyHeaders }),
    ...(dataHex === undefined ? {} : { data: fromHex(dataHex) }),
  } as unknown as SpdyFrame;
}

/** The data of the tunnel messages of one exec in one direction. */
export type ExecStream = {
  readonly name: string;
  readonly source: string;
  readonly dir: 'to-edge' | 'to-cloud';
  readonly complete: boolean;
  readonly piecesHex: readonly string[];
  readonly request?: {
    readonly method: string;
    readonly header: Record<string, string[]>;
    readonly url: { readonly RawQuery: string };
  };
};

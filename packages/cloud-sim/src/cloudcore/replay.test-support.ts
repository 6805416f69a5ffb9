// Test support only: plays the edge's part of a capture, and compares what came of it.
import { createHash } from 'node:crypto';
import { decodeMessage, encodeMessage } from '@kubeedge-sim/wire';
import { expect } from 'vitest';
import {
  type Case,
  type Exchange,
  fromRuns,
  type Lab,
  logLines,
  type RawEdge,
  withoutDate,
} from './cloudcore.test-support.ts';

/**
 * Plays the edge's part of a capture and compares what cloudcore sends. Resolves with what differed. Connect
 * ids are shifted: each test's cloudcore begins at 1, or at `firstId`.
 */
export async function replay(lab: Lab, edge: RawEdge, captured: Case, firstId = 1): Promise<string[]> {
  const wire = captured.wire ?? [];
  const first = wire.find(([kind]) => kind === '>');
  const shift = first === undefined ? 0 : idOf(fromRuns(String(first[2]))) - firstId;
  const started = lab.world.clock.now();
  const differences: string[] = [];
  let begun: number | undefined;
  for (const [kind, atMs, payload, last] of wire) {
    if (kind === '>' || kind === 'pong') {
      const frame = await edge.next();
      if (begun === undefined && kind === '>') begun = lab.world.clock.now() - atMs;
      const wanted =
        kind === 'pong' ? String(payload) : shiftId(fromRuns(String(payload)), shift).toString('hex');
      if (frame?.hex !== wanted)
        differences.push(`wanted ${text(wanted)}, saw ${text(frame?.hex ?? 'the end')}`);
      continue;
    }
    const dueMs = (begun ?? started) + atMs;
    if (dueMs > lab.world.clock.now()) await lab.world.clock.sleep(dueMs - lab.world.clock.now());
    if (kind === 'ping') edge.send(9, Buffer.from(String(payload), 'hex'));
    else if (kind === '<') edge.send(1, shiftId(fromRuns(String(payload)), shift));
    else if (kind === 'cut') {
      for (const piece of cutBody(bodies[String(last)] ?? '')) {
        edge.send(1, shiftId(Buffer.concat([fromRuns(String(payload)), piece]), shift));
      }
    } else if (kind === 'lines') {
      for (let line = Number(payload); line <= Number(last); line += 1) edge.send(1, labLine(line));
    }
  }
  // The last message is still on its way.
  await lab.world.clock.sleep(1);
  return differences;
}

/** Bodies that a capture leaves out. */
const bodies: Readonly<Record<string, string>> = { longline: `start\n${'长'.repeat(33_334)}\nend\n` };

function* cutBody(body: string): Generator<Buffer> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 256) yield bytes.subarray(at, at + 256);
}

/** The lab's stub edged wrote these; the capture leaves most of them out. */
function labLine(index: number): Buffer {
  const id = String(index).padStart(8, '0');
  const labels = `container="c${index}",id="/kubepods/besteffort/pod${id}",namespace="default"`;
  return Buffer.concat([
    Buffer.from([1, 3]),
    Buffer.from(`container_cpu_usage_seconds_total{${labels}} ${index}.5 1600000000000\n`),
  ]);
}

const idOf = (bytes: Buffer) => decodeMessage(bytes).connectId;

function shiftId(bytes: Buffer, shift: number): Buffer {
  const { connectId: id, type, data } = decodeMessage(bytes);
  const text = Buffer.from(data)
    .toString('latin1')
    .replace(`{"MessID":${id},`, `{"MessID":${id - shift},`);
  return Buffer.from(encodeMessage({ connectId: id - shift, type, data: Buffer.from(text, 'latin1') }));
}

export function expectSame(seen: Exchange, captured: Exchange): void {
  expect(withoutDate(seen.head)).toBe(withoutDate(captured.head));
  expect(seen.end).toBe(captured.end);
  if (captured.head === '') return;
  expect(seen.bodySha256 ?? sha256('')).toBe(captured.bodySha256);
  expect(seen.chunkSizes).toEqual(captured.chunkSizes);
  expect(seen.chunkCount).toEqual(captured.chunkCount);
}

export function expectLogs(lab: Lab, captured: Case): void {
  const id = /MessageID (\d+)/.exec(captured.logs.map((line) => line[2]).join(' '))?.[1] ?? '';
  const plain = (line: string) =>
    line
      .replace(new RegExp(`(MessageID|connectid|connection id) ${id}\\b`, 'g'), '$1 1')
      .replace(/panic serving \S+/, 'panic serving *');
  const seen = logLines(lab.world)
    .filter(([, source]) => !source.startsWith('tunnelserver.go'))
    .filter(([, , line]) => line !== 'Prepare to start stream server ...');
  expect(seen.map(([severity, source, line]) => [severity, source, plain(line)])).toEqual(
    captured.logs.map(([severity, source, line]) => [severity, source, plain(line)]),
  );
}

export const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');
const text = (hex: string) =>
  `${hex.slice(0, 8)} ${Buffer.from(hex, 'hex').toString('latin1').slice(0, 300)}`;

import { createMemoryWorld, type NetSocket } from '@kubeedge-sim/sim-kit';
import { type DecodedFrame, FrameDecoder, upgradeRequestHeaders } from '@kubeedge-sim/spdy';
import { describe, expect, test } from 'vitest';
import { command, type ExecSite, inExecSite } from './exec.test-support.ts';
import { ExecClient } from './exec-client.test-support.ts';
import { readCapture } from './lab-machine.test-support.ts';

interface CapturedAnswer {
  name: string;
  source: string;
  target: string;
  header: Record<string, string[]>;
  /** The first that edged sent. */
  first: string;
  stdout?: string;
  stdoutBytes?: number;
  stderr?: string;
  /** A Go error's type and text, empty for none. */
  error?: string;
  /** On the error stream. */
  status?: string;
}

interface CapturedFrames {
  name: string;
  target: string;
  messages: ['>' | '<', string][];
}

const rows = <T>(name: string) =>
  readCapture(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
const answers = rows<CapturedAnswer>('exec-answers.ndjson');
const HEAD_END = '\r\n\r\n';

/** What was typed into `cat`, all of which came back. */
const inputs: Readonly<Record<string, string[]>> = {
  'stdin-cat': ['abc', '第二块', 'end'],
  'exec-cat': ['一', 'two', 'three'],
};

/** Commands that only the lab's stand-in of edged had: what comes nearest, and what is different then. */
const standIns: Readonly<Record<string, { query: string; but: Partial<CapturedAnswer> }>> = {
  // It failed to run the command, which a runtime does not.
  fail: {
    query: `${command('sh', '-c', 'echo boom 失败 >&2; exit 7')}&error=1&output=1`,
    but: {
      error: 'exec.CodeExitError: command terminated with exit code 7',
      status:
        '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: Error executing in ' +
        'Docker Container: 7","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
    },
  },
  'flood-64k': { query: `${command('sh', '-c', 'yes xxxxxxx | head -c 65536')}&error=1&output=1`, but: {} },
  // It had no terminal to give; one ends lines with both.
  tty: { query: `${command('echo', 'tty')}&output=1&tty=1`, but: { stdout: 'tty\r\n' } },
};

const withoutDate = (text: string) => text.replace(/Date: [^\r]*/, 'Date: *');

describe('an exec beside the real one', () => {
  test.each(answers.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    const { query, but } = standIns[name] ?? { query: row.target.replace(/^.*\?/, ''), but: {} };
    const expected = { ...row, ...but };
    await inExecSite(createMemoryWorld, async (site) => {
      const socket = await site.dial();
      const seen: Buffer[] = [];
      const onData = (bytes: Buffer) => seen.push(bytes);
      socket.on('data', onData);
      const path = row.target.replace(/\?.*$/, '');
      const client = await askOn(site, socket, `${path}?${query}`, row.header);
      if (!(client instanceof ExecClient)) {
        expect(withoutDate(client.refused)).toBe(withoutDate(expected.first));
        expect(`*errors.errorString: ${client.error}`).toBe(expected.error);
        socket.destroy();
        return;
      }
      await client.start();
      for (const input of inputs[name] ?? []) client.write(input);
      if (name in inputs) client.end();
      const result = await client.finished();
      expect(Buffer.concat(seen).toString('latin1').split(HEAD_END)[0]).toBe(
        expected.first.split(HEAD_END)[0],
      );
      if (expected.error === undefined) return;
      if (expected.stdoutBytes !== undefined) {
        expect(Buffer.concat(client.stdoutPieces)).toHaveLength(expected.stdoutBytes);
      } else expect(client.stdout).toBe(expected.stdout);
      expect(client.stderr).toBe(expected.stderr);
      expect(result.type === 'success' ? '' : `exec.CodeExitError: ${result.text}`).toBe(expected.error);
      if (expected.status !== undefined) expect(Buffer.concat(seen).toString()).toContain(expected.status);
    });
  });
});

describe('every frame of an exec', () => {
  test.each(rows<CapturedFrames>('exec-frames.ndjson').map((row) => [row.name, row] as const))(
    '%s',
    async (_, row) => {
      await inExecSite(createMemoryWorld, async ({ dial, world }) => {
        const socket = await dial();
        const seen: Buffer[] = [];
        socket.on('data', (bytes: Buffer) => seen.push(bytes));
        socket.on('error', () => {});
        const headers = upgradeRequestHeaders(['v4.channel.k8s.io']).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        socket.write(`POST ${row.target} HTTP/1.1\r\nHost: 127.0.0.1:10350\r\n${headers.join('')}\r\n`);
        for (const [direction, hex] of row.messages) {
          if (direction === '>' && socket.writable) socket.write(Buffer.from(hex, 'hex'));
          await world.clock.sleep(1);
        }
        const captured = Buffer.concat(
          row.messages.filter(([direction]) => direction === '<').map(([, hex]) => Buffer.from(hex, 'hex')),
        );
        expect(framesOf(Buffer.concat(seen))).toEqual(framesOf(captured));
        socket.destroy();
      });
    },
  );
});

/** Head and frames of what an edged sent; DATA of one stream in one piece, as cuts are a matter of timing. */
function framesOf(bytes: Buffer): unknown[] {
  const end = bytes.indexOf(HEAD_END) + HEAD_END.length;
  const frames: unknown[] = [bytes.toString('latin1', 0, end)];
  let text: { data: number; text: string } | undefined;
  for (const frame of new FrameDecoder().push(bytes.subarray(end)) as DecodedFrame[]) {
    if (frame.type !== 'DATA') {
      frames.push(frame);
      text = undefined;
    } else if (text?.data === frame.streamId) text.text += Buffer.from(frame.data).toString('latin1');
    else {
      text = { data: frame.streamId, text: Buffer.from(frame.data).toString('latin1') };
      frames.push(text);
    }
  }
  return frames;
}

async function askOn(
  site: ExecSite,
  socket: NetSocket,
  target: string,
  header: Record<string, string[]>,
): ReturnType<ExecSite['ask']> {
  const protocols = header['X-Stream-Protocol-Version'] ?? [];
  return site.ask(target.replace(/^.*\?/, ''), {
    path: target.replace(/\?.*$/, ''),
    protocols: protocols as never,
    socket,
  });
}

import { describe, expect, test } from 'vitest';
import {
  type CommandEnd,
  decodeCommandResult,
  encodeCommandEnd,
  type RemoteCommandProtocol,
} from '../index.ts';

const v4 = 'v4.channel.k8s.io';
const written = (protocol: RemoteCommandProtocol, end: CommandEnd) => {
  const bytes = encodeCommandEnd(protocol, end);
  return bytes && new TextDecoder().decode(bytes);
};
const read = (protocol: RemoteCommandProtocol, text: string) =>
  decodeCommandResult(protocol, new TextEncoder().encode(text));

// The first and the third text are those of the edged of kubeedge v1.6.1, captured with Docker 20.10.24.
describe('v4 and v5', () => {
  test.each<[string, CommandEnd, string]>([
    ['success', { type: 'exited', code: 0 }, '{"metadata":{},"status":"Success"}'],
    [
      'a failure',
      { type: 'failed', text: 'error executing command in container: <nil> & "x"' },
      '{"metadata":{},"status":"Failure","message":"Internal error occurred: error executing command in container: ' +
        '\\u003cnil\\u003e \\u0026 \\"x\\"","reason":"InternalError","details":{"causes":[{"message":"error executing ' +
        'command in container: \\u003cnil\\u003e \\u0026 \\"x\\""}]},"code":500}',
    ],
    [
      'an exit code',
      { type: 'exited', code: 126 },
      '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: Error executing in ' +
        'Docker Container: 126","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"126"}]}}',
    ],
  ])('%s is the Status that a kubelet writes', (_, end, text) => {
    expect(written(v4, end)).toBe(text);
    expect(written('v5.channel.k8s.io', end)).toBe(text);
  });

  test('the client reads the code, and says it as kubectl does', () => {
    const end = written(v4, { type: 'exited', code: 7, exitText: 'exit status 7' }) ?? '';
    expect(end).toContain('command terminated with non-zero exit code: exit status 7');
    expect(read(v4, end)).toEqual({ type: 'exited', code: 7, text: 'command terminated with exit code 7' });
    expect(read(v4, written(v4, { type: 'failed', text: 'no' }) ?? '')).toEqual({
      type: 'error',
      text: 'Internal error occurred: no',
    });
    expect(read(v4, '{"status":"Success"}')).toEqual({ type: 'success' });
    expect(read(v4, '')).toEqual({ type: 'success' });
  });

  test.each([
    ['{"status":"Maybe"}', 'error stream protocol error: unknown error'],
    ['null', 'error stream protocol error: unknown error'],
    ['{"status":"Failure","reason":"NonZeroExitCode"}', 'error stream protocol error: details must be set'],
    [
      '{"status":"Failure","reason":"NonZeroExitCode","details":{}}',
      'error stream protocol error: no ExitCode cause given',
    ],
    [
      '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"256"}]}}',
      'error stream protocol error: invalid exit code value "256"',
    ],
  ])('%s is an error of the protocol', (text, error) => {
    expect(read(v4, text)).toEqual({ type: 'error', text: error });
  });

  test('text that is no JSON is an error of the protocol', () => {
    expect(read(v4, 'boom')).toMatchObject({
      text: expect.stringMatching(/^error stream protocol error: .*"boom"$/),
    });
  });
});

describe('v1 to v3', () => {
  test('success is silence, all else plain text without a code', () => {
    expect(written('v2.channel.k8s.io', { type: 'exited', code: 0 })).toBeUndefined();
    const text = written('v3.channel.k8s.io', { type: 'exited', code: 3 }) ?? '';
    expect(text).toBe('command terminated with non-zero exit code: Error executing in Docker Container: 3');
    expect(read('v3.channel.k8s.io', text)).toEqual({
      type: 'error',
      text: `error executing remote command: ${text}`,
    });
    expect(read('channel.k8s.io', 'x')).toEqual({ type: 'error', text: 'Error executing remote command: x' });
  });
});

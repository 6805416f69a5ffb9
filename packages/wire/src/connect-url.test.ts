import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFixture, toHex } from './fixture.test-support.ts';
import {
  connectUrlFromRequestTarget,
  connectUrlToString,
  decodeConnectPayload,
  emptyConnectUrl,
  goStringFromBytes,
  goStringToBytes,
  WireError,
} from './index.ts';

type TargetVector = {
  target: string;
  error: boolean;
  pathHex: string;
  RawPath: string;
  RawQuery: string;
  ForceQuery: boolean;
  String: string;
};

const edged = { scheme: 'http', host: '127.0.0.1:10350' };

test("parses request targets as Go's net/http server does, and prints them back", () => {
  for (const vector of readFixture<TargetVector>('go-request-targets.ndjson')) {
    // Go also takes the absolute form and *, which no kube-apiserver sends.
    if (vector.error || !vector.target.startsWith('/')) {
      expect(() => connectUrlFromRequestTarget(vector.target), vector.target).toThrow(WireError);
      continue;
    }
    const url = connectUrlFromRequestTarget(vector.target);
    expect(toHex(goStringToBytes(url.path)), vector.target).toBe(vector.pathHex);
    expect(url).toMatchObject({
      rawPath: vector.RawPath,
      rawQuery: vector.RawQuery,
      forceQuery: vector.ForceQuery,
      fragment: '',
    });
    expect(connectUrlToString({ ...url, ...edged })).toBe(vector.String);
  }
});

test('prints any url.URL as Go does', () => {
  for (const vector of readFixture<{ json: string; string: string }>('go-url-strings.ndjson')) {
    const { url } = decodeConnectPayload(new TextEncoder().encode(`{"url":${vector.json}}`));
    expect(connectUrlToString(url), vector.json).toBe(vector.string);
  }
});

test('any path survives printing and parsing', () => {
  const path = fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => `/${goStringFromBytes(bytes)}`)
    // Bytes may join to valid UTF-8 only once they are decoded as a whole.
    .map((text) => goStringFromBytes(goStringToBytes(text)));
  fc.assert(
    fc.property(path, fc.constantFrom('', 'a=b', '?'), (text, rawQuery) => {
      const url = { ...emptyConnectUrl, path: text, rawQuery };
      expect(connectUrlFromRequestTarget(connectUrlToString(url))).toEqual(url);
    }),
    { numRuns: 500 },
  );
});

test('a target parses and prints back to an equal one, or is refused with a WireError', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (rest) => {
      const target = `/${rest}`;
      try {
        const url = connectUrlFromRequestTarget(target);
        expect(connectUrlFromRequestTarget(connectUrlToString(url)).path).toBe(url.path);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 500 },
  );
});

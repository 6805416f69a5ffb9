import { createHmac, timingSafeEqual } from 'node:crypto';

/** A refused token, in the words of github.com/golang-jwt/jwt v3 or v5. */
export interface TokenRefusal {
  readonly refused: string;
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const macOf = (text: string, key: Uint8Array) => createHmac('sha256', key).update(text).digest();

/** A JWT with nothing in it but its end, signed by HMAC-SHA256; `expiresAtMs` is cut to the second. */
export function signJwt(expiresAtMs: number, key: Uint8Array): string {
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: Math.floor(expiresAtMs / 1000) })}`;
  return `${text}.${macOf(text, key).toString('base64url')}`;
}

/**
 * Checks a JWT as jwt.Parse does with a key function that takes HMAC only; undefined when it is valid.
 * golang-jwt/jwt v3.2.2 parser.go ParseWithClaims, v5.2.2 parser.go ParseWithClaims, validator.go
 * @param nowMs milliseconds since the epoch
 */
export function refuseJwt(
  token: string,
  key: Uint8Array,
  options: { nowMs: number; jwt: 3 | 5 },
): TokenRefusal | undefined {
  const say = texts[options.jwt];
  const parts = token.split('.');
  const [head = '', body = '', signature = ''] = parts;
  if (parts.length !== 3) return { refused: say.segments };
  const header = decode(head);
  if ('byte' in header) return { refused: say.base64('header', header.byte) };
  const claims = decode(body);
  if (header.json === undefined) return { refused: say.json('header') };
  if ('byte' in claims) return { refused: say.base64('claim', claims.byte) };
  if (claims.json === undefined) return { refused: say.json('claim') };
  const { alg } = header.json;
  if (typeof alg !== 'string') return { refused: say.unspecified };
  const method = methods[alg.slice(0, 2)];
  if (method === undefined) return { refused: say.unavailable };
  if (method !== 'HMAC') return { refused: say.method(method) };
  const expected = createHmac(`sha${alg.slice(2)}`, key)
    .update(`${head}.${body}`)
    .digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return { refused: say.signature };
  const { exp, nbf, iat } = claims.json;
  const now = options.nowMs / 1000;
  // v3 counts whole seconds and lets the last one pass.
  const isOver = (end: number) => (options.jwt === 3 ? Math.floor(now) > end : now >= end);
  if (typeof exp === 'number' && isOver(exp)) return { refused: say.expired };
  if (typeof iat === 'number' && options.jwt === 3 && Math.floor(now) < iat) return { refused: say.issued };
  if (typeof nbf === 'number' && now < nbf) return { refused: say.notYet };
  return undefined;
}

const methods: Readonly<Record<string, string>> = {
  HS: 'HMAC',
  RS: '*jwt.SigningMethodRSA',
  PS: '*jwt.SigningMethodRSAPSS',
  ES: '*jwt.SigningMethodECDSA',
  no: '*jwt.signingMethodNone',
};

const wantsHmac = (method: string) =>
  `invalid token method type, want *jwt.SigningMethodHMAC, but is ${method}`;
const illegal = (byte: number) => `illegal base64 data at input byte ${byte}`;
const segments = 'token contains an invalid number of segments';
const notJson = 'invalid character looking for beginning of value';

const texts = {
  3: {
    segments,
    base64: (_part: string, byte: number) => illegal(byte),
    json: (_part: string) => notJson,
    unspecified: 'signing method (alg) is unspecified.',
    unavailable: 'signing method (alg) is unavailable.',
    method: wantsHmac,
    signature: 'signature is invalid',
    expired: 'Token is expired',
    issued: 'Token used before issued',
    notYet: 'Token is not valid yet',
  },
  5: {
    segments: `token is malformed: ${segments}`,
    base64: (part: string, byte: number) =>
      `token is malformed: could not base64 decode ${part}: ${illegal(byte)}`,
    json: (part: string) => `token is malformed: could not JSON decode ${part}: ${notJson}`,
    unspecified: 'token is unverifiable: signing method (alg) is unspecified',
    unavailable: 'token is unverifiable: signing method (alg) is unavailable',
    method: (method: string) => `token is unverifiable: error while executing keyfunc: ${wantsHmac(method)}`,
    signature: 'token signature is invalid: signature is invalid',
    expired: 'token has invalid claims: token is expired',
    issued: 'token has invalid claims: token used before issued',
    notYet: 'token has invalid claims: token is not valid yet',
  },
} as const;

type Decoded = { byte: number } | { json: Readonly<Record<string, unknown>> | undefined };

function decode(segment: string): Decoded {
  const byte = segment.search(/[^A-Za-z0-9_-]/);
  if (byte >= 0) return { byte };
  try {
    const json: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return { json: typeof json === 'object' && json !== null ? { ...json } : undefined };
  } catch {
    return { json: undefined };
  }
}

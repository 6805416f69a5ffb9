import { createPrivateKey, type KeyObject } from 'node:crypto';
import { x509Libraries } from './x509-libraries.ts';

/** An ECDSA P-256 private key: the number itself, 32 bytes. */
export type EcKey = Uint8Array;

/** Its public half as a SubjectPublicKeyInfo in DER. */
export function ecPublicKey(key: EcKey): Uint8Array {
  // What comes before the point is the same for every key of the curve (RFC 5480).
  const algorithm = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
  return Buffer.concat([algorithm, x509Libraries().p256.getPublicKey(key, false)]);
}

/** `EC PRIVATE KEY` in DER (SEC 1), as Go's x509.MarshalECPrivateKey writes it. */
export function ecKeyToSec1(key: EcKey): Uint8Array {
  return keyObject(key).export({ type: 'sec1', format: 'der' });
}

/** `PRIVATE KEY` in PEM (PKCS #8). */
export function ecKeyToPem(key: EcKey): string {
  return keyObject(key).export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** The key of a PEM text, or of SEC 1 in DER; undefined for what is no P-256 key. */
export function readEcKey(text: string | Uint8Array): EcKey | undefined {
  try {
    const key =
      typeof text === 'string'
        ? createPrivateKey(text)
        : createPrivateKey({ key: Buffer.from(text), format: 'der', type: 'sec1' });
    const { crv, d } = key.export({ format: 'jwk' });
    return crv === 'P-256' && d !== undefined ? Buffer.from(d, 'base64url') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An ASN.1 signature of SHA-256. The nonce comes from key and data (RFC 6979), where OpenSSL's is random: what is signed
 * on the memory net has to come out the same in every run.
 */
export function ecSign(key: EcKey, data: Uint8Array): Uint8Array {
  return x509Libraries().p256.sign(data, key, { format: 'der', lowS: false });
}

function keyObject(key: EcKey): KeyObject {
  const point = x509Libraries().p256.getPublicKey(key, false);
  const part = (from: number, to: number) => Buffer.from(point.subarray(from, to)).toString('base64url');
  const d = Buffer.from(key).toString('base64url');
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', d, x: part(1, 33), y: part(33, 65) },
    format: 'jwk',
  });
}

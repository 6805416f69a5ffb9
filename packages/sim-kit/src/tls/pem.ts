/** A certificate in DER as PEM. */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** The bytes of the first block of a PEM text; none if it has no block. */
export function derOfPem(pem: string): Uint8Array {
  const [, base64 = ''] = /-----BEGIN [^-]+-----([^-]*)-----END/.exec(pem) ?? [];
  return Buffer.from(base64, 'base64');
}

/** Object identifiers in the order of Go's constants (golang/go src/crypto/x509/x509.go ExtKeyUsage). */
export const extKeyUsageIds: readonly string[] = [
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.5.5.7.3.2',
  '1.3.6.1.5.5.7.3.3',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.5',
  '1.3.6.1.5.5.7.3.6',
  '1.3.6.1.5.5.7.3.7',
  '1.3.6.1.5.5.7.3.8',
  '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
  '1.3.6.1.4.1.311.2.1.22',
  '1.3.6.1.4.1.311.61.1.1',
];

const CLIENT_AUTH = 2;

/** The header `ExtKeyUsages`, a JSON array of Go's constants; a text says why it cannot be read. */
export function readUsages(header: string): readonly number[] | string {
  if (header === '') return [CLIENT_AUTH];
  let json: unknown;
  try {
    json = JSON.parse(header);
  } catch {
    // golang/go src/encoding/json/scanner.go; what is wrong further on has texts of its own there.
    return `invalid character '${header.trim().charAt(0)}' looking for beginning of value`;
  }
  if (json === null) return [];
  if (!Array.isArray(json)) return 'json: cannot unmarshal into Go value of type []x509.ExtKeyUsage';
  const isUsage = (value: unknown): value is number =>
    typeof value === 'number' && extKeyUsageIds[value] !== undefined;
  // golang/go src/crypto/x509/x509.go marshalExtKeyUsage refuses others only when the certificate is written.
  return json.every(isUsage) ? json : 'x509: unknown extended key usage';
}

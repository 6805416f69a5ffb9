/**
 * Whether Go reads a text as an address: leading zeros are allowed, a zone is not. The image is built with Go 1.13 (its
 * Dockerfile); from Go 1.17 on leading zeros are refused.
 * golang/go go1.13 src/net/ip.go ParseIP
 */
export function isGoIp(text: string): boolean {
  if (text.includes(':')) return /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`);
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d+$/.test(octet) && Number(octet) <= 255);
}

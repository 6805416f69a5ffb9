// golang/go src/net/http/sniff.go DetectContentType, ported: what a cloudcore client sees as Content-Type,
// because the tunnel does not carry edged's. Go looks at the first 512 bytes of the first write to the
// connection.

const SNIFF_BYTES = 512;

const htmlTags = [
  '<!DOCTYPE HTML',
  '<HTML',
  '<HEAD',
  '<SCRIPT',
  '<IFRAME',
  '<H1',
  '<DIV',
  '<FONT',
  '<TABLE',
  '<A',
  '<STYLE',
  '<TITLE',
  '<B',
  '<BODY',
  '<BR',
  '<P',
  '<!--',
];

/** Prefixes in Go's order. `?` stands for any byte; all are Latin-1. */
const prefixes: readonly (readonly [pattern: string, contentType: string])[] = [
  ['%PDF-', 'application/pdf'],
  ['%!PS-Adobe-', 'application/postscript'],
  ['\xFE\xFF??', 'text/plain; charset=utf-16be'],
  ['\xFF\xFE??', 'text/plain; charset=utf-16le'],
  ['\xEF\xBB\xBF?', 'text/plain; charset=utf-8'],
  ['\x00\x00\x01\x00', 'image/x-icon'],
  ['\x00\x00\x02\x00', 'image/x-icon'],
  ['BM', 'image/bmp'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF????WEBPVP', 'image/webp'],
  ['\x89PNG\r\n\x1A\n', 'image/png'],
  ['\xFF\xD8\xFF', 'image/jpeg'],
  ['FORM????AIFF', 'audio/aiff'],
  ['ID3', 'audio/mpeg'],
  ['OggS\x00', 'application/ogg'],
  ['MThd\x00\x00\x00\x06', 'audio/midi'],
  ['RIFF????AVI ', 'video/avi'],
  ['RIFF????WAVE', 'audio/wave'],
];

/** What Go tries after MP4. */
const latePrefixes: readonly (readonly [pattern: string, contentType: string])[] = [
  ['\x1A\x45\xDF\xA3', 'video/webm'],
  [`${'?'.repeat(34)}LP`, 'application/vnd.ms-fontobject'],
  ['\x00\x01\x00\x00', 'font/ttf'],
  ['OTTO', 'font/otf'],
  ['ttcf', 'font/collection'],
  ['wOFF', 'font/woff'],
  ['wOF2', 'font/woff2'],
  ['\x1F\x8B\x08', 'application/x-gzip'],
  ['PK\x03\x04', 'application/zip'],
  ['Rar!\x1A\x07\x00', 'application/x-rar-compressed'],
  ['Rar!\x1A\x07\x01\x00', 'application/x-rar-compressed'],
  ['\x00asm', 'application/wasm'],
];

/** The media type Go's net/http gives a body that begins with `data`. */
export function detectContentType(data: Uint8Array): string {
  const head = Buffer.from(data.subarray(0, SNIFF_BYTES)).toString('latin1');
  const text = head.replace(/^[\t\n\f\r ]+/, '');
  if (htmlTags.some((tag) => startsWithTag(text, tag))) return 'text/html; charset=utf-8';
  if (text.startsWith('<?xml')) return 'text/xml; charset=utf-8';
  const early = prefixes.find(([pattern]) => matches(head, pattern));
  if (early !== undefined) return early[1];
  if (isMp4(head)) return 'video/mp4';
  const late = latePrefixes.find(([pattern]) => matches(head, pattern));
  if (late !== undefined) return late[1];
  const isBinary = /[\x00-\x08\x0B\x0E-\x1A\x1C-\x1F]/.test(text);
  return isBinary ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}

/** Letters match in any case; the byte after the tag must end it. */
function startsWithTag(text: string, tag: string): boolean {
  const end = text[tag.length];
  return text.slice(0, tag.length).toUpperCase() === tag && (end === ' ' || end === '>');
}

function matches(head: string, pattern: string): boolean {
  if (head.length < pattern.length) return false;
  for (let at = 0; at < pattern.length; at += 1) {
    if (pattern[at] !== '?' && pattern[at] !== head[at]) return false;
  }
  return true;
}

function isMp4(head: string): boolean {
  if (head.length < 12) return false;
  const boxBytes = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE();
  if (head.length < boxBytes || boxBytes % 4 !== 0 || head.slice(4, 8) !== 'ftyp') return false;
  for (let at = 8; at < boxBytes; at += 4) {
    // Bytes 12 to 15 are the version of the major brand.
    if (at !== 12 && head.slice(at, at + 3) === 'mp4') return true;
  }
  return false;
}

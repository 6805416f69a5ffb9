// SPDY Protocol, Draft 3.1 (chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1), 2.6.10.1 Compression:
// SPDY_dictionary_txt, the same 1,423 bytes as in Draft 3. Each word stands behind its length as a 32-bit integer;
// the tail has no lengths. The zlib streams of both directions start with these bytes as their past.

const words =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age ' +
  'allow authorization cache-control connection content-base content-encoding content-language content-length ' +
  'content-location content-md5 content-range content-type date etag expect expires from host if-match ' +
  'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma ' +
  'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade ' +
  'user-agent vary via warning www-authenticate method get status';

const wordsWithBlanks = [
  '200 OK',
  'version',
  'HTTP/1.1',
  'url',
  'public',
  'set-cookie',
  'keep-alive',
  'origin',
];

const tail =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized' +
  '403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,' +
  'text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

/** The fixed dictionary of SPDY/3 and SPDY/3.1. */
export const headerDictionary: Uint8Array = dictionaryBytes();

/** Adler-32 of the dictionary: the DICTID that opens each direction's zlib stream (RFC 1950, 2.2). */
export const headerDictionaryId = 0xe3c6a7c2;

function dictionaryBytes(): Uint8Array {
  const text = [...words.split(' '), ...wordsWithBlanks]
    .map((word) => `\0\0\0${String.fromCharCode(word.length)}${word}`)
    .join('');
  return Uint8Array.from(text + tail, (character) => character.charCodeAt(0));
}

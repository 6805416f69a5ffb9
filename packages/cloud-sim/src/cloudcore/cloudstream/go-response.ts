import { STATUS_CODES } from 'node:http';
import { detectContentType } from './content-type.ts';
import { GoPanic } from './go-panic.ts';
import { firstHeader, type GoRequest, headerHasToken } from './go-request.ts';
import type { ResponseSink } from './response-sink.ts';

// golang/go src/net/http/server.go bufferBeforeChunkingSize and h2_bundle.go http2handlerChunkBytes: what a
// handler writes is held back up to here, headers included.
const BUFFER_BYTES = { '1.0': 2048, '1.1': 2048, '2.0': 4096 } as const;

const nilPointer = 'runtime error: invalid memory address or nil pointer dereference';

/**
 * A handler's side of a response, as Go's net/http writes it (golang/go src/net/http/server.go response,
 * chunkWriter, bufio.Writer; h2_bundle.go responseWriterState). Nothing leaves before the buffer overflows or
 * the handler ends, so that short bodies get a Content-Length and long ones are chunked.
 */
export class GoResponse {
  /** Headers the handler sets; names canonical. They are written sorted, before what net/http adds. */
  readonly header = new Map<string, string>();
  /** Body bytes the handler wrote. */
  bytesWritten = 0;
  /** Set once a handler has taken the connection over: net/http then leaves it alone. */
  hijacked = false;
  status = 0;
  readonly #request: GoRequest;
  readonly #sink: ResponseSink;
  readonly #nowMs: () => number;
  readonly #onSuperfluous: () => void;
  /** Made for the first bytes that are held back. */
  #buffer: Buffer | undefined;
  #bufferedBytes = 0;
  #headWritten = false;
  #handlerDone = false;
  #bytesAfterEnd = 0;

  constructor(
    request: GoRequest,
    sink: ResponseSink,
    options: { nowMs: () => number; onSuperfluous: () => void },
  ) {
    this.#request = request;
    this.#sink = sink;
    this.#nowMs = options.nowMs;
    this.#onSuperfluous = options.onSuperfluous;
  }

  /** True once the handler has returned. */
  get finished(): boolean {
    return this.#handlerDone;
  }

  /** Decides the status; a second call changes nothing (and is reported on HTTP/1). */
  writeHeader(status: number): void {
    if (this.status !== 0) {
      if (this.#request.proto !== '2.0') this.#onSuperfluous();
      return;
    }
    this.status = status;
  }

  /**
   * Go's bufio.Writer.Write. A promise means that the client reads too slowly; write no more before it
   * resolves.
   * @throws GoPanic once the handler has returned, see {@link GoResponse.#writeAfterEnd}
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.hijacked) return undefined;
    if (this.#handlerDone) return this.#writeAfterEnd(bytes.length);
    if (this.status === 0) this.writeHeader(200);
    this.bytesWritten += bytes.length;
    const size = BUFFER_BYTES[this.#request.proto];
    let rest = bytes;
    let blocked: Promise<void> | undefined;
    while (rest.length > size - this.#bufferedBytes) {
      if (this.#bufferedBytes === 0) {
        blocked = this.#emit(rest) ?? blocked;
        return blocked;
      }
      const part = rest.subarray(0, size - this.#bufferedBytes);
      this.#hold(part);
      rest = rest.subarray(part.length);
      blocked = this.#flush() ?? blocked;
    }
    if (rest.length > 0) this.#hold(rest);
    return blocked;
  }

  /** A write and a flush: what would be held back for no time is not copied. The bytes must not change any more. */
  writeFlushed(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#headWritten && this.#bufferedBytes === 0 && bytes.length > 0 && !this.#handlerDone) {
      this.bytesWritten += bytes.length;
      return this.#emit(bytes);
    }
    const blocked = this.write(bytes);
    return this.flush() ?? blocked;
  }

  /** Go's http.Flusher: sends what is held back, and the head even if there is nothing else. */
  flush(): Promise<void> | undefined {
    if (this.hijacked) return undefined;
    if (this.#handlerDone) return this.#flushAfterEnd();
    if (this.status === 0) this.writeHeader(200);
    if (this.#bufferedBytes > 0) return this.#flush();
    if (!this.#headWritten) this.#writeHead(new Uint8Array());
    return undefined;
  }

  /** What net/http does after the handler has returned. */
  finish(): void {
    if (this.hijacked || this.#handlerDone) return;
    if (this.status === 0) this.writeHeader(200);
    this.#handlerDone = true;
    if (this.#bufferedBytes > 0) void this.#flush();
    if (!this.#headWritten) this.#writeHead(new Uint8Array());
    this.#sink.end();
  }

  /** What net/http does after a panic. */
  abort(): void {
    this.#handlerDone = true;
    this.#sink.abort();
  }

  /**
   * A response that is over has given its buffer back: bytes are taken until it is full, and then there is nothing
   * behind it (golang/go src/net/http/server.go finishRequest, putBufioWriter). HTTP/2 looks at every write
   * (h2_bundle.go responseWriter.write). Somebody else's response may have the buffer by then; not imitated.
   */
  #writeAfterEnd(length: number): undefined {
    if (this.#request.proto === '2.0') throw new GoPanic('Write called after Handler finished');
    this.#bytesAfterEnd += length;
    if (this.#bytesAfterEnd > BUFFER_BYTES[this.#request.proto]) throw new GoPanic(nilPointer);
  }

  #flushAfterEnd(): undefined {
    if (this.#bytesAfterEnd > 0) throw new GoPanic(nilPointer);
  }

  #hold(bytes: Uint8Array): void {
    this.#buffer ??= Buffer.allocUnsafe(BUFFER_BYTES[this.#request.proto]);
    this.#buffer.set(bytes, this.#bufferedBytes);
    this.#bufferedBytes += bytes.length;
  }

  #flush(): Promise<void> | undefined {
    const bytes = this.#buffer?.subarray(0, this.#bufferedBytes) ?? Buffer.alloc(0);
    this.#buffer = undefined;
    this.#bufferedBytes = 0;
    return this.#emit(bytes);
  }

  #emit(bytes: Uint8Array): Promise<void> | undefined {
    if (!this.#headWritten) this.#writeHead(bytes);
    if (this.#request.method === 'HEAD') return undefined;
    return this.#sink.body(bytes);
  }

  /**
   * chunkWriter.writeHeader: `first` is the first piece of body, which is all of it once the handler is done.
   */
  #writeHead(first: Uint8Array): void {
    this.#headWritten = true;
    const { method, proto } = this.#request;
    const isHead = method === 'HEAD';
    const set = new Map(this.header);
    // A handler that asks for chunks gets no length and no sniffing. HTTP/2 only drops the header.
    const wantsChunks = set.delete('Transfer-Encoding') && proto !== '2.0';
    const contentLength =
      this.#handlerDone && !set.has('Content-Length') && !wantsChunks && (!isHead || first.length > 0)
        ? `${first.length}`
        : undefined;
    const hasLength = contentLength !== undefined || set.has('Content-Length');
    const sniffs = !set.has('Content-Type') && !wantsChunks && first.length > 0;
    const sniffed = sniffs ? detectContentType(first) : undefined;
    const { keepAlive, close } = this.#connection(isHead || hasLength);
    // A handler that has said so itself is not repeated.
    const closes = close && !set.has('Connection');
    const chunked = proto === '1.1' && !hasLength && !isHead;
    const date: [string, string] = ['Date', httpDate(this.#nowMs())];
    const added: [string, string | undefined][] =
      proto === '2.0'
        ? // h2_bundle.go writeResHeaders.writeFrame has its own order and knows no connection headers.
          [['Content-Type', sniffed], ['Content-Length', contentLength], date]
        : [
            date,
            ['Content-Length', contentLength],
            ['Content-Type', sniffed],
            ['Connection', proto === '1.1' && closes ? 'close' : keepAlive ? 'keep-alive' : undefined],
            ['Transfer-Encoding', chunked ? 'chunked' : undefined],
          ];
    const headers = [...[...set].sort(([a], [b]) => (a < b ? -1 : 1)), ...added.filter(isSet)];
    this.#sink.head({
      status: this.status,
      reason: STATUS_CODES[this.status] ?? '',
      headers,
      chunked,
      close,
    });
  }

  /**
   * Whether the connection is closed after the reply, and whether an HTTP/1.0 client is told that it stays.
   */
  #connection(lengthKnown: boolean): { keepAlive: boolean; close: boolean } {
    const request = this.#request;
    if (request.proto === '2.0') return { keepAlive: false, close: false };
    if (this.header.get('Connection') === 'close') return { keepAlive: false, close: true };
    if (request.proto === '1.1')
      return { keepAlive: false, close: headerHasToken(request, 'Connection', 'close') };
    const wantsKeepAlive = headerHasToken(request, 'Connection', 'keep-alive');
    const keepAlive = wantsKeepAlive && lengthKnown;
    return { keepAlive, close: !keepAlive };
  }
}

function isSet(field: [string, string | undefined]): field is [string, string] {
  return field[1] !== undefined;
}

/** golang/go src/net/http TimeFormat, e.g. `Sun, 22 Nov 2026 19:42:32 GMT`. */
function httpDate(atMs: number): string {
  return new Date(atMs).toUTCString();
}

/**
 * net/http's http.NotFound, and http.Redirect with 301, as ServeMux answers them.
 * golang/go src/net/http/server.go Error, Redirect
 */
export function writeNotFound(response: GoResponse): void {
  response.header.set('Content-Type', 'text/plain; charset=utf-8');
  response.header.set('X-Content-Type-Options', 'nosniff');
  response.writeHeader(404);
  void response.write(Buffer.from('404 page not found\n'));
}

/** See {@link writeNotFound}. */
export function writeRedirect(request: GoRequest, response: GoResponse, path: string): void {
  const location = `${encodeURI(path)}${request.url.rawQuery === '' ? '' : `?${request.url.rawQuery}`}`;
  const escaped = location.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  response.header.set('Location', location);
  if (
    firstHeader(request, 'Content-Type') === '' &&
    (request.method === 'GET' || request.method === 'HEAD')
  ) {
    response.header.set('Content-Type', 'text/html; charset=utf-8');
  }
  response.writeHeader(301);
  if (request.method === 'GET')
    void response.write(Buffer.from(`<a href="${escaped}">Moved Permanently</a>.\n\n`));
}

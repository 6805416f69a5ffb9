/** The largest buffer Go's Scanner grows to, in bytes (bufio.MaxScanTokenSize). */
export const scannerBufferBytesMax = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Go's bufio.Scanner with ScanLines, fed by hand.
 *
 * edgecore cuts a metrics body into lines with it and never looks at its error
 * (kubeedge v1.6.1 pkg/stream/edgedmetricsconnection.go Serve), so this class throws nothing either.
 *
 * The limit, from Go bufio/scan.go Scan: the buffer is full at 65,536 bytes, and a full buffer without a line
 * feed in it ends the scan. A line needs its line feed in the buffer, so at most 65,535 bytes of content
 * (a trailing CR counted) pass; the last line needs none, so 65,536 pass. That last case holds when the
 * reader reports its end together with the last bytes, as net/http bodies do (capture scanner-limit.json); a
 * reader that reports it later, as a chunked body may, would pass 65,535 only.
 * A reader's error mid-body is the same as its end: call `end()` then, too.
 *
 * The result does not depend on how the input is cut into chunks.
 */
export class LineScanner {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #stopped = false;
  #ended = false;

  /** True once a line was too long: that line and everything after it is dropped, without an error. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Takes the next bytes of the body.
   *
   * @returns the lines completed by them, without line feed and without one trailing CR;
   *   those that lie within the chunk are views of it
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    while (!this.#stopped && !this.#ended && start < chunk.length) {
      const feed = chunk.indexOf(lineFeed, start);
      const end = feed === -1 ? chunk.length : feed;
      const bytes = this.#pendingBytes + end - start;
      const bytesMax = feed === -1 ? scannerBufferBytesMax : scannerBufferBytesMax - 1;
      if (bytes > bytesMax) {
        this.#stop();
        break;
      }
      if (feed === -1) {
        this.#pending.push(chunk.slice(start));
        this.#pendingBytes = bytes;
        break;
      }
      const part = chunk.subarray(start, end);
      lines.push(withoutReturn(this.#pendingBytes === 0 ? part : this.#takeLine(part)));
      start = feed + 1;
    }
    return lines;
  }

  /**
   * Says that the body has ended; later calls do nothing.
   *
   * @returns the last line when it had no line feed (at most one entry), else nothing
   */
  end(): Uint8Array[] {
    if (this.#ended || this.#stopped) return [];
    this.#ended = true;
    return this.#pendingBytes > 0 ? [withoutReturn(this.#takeLine())] : [];
  }

  /** What is pending, and `last` behind it. */
  #takeLine(last: Uint8Array = new Uint8Array()): Uint8Array {
    const line = new Uint8Array(this.#pendingBytes + last.length);
    let at = 0;
    for (const part of [...this.#pending, last]) {
      line.set(part, at);
      at += part.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    return line;
  }

  #stop(): void {
    this.#stopped = true;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line[line.length - 1] === carriageReturn ? line.subarray(0, -1) : line;
}

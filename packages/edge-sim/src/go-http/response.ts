import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An answer before it is put on the wire. `headers` are those the handler sets, in any order. */
export interface GoResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/**
 * Go's net/http keeps this much before it decides on chunked encoding (server.go bufferBeforeChunkingSize).
 */
const BUFFER_BYTES = 2_048;

/** What Go's sniffing makes of a body without a type; the simulator's bodies without one are plain words. */
const SNIFFED_TYPE = 'text/plain; charset=utf-8';

/**
 * Writes an answer the way Go's net/http does: the handler's headers by name, then Date, Content-Length, a
 * sniffed Content-Type, Connection and Transfer-Encoding; chunked only when the body did not fit Go's buffer.
 * Source: golang/go go1.14 src/net/http/server.go chunkWriter.writeHeader, extraHeader.Write; checked against
 * dockerd 20.10.24 and edgecore v1.6.1.
 */
export function writeGoResponse(response: ServerResponse, answer: GoResponse, nowMs: number): void {
  const { method, httpVersion, headers: asked } = response.req;
  const { status, headers: set, body } = answer;
  const bodyBytes = Buffer.byteLength(body);
  const isHead = method === 'HEAD';
  // A client of HTTP/1.0 knows no chunks: the end of the connection ends the body.
  const isOld = httpVersion === '1.0';
  const closes = isOld || /\bclose\b/i.test(asked.connection ?? '');
  const hasLength = set['Content-Length'] !== undefined;
  const chunked = !hasLength && bodyBytes > BUFFER_BYTES;
  const lines = Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1));
  lines.push(['Date', new Date(nowMs).toUTCString()]);
  if (!hasLength && !chunked && !(isHead && bodyBytes === 0))
    lines.push(['Content-Length', String(bodyBytes)]);
  if (set['Content-Type'] === undefined && bodyBytes > 0) lines.push(['Content-Type', SNIFFED_TYPE]);
  if (closes && !isOld) lines.push(['Connection', 'close']);
  if (chunked && !isHead && !isOld) lines.push(['Transfer-Encoding', 'chunked']);
  // Node would add its own Date, and a Connection line that Go leaves out.
  response.sendDate = false;
  response.removeHeader('connection');
  response.shouldKeepAlive = !closes;
  response.writeHead(status, STATUS_CODES[status] ?? '', lines.flat());
  response.end(isHead ? undefined : body);
}

/**
 * Writes an answer in chunks, each flushed, and its head before the first: what a handler of Go's gets that
 * asks for chunks itself, no type is sniffed then. Ends when the pieces do or the client leaves.
 * Source: golang/go go1.14 src/net/http/server.go chunkWriter.writeHeader; checked against edgecore v1.6.1.
 */
export async function writeGoChunks(
  response: ServerResponse,
  answer: { readonly status: number; readonly chunks: AsyncIterable<Uint8Array> },
  nowMs: number,
): Promise<void> {
  const { httpVersion, headers: asked } = response.req;
  const isOld = httpVersion === '1.0';
  const closes = isOld || /\bclose\b/i.test(asked.connection ?? '');
  const lines = [['Date', new Date(nowMs).toUTCString()]];
  if (closes && !isOld) lines.push(['Connection', 'close']);
  if (!isOld) lines.push(['Transfer-Encoding', 'chunked']);
  response.sendDate = false;
  response.removeHeader('connection');
  response.shouldKeepAlive = !closes;
  response.writeHead(answer.status, STATUS_CODES[answer.status] ?? '', lines.flat());
  response.flushHeaders();
  for await (const chunk of answer.chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Resolves when the response takes more, or never will. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = () => {
      response.removeListener('drain', settle);
      response.removeListener('close', settle);
      resolve();
    };
    response.once('drain', settle);
    response.once('close', settle);
  });
}

/**
 * A Go panic in a request's goroutine. net/http recovers it: the connection (or HTTP/2 stream) is closed
 * without an answer and `http: panic serving ADDRESS: TEXT` is printed (golang/go src/net/http/server.go
 * conn.serve). The stack that follows it there is not imitated.
 */
export class GoPanic extends Error {
  override readonly name = 'GoPanic';
}

import { NetError, TlsError } from '@kubeedge-sim/sim-kit';

/**
 * What a Go program prints for a request that got no answer, e.g. `dial tcp 10.66.0.11:10350: connect:
 * connection refused`, an x509 sentence, or `EOF` when the server hung up.
 */
export function goErrorText(error: unknown): string {
  if (error instanceof NetError) {
    if (error.code === 'ECONNRESET') return `read tcp ${error.endpoint}: read: connection reset by peer`;
    return error.goText;
  }
  if (error instanceof TlsError) return error.message;
  // node:http says so when the connection ends before an answer; golang/go src/net/http/transport.go says
  // io.EOF.
  if ((error as { code?: unknown }).code === 'ECONNRESET') return 'EOF';
  return error instanceof Error ? error.message : String(error);
}

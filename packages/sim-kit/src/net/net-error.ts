/** The error numbers of a dial or of a connected socket, as the operating system names them. */
export type NetErrorCode =
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ENOTFOUND'
  | 'ETIMEDOUT'
  | 'ECONNRESET'
  | 'EPIPE';

// golang/go src/syscall/zerrors_linux_amd64.go and src/net/net.go (timeoutError): what Go prints for each.
const goTexts: Record<NetErrorCode, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ENOTFOUND: 'no such host',
  ETIMEDOUT: 'i/o timeout',
  ECONNRESET: 'read: connection reset by peer',
  EPIPE: 'write: broken pipe',
};

/** A network failure between simulated hosts; `code` is the errno name. */
export class NetError extends Error {
  override readonly name = 'NetError';
  readonly code: NetErrorCode;
  /** `address:port`, or the path of a unix socket. */
  readonly endpoint: string;

  constructor(code: NetErrorCode, endpoint: string, options?: ErrorOptions) {
    super(`${code} ${endpoint}`, options);
    this.code = code;
    this.endpoint = endpoint;
  }

  /** The text a Go program prints for a failed dial, e.g. `dial tcp 10.66.0.11:10350: connect: connection refused`. */
  get goText(): string {
    if (this.code === 'ENOTFOUND') {
      return `dial tcp: lookup ${this.endpoint.replace(/:\d+$/, '')}: ${goTexts[this.code]}`;
    }
    const network = this.endpoint.startsWith('/') ? 'unix' : 'tcp';
    return `dial ${network} ${this.endpoint}: ${goTexts[this.code]}`;
  }
}

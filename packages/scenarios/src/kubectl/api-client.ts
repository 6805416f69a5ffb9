import { text } from 'node:stream/consumers';
import { goErrorText, type Status } from '@kubeedge-sim/cloud-sim';
import {
  type Endpoint,
  type Host,
  httpRequest,
  NetError,
  type NotUpgraded,
  requestUpgrade,
  type TlsClientOptions,
  type Upgraded,
} from '@kubeedge-sim/sim-kit';
import {
  kubeletProtocols,
  type RemoteCommandProtocol,
  readUpgradeAnswer,
  upgradeRequestHeaders,
} from '@kubeedge-sim/spdy';

export interface KubectlOptions {
  /** The apiserver. */
  server: Endpoint;
  /** How its certificate is checked; default: not at all (insecure-skip-tls-verify). */
  tls?: TlsClientOptions;
  token?: string;
  /** The current context's namespace; default `default`. */
  namespace?: string;
  /** The trace event that makes somebody run kubectl. */
  parent?: number;
  /** What `-i` passes on; nothing by default. It is no terminal. */
  stdin?: Uint8Array;
  /** Interrupts it, as Ctrl-C does. */
  signal?: AbortSignal;
}

/** What kubectl prints on stderr before it exits. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The resource that a request is about, as client-go names it in its errors. */
export interface Subject {
  group?: string;
  resource: string;
  name?: string;
}

export interface ApiClient {
  /** The body of a 2xx answer. @throws KubectlError */
  get(path: string, options?: GetOptions): Promise<string>;
  /** The body of a 2xx answer as it comes. @throws KubectlError */
  stream(path: string, options?: GetOptions): AsyncIterable<Buffer>;
  /** A connection on which SPDY may begin, and the protocol agreed on. @throws KubectlError */
  upgrade(path: string): Promise<Upgraded & { readonly protocol: RemoteCommandProtocol }>;
}

/** How a request is made, and what it is about. */
export interface GetOptions {
  accept?: string;
  subject?: Subject;
}

/** The exit code a shell tells of a command that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** The name under which kubectl appears in traces. */
export const COMPONENT = 'kubectl';
const ANY_JSON = 'application/json, */*';
const USER_AGENT = 'kubectl/v1.20.2 (linux/amd64) kubernetes/faecb19';

/** Requests as kubectl 1.20.2 makes them, each on a connection of its own. */
export function createApiClient(host: Host, options: KubectlOptions): ApiClient {
  const { server, tls = { verify: false }, token, parent, signal } = options;
  const credentials = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const dial = { tls, timeoutMs: 30_000, component: COMPONENT, parent, signal };
  async function* stream(
    path: string,
    { accept = ANY_JSON, subject }: GetOptions = {},
  ): AsyncGenerator<Buffer> {
    let refusal: Refusal;
    try {
      const response = await httpRequest(host, {
        target: server,
        path,
        headers: {
          'user-agent': USER_AGENT,
          accept,
          ...credentials,
          'accept-encoding': 'gzip',
        },
        ...dial,
      });
      const { status, headers, body } = response;
      if (status >= 200 && status <= 206) {
        for await (const chunk of body) yield chunk as Buffer;
        return;
      }
      refusal = { status, contentType: headers['content-type'] ?? '', text: await response.text() };
    } catch (error) {
      if (signal?.aborted) throw new KubectlError('^C', INTERRUPTED);
      throw new KubectlError(connectionError(error, server));
    }
    throw new KubectlError(serverError(refusal, subject));
  }
  return {
    stream,
    async get(path, getOptions) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(path, getOptions)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    async upgrade(path) {
      const headers = [
        ...Object.entries({
          Host: `${server.address}:${server.port}`,
          'User-Agent': USER_AGENT,
          'Content-Length': '0',
        }),
        ...Object.entries(credentials),
        ...upgradeRequestHeaders(kubeletProtocols),
      ];
      let answer: Upgraded | NotUpgraded;
      try {
        const socket = await host.connect(server, dial);
        answer = await requestUpgrade(socket, { method: 'POST', path, headers, signal });
      } catch (error) {
        if (signal?.aborted) throw new KubectlError('^C', INTERRUPTED);
        // kubernetes/apimachinery v0.20.2 pkg/util/httpstream/spdy; client-go v0.20.2 transport/spdy/spdy.go Negotiate
        const url = JSON.stringify(`https://${server.address}:${server.port}${path}`);
        throw new KubectlError(`error: error sending request: Post ${url}: ${goErrorText(error)}`);
      }
      const { status, response } = answer;
      const body = 'head' in answer ? '' : await text(response).catch(() => '');
      const read = readUpgradeAnswer(status, response.headers, body);
      if ('protocol' in read && 'head' in answer)
        return { ...answer, protocol: read.protocol as RemoteCommandProtocol };
      answer.socket.destroy();
      const isStatus = readStatus(body) !== undefined;
      const contentType = response.headers['content-type'] ?? '';
      if (isStatus) throw new KubectlError(serverError({ status, contentType, text: body }, undefined));
      throw new KubectlError(`error: ${'error' in read ? read.error : ''}`);
    },
  };
}

/** kubernetes/kubectl kubernetes-1.20.2 pkg/cmd/util/helpers.go StandardErrorMessage. */
function connectionError(error: unknown, server: Endpoint): string {
  if (error instanceof NetError && error.code === 'ECONNREFUSED') {
    const endpoint = `${server.address}:${server.port}`;
    return `The connection to the server ${endpoint} was refused - did you specify the right host or port?`;
  }
  return `Unable to connect to the server: ${goErrorText(error)}`;
}

/** An answer that is no 2xx. */
interface Refusal {
  status: number;
  contentType: string;
  text: string;
}

function serverError({ status, contentType, text }: Refusal, subject: Subject | undefined): string {
  const { message, reason } = readStatus(text) ?? unstructured(status, contentType, text, subject);
  if (reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`;
  return reason === '' ? `Error from server: ${message}` : `Error from server (${reason}): ${message}`;
}

function readStatus(text: string): { message: string; reason: string } | undefined {
  try {
    const { kind, message, reason = '' } = JSON.parse(text) as Status;
    return kind === 'Status' ? { message, reason } : undefined;
  } catch {
    return undefined;
  }
}

// kubernetes/apimachinery v0.20.2 pkg/api/errors/errors.go NewGenericServerResponse.
const genericTexts: Readonly<Record<number, [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

function unstructured(status: number, contentType: string, text: string, subject: Subject | undefined) {
  const said = contentType.startsWith('text/') ? text.trim() : 'unknown';
  const fallback: [string, string] =
    status >= 500
      ? [
          'InternalError',
          `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`,
        ]
      : ['', `the server responded with the status code ${status} but did not return more information`];
  const [reason, generic] = genericTexts[status] ?? fallback;
  if (subject === undefined) return { reason, message: generic };
  const { group = '', resource, name } = subject;
  const what = group === '' ? resource : `${resource}.${group}`;
  return { reason, message: `${generic} (get ${what}${name === undefined ? '' : ` ${name}`})` };
}

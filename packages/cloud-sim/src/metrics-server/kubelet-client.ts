import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Certificate, type Host, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import type { Node } from '../kube-apiserver/objects.ts';
import type { MetricsServerFlags } from './flags.ts';
import { COMPONENT } from './trace-kinds.ts';

export interface KubeletClientOptions {
  flags: MetricsServerFlags;
  traits: KubeletClientTraits;
  token: string;
  /** Used unless --kubelet-insecure-tls is given. */
  roots: readonly Certificate[];
  /** Address of the pod that dials, where it is not on its host's network. */
  pod: string | undefined;
}

/** What the client of a release asks for, and how it puts what went wrong. */
export interface KubeletClientTraits {
  /** Path and query of a scrape. */
  path: string;
  /** The Node's annotation that holds another path. */
  pathAnnotation?: string;
  words: KubeletClientWords;
}

export interface KubeletClientWords {
  /** A request that got no answer, e.g. `Get "https://…": EOF`. */
  noAnswer(url: string, error: string): string;
  /** An answer other than 200; `status` with its phrase. */
  status(answer: { url: string; status: string; body: string }): string;
  /** An answer that ended early. */
  cutShort(error: string): string;
  unreadable(answer: { url: string; body: string; error: string }): string;
}

export interface KubeletTarget {
  address: string;
  port: number;
  path: string;
  url: string;
}

/** A scrape failed; the message is what the real client's error says. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  /** Go's errors.Is(err, context.DeadlineExceeded). */
  readonly timedOut: boolean;

  constructor(message: string, { timedOut = false }: { timedOut?: boolean } = {}) {
    super(message);
    this.timedOut = timedOut;
  }
}

export interface KubeletClient {
  /** Where a node's kubelet is asked. @throws ScrapeError when none of its addresses is of a wanted type */
  target(node: Node): KubeletTarget;
  /** The body of a 200. @throws ScrapeError; the signal's reason */
  get(target: KubeletTarget, options: { signal: AbortSignal; parent: number }): Promise<string>;
}

const DIAL_TIMEOUT_MS = 30_000;

/**
 * kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/client.go, pkg/utils/address_resolver.go; v0.9.0
 * pkg/scraper/client/resource/client.go.
 */
export function createKubeletClient(host: Host, options: KubeletClientOptions): KubeletClient {
  const { flags, traits, token, roots, pod } = options;
  const { words } = traits;
  const plain = flags.deprecatedKubeletCompletelyInsecure;
  const tls: TlsClientOptions = flags.kubeletInsecureTls ? { verify: false } : { verify: true, roots };
  return {
    target(node) {
      const statusPort = node.status.daemonEndpoints.kubeletEndpoint.Port;
      const port = flags.kubeletUseNodeStatusPort && statusPort !== 0 ? statusPort : flags.kubeletPort;
      const address = preferredAddress(node, flags.kubeletPreferredAddressTypes);
      const path = pathOf(node, traits);
      return { address, port, path, url: `${plain ? 'http' : 'https'}://${address}:${port}${path}` };
    },
    async get({ address, port, path, url }, { signal, parent }) {
      const failed = (text: string, timedOut = false) =>
        new ScrapeError(words.noAnswer(url, text), { timedOut });
      // Names would have to be looked up, and there is no name server in this world.
      if (!/^\d+(\.\d+){3}$/.test(address)) throw failed(`dial tcp: lookup ${address}: no such host`);
      try {
        const response = await httpRequest(host, {
          target: { address, port },
          path,
          headers: {
            // rest.TransportFor sets no User-Agent, so it is Go's own (client-go v0.19.7 rest/transport.go).
            'user-agent': 'Go-http-client/1.1',
            ...(plain ? {} : { authorization: `Bearer ${token}` }),
            'accept-encoding': 'gzip',
          },
          ...(plain ? {} : { tls }),
          timeoutMs: DIAL_TIMEOUT_MS,
          signal,
          component: COMPONENT,
          pod,
          parent,
        });
        const text = await body(response, words);
        const status = `${response.status} ${reasonPhrase(response.status)}`;
        if (response.status !== 200) throw new ScrapeError(words.status({ url, status, body: text }));
        return text;
      } catch (error) {
        if (error instanceof ScrapeError) throw error;
        if (signal.aborted) throw failed('context deadline exceeded', true);
        throw failed(goErrorText(error));
      }
    },
  };
}

async function body(
  response: Awaited<ReturnType<typeof httpRequest>>,
  words: KubeletClientWords,
): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await buffer(response.body);
  } catch {
    throw new ScrapeError(words.cutShort('unexpected EOF'));
  }
  return (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}

function pathOf({ metadata }: Node, { path, pathAnnotation }: KubeletClientTraits): string {
  const other = pathAnnotation === undefined ? undefined : metadata.annotations?.[pathAnnotation];
  if (other === undefined || other === '') return path;
  // url.URL puts a slash between host and path, and escapes what begins a query.
  return `${other.startsWith('/') ? '' : '/'}${encodeURI(other).replace(/[?#]/g, encodeURIComponent)}`;
}

// golang/go go1.14 src/net/http/status.go; what a kubelet or cloudcore answers.
const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const reasonPhrase = (status: number) => phrases[status] ?? '';

function preferredAddress(node: Node, types: readonly string[]): string {
  for (const wanted of types) {
    const found = node.status.addresses.find(({ type }) => type === wanted);
    if (found !== undefined) return found.address;
  }
  const { name } = node.metadata;
  throw new ScrapeError(`node ${name} had no addresses that matched types [${types.join(' ')}]`);
}

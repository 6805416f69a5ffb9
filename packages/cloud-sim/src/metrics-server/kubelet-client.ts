import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Certificate, type Host, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import type { Node } from '../kube-apiserver/objects.ts';
import type { MetricsServerFlags } from './flags.ts';
import { COMPONENT } from './trace-kinds.ts';

export interface KubeletClientOptions {
  flags: MetricsServerFlags;
  scrapePath: string;
  token: string;
  /** Used unless --kubelet-insecure-tls is given. */
  roots: readonly Certificate[];
}

export interface KubeletTarget {
  address: string;
  port: number;
  url: string;
}

/** A scrape failed; the message is what the real client's error says. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
}

export interface KubeletClient {
  /** Where a node's kubelet is asked. @throws ScrapeError when none of its addresses is of a wanted type */
  target(node: Node): KubeletTarget;
  /** The body of a 200. @throws ScrapeError; the signal's reason */
  get(target: KubeletTarget, options: { signal: AbortSignal; parent: number }): Promise<string>;
}

const DIAL_TIMEOUT_MS = 30_000;

/** kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/client.go, pkg/utils/address_resolver.go. */
export function createKubeletClient(host: Host, options: KubeletClientOptions): KubeletClient {
  const { flags, scrapePath, token, roots } = options;
  const plain = flags.deprecatedKubeletCompletelyInsecure;
  const tls: TlsClientOptions = flags.kubeletInsecureTls ? { verify: false } : { verify: true, roots };
  return {
    target(node) {
      const statusPort = node.status.daemonEndpoints.kubeletEndpoint.Port;
      const port = flags.kubeletUseNodeStatusPort && statusPort !== 0 ? statusPort : flags.kubeletPort;
      const address = preferredAddress(node, flags.kubeletPreferredAddressTypes);
      return { address, port, url: `${plain ? 'http' : 'https'}://${address}:${port}${scrapePath}` };
    },
    async get({ address, port, url }, { signal, parent }) {
      const failed = (text: string) => new ScrapeError(`Get "${url}": ${text}`);
      // Names would have to be looked up, and there is no name server in this world.
      if (!/^\d+(\.\d+){3}$/.test(address)) throw failed(`dial tcp: lookup ${address}: no such host`);
      try {
        const response = await httpRequest(host, {
          target: { address, port },
          path: scrapePath,
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
          parent,
        });
        return checked(response.status, await body(response), url);
      } catch (error) {
        if (error instanceof ScrapeError) throw error;
        if (signal.aborted) throw failed('context deadline exceeded');
        throw failed(goErrorText(error));
      }
    },
  };
}

async function body(response: Awaited<ReturnType<typeof httpRequest>>): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await buffer(response.body);
  } catch {
    // io.Copy's own error, without the `Get "url":` in front.
    throw new ScrapeError('unexpected EOF');
  }
  return (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}

function checked(status: number, text: string, url: string): string {
  if (status === 404) throw new ScrapeError(`"${url}" not found`);
  if (status !== 200) throw new ScrapeError(`request failed - "${status} ${reasonPhrase(status)}".`);
  return text;
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
  const problem = `node ${name} had no addresses that matched types [${types.join(' ')}]`;
  throw new ScrapeError(`unable to extract connection information for node "${name}": ${problem}`);
}

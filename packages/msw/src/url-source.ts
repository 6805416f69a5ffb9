import { fetchOutside } from './outside.ts';
import type { Source } from './source.ts';

export interface UrlSourceOptions {
  /** Id of the world; default `up`, the one that the `up` command serves. */
  world?: string;
  /** The control server's token, where it wants one. */
  token?: string;
}

/**
 * A cluster that `up` or `serve` serves. From a page, the server has to be told the page's origin: `--allow-origin`.
 * @param control the control URL that the command printed, e.g. `http://127.0.0.1:7350`
 */
export function urlSource(control: string | URL, { world = 'up', token }: UrlSourceOptions = {}): Source {
  const base = String(control).replace(/\/+$/, '');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async get(target) {
      const url = `${base}/v1/worlds/${encodeURIComponent(world)}/proxy${target}`;
      const response = await fetchOutside(url, { headers }).catch((cause: unknown) => {
        throw new Error(
          `Tried to ask ${url}, found no answer. Is \`up\` or \`serve\` running there, and does it let this page in (--allow-origin)?`,
          { cause },
        );
      });
      const contentType = response.headers.get('content-type') ?? 'application/octet-stream';
      const body = await response.text();
      // What the control server itself refuses is told in another type than any answer of a cluster has.
      if (contentType.startsWith('application/problem+json'))
        throw new Error(`Tried to ask ${url}, found HTTP ${response.status}: ${body}`);
      return { status: response.status, contentType, body };
    },
  };
}

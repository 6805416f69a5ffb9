import type { KubeletClientWords } from './kubelet-client.ts';
import { goQuote } from './structured-log.ts';

/** golang/go go1.14 src/net/url/url.go Error; before, the address stood without quotes. */
const quotedUrl = (url: string, error: string) => `Get "${url}": ${error}`;
const bareUrl = (url: string, error: string) => `Get ${url}: ${error}`;

/** kubernetes-sigs/metrics-server v0.3.7 pkg/sources/summary/client.go, built with Go 1.12. */
export const words03: KubeletClientWords = {
  noAnswer: bareUrl,
  status: ({ url, status, body }) =>
    status.startsWith('404 ')
      ? `${goQuote(url)} not found`
      : `request failed - ${goQuote(status)}, response: ${goQuote(body)}`,
  cutShort: (error) => `failed to read response body - ${error}`,
  unreadable: ({ body, error }) => `failed to parse output. Response: ${goQuote(body)}. Error: ${error}`,
};

/** kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/client.go. */
export const words04: KubeletClientWords = {
  noAnswer: quotedUrl,
  status: ({ url, status }) =>
    status.startsWith('404 ') ? `${goQuote(url)} not found` : `request failed - ${goQuote(status)}.`,
  cutShort: (error) => error,
  unreadable: ({ error }) => `failed to parse output. Error: ${error}`,
};

/** kubernetes-sigs/metrics-server v0.5.2 pkg/scraper/client/summary/client.go. */
export const words05: KubeletClientWords = {
  noAnswer: quotedUrl,
  status: ({ url, status }) => `GET ${goQuote(url)}: bad status code ${goQuote(status)}`,
  cutShort: (error) => error,
  unreadable: ({ url, error }) => `GET ${goQuote(url)}: failed to parse output: ${error}`,
};

/** kubernetes-sigs/metrics-server v0.6.4, v0.9.0 pkg/scraper/client/resource/client.go. */
export const words06: KubeletClientWords = {
  noAnswer: quotedUrl,
  status: ({ status }) => `request failed, status: ${goQuote(status)}`,
  cutShort: (error) => `failed to read response body - ${error}`,
  unreadable: ({ error }) => error,
};

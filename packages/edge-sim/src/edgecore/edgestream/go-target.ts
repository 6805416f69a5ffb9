import type { Endpoint } from '@kubeedge-sim/sim-kit';

/** Where a request of Go's `http.Client` goes, and what stands in its first lines. */
export interface GoTarget {
  endpoint: Endpoint;
  encrypted: boolean;
  /** The Host header. */
  host: string;
  requestTarget: string;
}

const ABSOLUTE_URL = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:[^/?#]*@)?([^/?#]*))?([^#]*)/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
const PORT_MAX = 65_535;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Takes a URL apart without changing it, as Go does (WHATWG's parser would clean the path up). A string is
 * the text of Go's error.
 * Source: golang/go go1.14 src/net/http/transport.go roundTrip, net/url RequestURI, net/dial.go.
 */
export function goTarget(url: string): GoTarget | string {
  const [, scheme = '', host = '', rest = ''] = ABSOLUTE_URL.exec(url) ?? [];
  const protocol = scheme.toLowerCase();
  const defaultPort = DEFAULT_PORTS[protocol];
  if (defaultPort === undefined) return `unsupported protocol scheme ${JSON.stringify(protocol)}`;
  if (host === '') return 'http: no Host in request URL';
  if (/[^!-\u00ff]|\u007f/.test(rest)) return "net/http: can't write control character in Request.URL";
  const [, name = '', portText = ''] = /^(.*?)(?::(\d*))?$/.exec(host) ?? [];
  const port = portText === '' ? defaultPort : Number(portText);
  if (port > PORT_MAX) return `dial tcp: address ${portText}: invalid port`;
  const address = name === 'localhost' ? '127.0.0.1' : name;
  // The simulated edge has no resolver and no IPv6.
  if (!IPV4.test(address)) return `dial tcp: lookup ${name}: no such host`;
  const requestTarget = rest.startsWith('/') ? rest : `/${rest}`;
  return { endpoint: { address, port }, encrypted: protocol === 'https', host, requestTarget };
}

// apimachinery v0.19.3 pkg/util/httpstream/httpstream.go Handshake, pkg/util/httpstream/spdy/upgrade.go
// UpgradeResponse, spdy/roundtripper.go NewConnection; kubernetes v1.19.3
// pkg/kubelet/cri/streaming/remotecommand/httpstream.go createHTTPStreamStreams. As vendored by kubeedge v1.6.1.
import type { RemoteCommandProtocol } from './protocols.ts';

/** Headers as pairs in arrival order, or as a record such as Node's `request.headers`. Names match in any case. */
export type HeaderSource =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** An answer that is no upgrade. Date and Content-Length are up to the HTTP server that sends it. */
export type UpgradeRefusal = {
  readonly accepted: false;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
};

export type UpgradeAnswer =
  | {
      readonly accepted: true;
      readonly protocol: RemoteCommandProtocol;
      /** The whole head of the 101 answer, to be written as it is; SPDY follows at once. */
      readonly head: Uint8Array;
    }
  | UpgradeRefusal;

/** What a kubelet answers to a request that asks for SPDY and offers protocols; the first it knows is taken. */
export function answerUpgrade(
  headers: HeaderSource,
  serverProtocols: readonly RemoteCommandProtocol[],
): UpgradeAnswer {
  const offered = headerValues(headers, 'x-stream-protocol-version')
    .flatMap((value) => value.split(','))
    .map((value) => value.replace(/^ +| +$/g, ''))
    .filter((value) => value !== '');
  if (offered.length === 0) {
    return refusal(400, [], 'unable to upgrade: X-Stream-Protocol-Version is required');
  }
  const protocol = offered.find((each): each is RemoteCommandProtocol =>
    (serverProtocols as readonly string[]).includes(each),
  );
  if (protocol === undefined) {
    const text =
      'unable to upgrade: unable to negotiate protocol: ' +
      `client supports [${offered.join(' ')}], server accepts [${serverProtocols.join(' ')}]`;
    const accepted = serverProtocols.map((each) => ['X-Accepted-Stream-Protocol-Versions', each] as const);
    // Handshake writes the text with 403, then its caller once more with 400: the status is lost, the text is not.
    return refusal(403, accepted, `${text}\n${text}`);
  }
  if (!asksForSpdy(headers)) {
    const text = `unable to upgrade: missing upgrade headers in request: ${goHeaderText(headers)}`;
    return refusal(400, [['X-Stream-Protocol-Version', protocol]], text);
  }
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${protocol}`,
  ];
  return { accepted: true, protocol, head: new TextEncoder().encode(`${head.join('\r\n')}\r\n\r\n`) };
}

/** The headers with which client-go asks for the upgrade, in Go's order; each protocol is a header of its own. */
export function upgradeRequestHeaders(protocols: readonly RemoteCommandProtocol[]): [string, string][] {
  return [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'SPDY/3.1'],
    ...protocols.map((protocol): [string, string] => ['X-Stream-Protocol-Version', protocol]),
  ];
}

/**
 * What client-go makes of the answer. No protocol in it means the first, unversioned one.
 *
 * @param body all of it when the status is not 101
 */
export function readUpgradeAnswer(
  status: number,
  headers: HeaderSource,
  body: string,
): { readonly protocol: string } | { readonly error: string } {
  if (status === 101 && asksForSpdy(headers)) {
    return { protocol: headerValues(headers, 'x-stream-protocol-version')[0] ?? '' };
  }
  return { error: statusMessage(body) ?? `unable to upgrade connection: ${body.trim()}` };
}

function asksForSpdy(headers: HeaderSource): boolean {
  const has = (name: string, wanted: string) =>
    (headerValues(headers, name)[0] ?? '').toLowerCase().includes(wanted);
  return has('connection', 'upgrade') && has('upgrade', 'spdy/3.1');
}

/** Go's http.Error. */
function refusal(
  status: number,
  headers: readonly (readonly [string, string])[],
  text: string,
): UpgradeRefusal {
  const own = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
  ] as const;
  const sorted = [...own, ...headers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { accepted: false, status, headers: sorted, body: `${text}\n` };
}

function statusMessage(body: string): string | undefined {
  try {
    const { kind, message } = JSON.parse(body) as { kind?: unknown; message?: unknown };
    return kind === 'Status' && typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** A http.Header as Go's %#v prints it: names sorted, the Host left out. */
function goHeaderText(headers: HeaderSource): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of headerPairs(headers)) {
    const canonical = name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
    if (canonical !== 'Host') values.set(canonical, [...(values.get(canonical) ?? []), value]);
  }
  const fields = [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `"${name}":[]string{${each.map((value) => JSON.stringify(value)).join(', ')}}`);
  return `http.Header{${fields.join(', ')}}`;
}

function headerValues(headers: HeaderSource, name: string): string[] {
  return headerPairs(headers)
    .filter(([each]) => each.toLowerCase() === name)
    .map(([, value]) => value);
}

function headerPairs(headers: HeaderSource): (readonly [string, string])[] {
  if (Symbol.iterator in headers) return [...(headers as Iterable<readonly [string, string]>)];
  return Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : (value ?? [])).map((each) => [name, each] as const),
  );
}

import type { IncomingMessage } from 'node:http';
import {
  type DialOptions,
  type Endpoint,
  type Host,
  type NetSocket,
  type NotUpgraded,
  requestUpgrade,
  type Upgraded,
  type UpgradeRequest,
} from '@kubeedge-sim/sim-kit';
import { goErrorText } from './go-errors.ts';

/** Why there is no answer: the dial failed, or what came after it. The message is Go's. */
export class UpgradeError extends Error {
  override readonly name = 'UpgradeError';
  readonly step: 'dial' | 'answer';

  constructor(step: 'dial' | 'answer', cause: unknown) {
    const text = goErrorText(cause);
    // golang/go go1.15 src/net/http/response.go ReadResponse
    super(text === 'EOF' ? 'unexpected EOF' : text, { cause });
    this.step = step;
  }
}

/** Dials a node and asks it to change the protocol. @throws UpgradeError */
export async function dialUpgrade(
  host: Host,
  options: UpgradeRequest & DialOptions & { target: Endpoint },
): Promise<Upgraded | NotUpgraded> {
  let socket: NetSocket;
  try {
    socket = await host.connect(options.target, options);
  } catch (cause) {
    throw new UpgradeError('dial', cause);
  }
  try {
    return await requestUpgrade(socket, options);
  } catch (cause) {
    throw new UpgradeError('answer', cause);
  }
}

/** Field names of a request's head, in Go's spelling. */
const canonical = (name: string) => name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

/** What Go's Request.Write puts before the fields that it sorts, or does itself. */
const WRITTEN_FIRST = new Set(['Host', 'User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer']);

/**
 * A request's head as Go writes it: Host, User-Agent, the length of an empty body, and the rest by name.
 * golang/go go1.15 src/net/http/request.go write, transfer.go writeHeader
 */
export function goHead(
  method: string,
  host: string,
  fields: readonly (readonly [name: string, value: string])[],
): [string, string][] {
  const named = fields.map(([name, value]): [string, string] => [canonical(name), value]);
  const agent = named.find(([name]) => name === 'User-Agent')?.[1] ?? 'Go-http-client/1.1';
  const rest = named.filter(([name]) => !WRITTEN_FIRST.has(name));
  return [
    ['Host', host],
    ...(agent === '' ? [] : [['User-Agent', agent] satisfies [string, string]]),
    ...(method === 'POST' ? [['Content-Length', '0'] satisfies [string, string]] : []),
    ...rest.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  ];
}

/** The fields of a message in the order in which they came. */
export function fieldsOf({ rawHeaders }: IncomingMessage): [string, string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [
    rawHeaders[2 * at] ?? '',
    rawHeaders[2 * at + 1] ?? '',
  ]);
}

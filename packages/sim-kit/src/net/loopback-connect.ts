import { SimError } from '../errors.ts';
import type { createClientContexts } from '../tls/secure-context.ts';
import { crossLink, type HostLink } from './link.ts';
import { formatTarget } from './listen-target.ts';
import { dialReal, isLocalPortError, type RealDial } from './loopback-dial.ts';
import type { Dial, LoopbackHost, LoopbackParts } from './loopback-parts.ts';
import type { PortTable } from './loopback-ports.ts';
import { relay } from './loopback-relay.ts';
import type { UnixPorts } from './loopback-unix.ts';
import type { DialOptions, DialTarget, Endpoint, NetSocket } from './net.ts';
import { NetError, type NetErrorCode } from './net-error.ts';
import { DIAL_TIMEOUT_MS, refuseDial } from './refusal.ts';
import { detailOfPod, type Route, routeDial } from './routing.ts';

// Linux's net.ipv4.ip_local_port_range. The leased addresses are ours alone, so the net itself chooses local ports:
// then the key of a connection is known before it is made, and the accepting side can tell whose it is.
const EPHEMERAL_PORT_FIRST = 32_768;
const EPHEMERAL_PORT_LAST = 60_999;
const LOCAL_PORTS_TRIED_MAX = 1_000;

interface Context {
  parts: LoopbackParts;
  ports: PortTable;
  unix: UnixPorts;
  clientContext: ReturnType<typeof createClientContexts>;
}

export type ComponentDial = (
  from: LoopbackHost,
  target: DialTarget,
  options: DialOptions,
  mode?: DialMode,
) => Promise<NetSocket>;

/** `forwards`: the bytes are an outside client's, TLS or not, and stay open half by half. */
export type DialMode = 'component' | 'forwards';

/** Dials of components: routed as on memory, then made for real. */
export function createComponentDial(context: Context): ComponentDial {
  const { parts, ports, unix } = context;
  return async (from, target, options, mode = 'component') => {
    const found = routeDial(parts.hosts, from, target, { count: true, pod: options.pod });
    if ('path' in target) return dialUnix(from, target, options, found);
    const loopback = parts.hosts.isLoopback(from, target.address);
    const localAddress = loopback ? from.loopbackAddress : from.address;
    if (found.outcome === 'outside') return dialUplink({ from, target, options, found }, found.at, mode);
    if (found.outcome !== 'reached' || 'path' in found.at) {
      const outcome = found.outcome === 'reached' ? 'no-route' : found.outcome;
      const connection = `${localAddress}:${nextPort(from)}>${formatTarget(found.translated ?? target)}`;
      tellConnect(parts, { from, target, options, found }, connection, outcome);
      return refuseDial(parts.clock, outcome, target, options);
    }
    const { host, at } = found;
    const to = { host: at.address === '127.0.0.1' ? host.loopbackAddress : host.address, port: at.port };
    const port = ports.at(to.host, to.port);
    const link = parts.links.works && host !== from ? parts.links.between(from, host) : undefined;
    const within = link === undefined ? options : await cross(link, { from, target, options, found });
    for (let tried = 1; ; tried++) {
      const localPort = nextPort(from);
      const connection = `${localAddress}:${localPort}>${to.host}:${to.port}`;
      const asked = createDial(parts, { from, target, options, found }, connection);
      const dial = mode === 'forwards' ? forwarding(asked) : asked;
      if (port === undefined ? ports.takesAll(to.port) : port.reception === undefined) {
        // Held open for outside clients only, or by another host's published port; to components it is closed.
        tellConnect(parts, { from, target, options, found }, connection, 'refused');
        return refuseDial(parts.clock, 'refused', target, options);
      }
      try {
        parts.dials.set(connection, dial);
        return await dialReal(parts, {
          to: { ...to, localAddress, localPort },
          endpoint: formatTarget(target),
          options: within,
          dial,
          ...(link && { relay: over(link, connection, mode, { localAddress, localPort, to }) }),
          meet: port !== undefined && mode === 'component',
          allowHalfOpen: mode === 'forwards',
          ...secured(context, options, dial, { from, peer: host.name, dialled: target.address }),
        });
      } catch (error) {
        if (isLocalPortError(error) && tried < LOCAL_PORTS_TRIED_MAX) continue;
        if (isLocalPortError(error)) throw noPort(from, localAddress, error);
        if (error instanceof NetError && error.code === 'ECONNREFUSED') {
          tellConnect(parts, { from, target, options, found }, connection, 'refused');
        }
        throw error;
      } finally {
        parts.dials.delete(connection);
      }
    }
  };

  /** Dials the machine's own network. The real local address is whatever the machine chooses. */
  async function dialUplink(asked: Asked, at: Endpoint, mode: DialMode): Promise<NetSocket> {
    const { from, target, options } = asked;
    const connection = `${from.address}:${nextPort(from)}>${formatTarget(at)}`;
    const made = createDial(parts, asked, connection);
    const dial = mode === 'forwards' ? forwarding(made) : made;
    try {
      return await dialReal(parts, {
        to: { host: at.address, port: at.port },
        endpoint: formatTarget(target),
        options,
        dial,
        meet: false,
        allowHalfOpen: mode === 'forwards',
        ...secured(context, options, dial, { from, peer: at.address, dialled: at.address }),
      });
    } catch (error) {
      const outcome = error instanceof NetError ? unanswered[error.code] : undefined;
      if (outcome !== undefined) tellConnect(parts, asked, connection, outcome);
      throw error;
    }
  }

  /** Brings a dial over its link; what it may still take is in the options returned. */
  async function cross(link: HostLink, asked: Asked): Promise<DialOptions> {
    const { from, target, options } = asked;
    const startMs = parts.clock.now();
    if (link.state !== 'up') {
      const connection = `${from.address}:${nextPort(from)}>${formatTarget(asked.found.translated ?? target)}`;
      tellConnect(parts, asked, connection, link.state === 'silent' ? 'blackhole' : 'refused');
    }
    const label = `dial ${formatTarget(target)} from ${from.name}`;
    await crossLink(parts.clock, link, target, { options, label });
    const timeoutMs = (options.timeoutMs ?? DIAL_TIMEOUT_MS) - (parts.clock.now() - startMs);
    return { ...options, timeoutMs };
  }

  function over(
    link: HostLink,
    connection: string,
    mode: DialMode,
    ends: { localAddress: string; localPort: number; to: { host: string; port: number } },
  ): NonNullable<RealDial['relay']> {
    const local = { address: ends.localAddress, port: ends.localPort };
    const remote = { address: ends.to.host, port: ends.to.port };
    const allowHalfOpen = mode === 'forwards';
    return (raw) => relay(raw, { clock: parts.clock, link, connection, local, remote, allowHalfOpen });
  }

  async function dialUnix(
    from: LoopbackHost,
    target: { path: string },
    options: DialOptions,
    found: Route<LoopbackHost>,
  ): Promise<NetSocket> {
    const connection = `${from.name}#${parts.ids.next(`unix/${from.name}`)}>${target.path}`;
    const dial = createDial(parts, { from, target, options, found }, connection);
    const entrance = unix.enter(from.name, target.path, dial);
    if (entrance === undefined) {
      tellConnect(parts, { from, target, options, found }, connection, 'refused');
      return refuseDial(parts.clock, 'refused', target, options);
    }
    const to = { path: entrance.path };
    const extra = secured(context, options, dial, { from, peer: from.name, dialled: from.name });
    const real: RealDial = {
      to,
      endpoint: target.path,
      options,
      dial,
      meet: true,
      allowHalfOpen: false,
      ...extra,
    };
    try {
      return await dialReal(parts, real);
    } catch (error) {
      // A dial that never reached the queue's other end must not be taken for the next one.
      if (error instanceof NetError && error.code === 'ECONNREFUSED') entrance.done();
      throw error;
    }
  }
}

/** What became of a dial that no connection came of, by its error. */
const unanswered: Partial<Record<NetErrorCode, 'refused' | 'no-route' | 'blackhole'>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  ENOTFOUND: 'no-route',
  ETIMEDOUT: 'blackhole',
};

interface Asked {
  from: LoopbackHost;
  target: DialTarget;
  options: DialOptions;
  found: Route<LoopbackHost>;
}

/** A dial that neither speaks TLS itself nor has a certificate to look at. */
function forwarding(dial: Dial): Dial {
  dial.checked.resolve(true);
  return { ...dial, encrypted: undefined };
}

function createDial(parts: LoopbackParts, asked: Asked, connection: string): Dial {
  let eventId: number | undefined;
  return {
    connection,
    encrypted: asked.options.tls !== undefined,
    opened() {
      if (eventId !== undefined) return eventId;
      eventId = tellConnect(parts, asked, connection, 'open');
      parts.trace.link(connection, eventId);
      return eventId;
    },
    checked: Promise.withResolvers(),
    admitted: Promise.withResolvers(),
  };
}

function tellConnect(
  { trace, describe }: LoopbackParts,
  { from, target, options, found }: Asked,
  connection: string,
  outcome: 'open' | 'refused' | 'no-route' | 'blackhole',
): number {
  const text = (end: DialTarget | Endpoint) => ('path' in end ? end.path : describe(formatTarget(end)));
  return trace.emit({
    host: from.name,
    component: options.component,
    kind: 'net.connect',
    parent: options.parent,
    detail: {
      connection,
      to: text(target),
      ...detailOfPod(options.pod, found),
      ...(found.translated && { translated: text(found.translated) }),
      ...(found.rule && { rule: found.rule }),
      outcome,
    },
  });
}

function secured(
  { parts, clientContext }: Context,
  { tls, component }: DialOptions,
  dial: Dial,
  ends: { from: LoopbackHost; peer: string; dialled: string },
): Pick<RealDial, 'secure'> {
  if (tls === undefined) return {};
  const name = tls.serverName ?? ends.dialled;
  const known = parts.hosts.at(name);
  return {
    secure: {
      context: clientContext(tls),
      // The name is that of the address dialled, whatever host DNAT has brought us to.
      wanted: {
        name: parts.describe(name),
        aliases: known === undefined ? [] : [known.describedAddress, known.address],
        describe: parts.describe,
      },
      judged(verdict, detail) {
        const what = { connection: dial.connection, by: 'client' as const, verdict, peer: ends.peer };
        const event = { ...what, ...(detail && { detail }) };
        parts.trace.emit({
          host: ends.from.name,
          component,
          kind: 'net.tls',
          parent: dial.opened(),
          detail: event,
        });
      },
    },
  };
}

function nextPort(from: LoopbackHost): number {
  const port = from.nextPort;
  from.nextPort = port === EPHEMERAL_PORT_LAST ? EPHEMERAL_PORT_FIRST : port + 1;
  return port;
}

function noPort(from: LoopbackHost, address: string, cause: unknown): SimError {
  const by = ` (${LOCAL_PORTS_TRIED_MAX} local ports tried)`;
  return new SimError(
    'SIM_ERR_PORT_IN_USE',
    { endpoint: address, who: `a dial of ${from.name}`, by },
    { cause },
  );
}

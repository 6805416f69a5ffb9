import type { Clock } from '../clock.ts';
import { SimError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { createModelAuthority } from '../tls/certificate.ts';
import { decideHandshake, type HandshakeOutcome, helloTexts, TlsError } from '../tls/verdict.ts';
import type { Trace } from '../trace.ts';
import { HostTable, type TableHost } from './host-table.ts';
import { Iptables } from './iptables/iptables.ts';
import { crossLink, LinkTable } from './link.ts';
import { checkFree, formatTarget } from './listen-target.ts';
import { createSocketPair } from './memory-socket.ts';
import { createNatTable } from './nat.ts';
import type {
  DialOptions,
  DialTarget,
  Endpoint,
  Host,
  Listener,
  ListenOptions,
  ListenTarget,
  Net,
  NetSocket,
} from './net.ts';
import { NetError } from './net-error.ts';
import { OpenSockets } from './open-sockets.ts';
import { refuseDial } from './refusal.ts';
import { detailOfPod, routeDial, viewRoute } from './routing.ts';

// Linux's net.ipv4.ip_local_port_range.
const EPHEMERAL_PORT_FIRST = 32_768;
const EPHEMERAL_PORT_LAST = 60_999;

interface Bound {
  target: ListenTarget;
  options: ListenOptions;
  onConnection: (socket: NetSocket) => void;
}

interface MemoryHost extends TableHost {
  readonly bound: Bound[];
  nextPort: number;
}

/** The in-memory net: socket-shaped pairs whose deliveries are events of the clock. TLS is modelled, bytes are plain. */
export function createMemoryNet(world: { clock: Clock; ids: Ids; trace: Trace }): Net {
  const { clock, ids, trace } = world;
  const hosts = new HostTable<MemoryHost>();
  const links = new LinkTable({ clock, trace, works: true });
  const sockets = new OpenSockets(trace);
  let disposed = false;
  const keyOf = (label: string) => Buffer.from(ids.hex(`key/${label}`, 64), 'hex');

  /** The next free local port towards `endpoint`; the connection key must be unique among what is open. */
  function localPort(from: MemoryHost, address: string, endpoint: string): number {
    for (let tries = EPHEMERAL_PORT_FIRST; tries <= EPHEMERAL_PORT_LAST; tries++) {
      const port = from.nextPort;
      from.nextPort = port === EPHEMERAL_PORT_LAST ? EPHEMERAL_PORT_FIRST : port + 1;
      if (!sockets.has(`${address}:${port}>${endpoint}`)) return port;
    }
    throw new SimError('SIM_ERR_PORT_IN_USE', {
      endpoint: `${from.name} ${address}`,
      who: 'a dial',
      by: ': all ports',
    });
  }

  async function connect(from: MemoryHost, target: DialTarget, options: DialOptions): Promise<NetSocket> {
    if (disposed) throw new SimError('SIM_ERR_DISPOSED', { action: `dial ${formatTarget(target)}` });
    const found = routeDial(hosts, from, target, { count: true, pod: options.pod });
    const endpoint = formatTarget(found.translated ?? target);
    const own = 'path' in target ? '' : hosts.isLoopback(from, target.address) ? '127.0.0.1' : from.address;
    const address = options.pod ?? own;
    const port = 'path' in target ? ids.next(`unix/${from.name}`) : localPort(from, address, endpoint);
    const local: Endpoint = { address, port };
    const connection = `${'path' in target ? `${from.name}#` : `${address}:`}${port}>${endpoint}`;
    const tell = (outcome: 'open' | 'refused' | 'no-route' | 'blackhole') =>
      trace.emit({
        host: from.name,
        component: options.component,
        kind: 'net.connect',
        parent: options.parent,
        detail: {
          connection,
          to: formatTarget(target),
          ...detailOfPod(options.pod, found),
          ...(found.translated && { translated: formatTarget(found.translated) }),
          ...(found.rule && { rule: found.rule }),
          outcome,
        },
      });
    if (found.outcome !== 'reached') {
      // There is no uplink in here, so what is no host is nowhere.
      const outcome = found.outcome === 'outside' ? 'no-route' : found.outcome;
      tell(outcome);
      return refuseDial(clock, outcome, target, options);
    }
    const { host, at } = found;
    let bound = listenerAt(host, at);
    const link = host === from ? undefined : links.between(from, host);
    const isSilent = link?.state === 'silent';
    const isOpen = bound !== undefined && link?.state !== 'rst';
    let eventId = tell(isSilent ? 'blackhole' : isOpen ? 'open' : 'refused');
    const label = `dial ${formatTarget(target)} from ${from.name}`;
    if (link === undefined) await clock.sleep(0, { ...abortable(options), label });
    else await crossLink(clock, link, target, { options, label });
    if (isSilent) {
      // Healed: only now anybody hears of the dial.
      bound = listenerAt(host, at);
      eventId = tell(bound === undefined ? 'refused' : 'open');
    }
    // The listener may have gone by the time the dial arrives.
    if (bound === undefined || !host.bound.includes(bound)) {
      throw new NetError('ECONNREFUSED', formatTarget(target));
    }
    const dialled = 'path' in target ? from.name : target.address;
    const tls = handshake(bound, options, dialled, { connection, from, host, parent: eventId, local });
    const pair = createSocketPair({
      clock,
      connection,
      client: local,
      server: 'path' in target ? { address: '', port: 0 } : (found.translated ?? target),
      ...('path' in target ? {} : { seenFrom: { address: found.source, port } }),
      link,
      encrypted: tls !== undefined,
      alpnProtocol: tls?.alpn ?? false,
      ...(tls !== undefined && { clientCertificate: clientCertificateOf(bound.options, options) }),
    });
    trace.link(connection, eventId);
    for (const socket of [pair.client, pair.server]) sockets.add(connection, socket);
    bound.onConnection(pair.server);
    return pair.client;
  }

  function handshake(
    bound: Bound,
    options: DialOptions,
    dialled: string,
    context: { connection: string; from: Host; host: Host; parent: number; local: Endpoint },
  ): HandshakeOutcome | undefined {
    const server = bound.options.tls;
    const client = options.tls;
    if (server === undefined && client === undefined) return undefined;
    const { connection, from, host, parent, local } = context;
    const tell = (by: 'client' | 'server', verdict: string, detail: string) =>
      trace.emit({
        host: by === 'client' ? from.name : host.name,
        component: by === 'client' ? options.component : bound.options.component,
        kind: 'net.tls',
        parent,
        detail: {
          connection,
          by,
          verdict,
          peer: by === 'client' ? host.name : from.name,
          ...(detail && { detail }),
        },
      });
    if (server === undefined || client === undefined) {
      const detail = helloTexts['not-tls'];
      const by = server === undefined ? 'client' : 'server';
      tell(by, 'not-tls', detail);
      const error = new TlsError('not-tls', by, detail);
      if (by === 'server') bound.options.onTlsError?.(error, `${local.address}:${local.port}`);
      throw error;
    }
    const outcome = decideHandshake(server, client, dialled, clock.now());
    for (const by of ['client', 'server'] as const) {
      const { verdict, detail } = outcome[by];
      tell(by, verdict, detail);
      if (verdict === 'ok') continue;
      const error = new TlsError(verdict, by, detail);
      if (by === 'server') bound.options.onTlsError?.(error, `${local.address}:${local.port}`);
      throw error;
    }
    return outcome;
  }

  return {
    kind: 'memory',
    hosts: hosts.all,
    link: (a, b) => links.between(a, b),
    host(options) {
      hosts.check(options);
      const iptables = new Iptables();
      const host: MemoryHost = {
        name: options.name,
        address: options.address,
        describedAddress: options.address,
        loopbackAddress: '127.0.0.1',
        inbound: options.inbound ?? 'accept',
        iptables,
        nat: createNatTable(iptables),
        bound: [],
        nextPort: EPHEMERAL_PORT_FIRST,
        listen: async (target, listenOptions, onConnection) =>
          listen(host, target, listenOptions, onConnection),
        connect: (target, dialOptions) => connect(host, target, dialOptions),
      };
      hosts.add(host);
      return host;
    },
    route: (from, target, options = {}) =>
      viewRoute(
        hosts,
        hosts.own(from),
        target,
        options,
        (host, at) => listenerAt(host, at)?.options.component,
      ),
    authority: async (options) =>
      createModelAuthority(options, {
        now: () => clock.now(),
        nextSerial: () => String(ids.next('certificate')),
        keyOf: (serial) => keyOf(`certificate/${serial}`),
      }),
    createKey: (label) => keyOf(label),
    describe: (text) => text,
    actAs: () => {},
    settled: async () => {},
    outside(target) {
      throw new SimError('SIM_ERR_NO_OUTSIDE', { target });
    },
    async publish(_host, _port, at) {
      throw new SimError('SIM_ERR_NO_OUTSIDE', { target: formatTarget(at) });
    },
    open: () => [
      ...hosts.all.flatMap((host) =>
        host.bound.map(
          ({ target, options }) => `${options.component} listens on ${host.name} ${formatTarget(target)}`,
        ),
      ),
      ...sockets.list().map((connection) => `open connection ${connection}`),
    ],
    async [Symbol.asyncDispose]() {
      disposed = true;
      for (const host of hosts.all) host.bound.length = 0;
      sockets.destroyAll();
      links.close();
    },
  };

  function listen(
    host: MemoryHost,
    asked: ListenTarget,
    options: ListenOptions,
    onConnection: (socket: NetSocket) => void,
  ): Listener {
    if (disposed) throw new SimError('SIM_ERR_DISPOSED', { action: `listen on ${formatTarget(asked)}` });
    const target = listenTarget(host, asked, options);
    checkFree(host, target, options.component);
    const bound: Bound = { target, options, onConnection };
    host.bound.push(bound);
    const close = async () => {
      const index = host.bound.indexOf(bound);
      if (index >= 0) host.bound.splice(index, 1);
    };
    const socketPath = 'path' in target ? { socketPath: target.path } : {};
    return { target, ...socketPath, close, [Symbol.asyncDispose]: close };
  }

  function listenTarget(host: MemoryHost, asked: ListenTarget, options: ListenOptions): ListenTarget {
    if ('path' in asked) return asked;
    const address = hosts.listenAddress(host, asked.address, options.component);
    const port = asked.port === 0 ? localPort(host, host.address, '') : asked.port;
    return address === undefined ? { port } : { port, address };
  }
}

/** What a server sees of the client's certificate: nothing if it does not ask. */
const clientCertificateOf = ({ tls: server }: ListenOptions, { tls: client }: DialOptions) =>
  server === undefined || server.clientAuth === 'none' ? undefined : client?.certificate;

const abortable = ({ signal }: DialOptions) => (signal === undefined ? {} : { signal });

function listenerAt(host: MemoryHost, target: DialTarget): Bound | undefined {
  return host.bound.find(({ target: own }) => accepts(own, target));
}

function accepts(own: ListenTarget, dialled: DialTarget): boolean {
  if ('path' in own || 'path' in dialled)
    return 'path' in own && 'path' in dialled && own.path === dialled.path;
  return own.port === dialled.port && (own.address === undefined || own.address === dialled.address);
}

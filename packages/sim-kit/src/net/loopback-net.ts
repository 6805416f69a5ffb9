import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { SimError } from '../errors.ts';
import { createClientContexts } from '../tls/secure-context.ts';
import { HostTable } from './host-table.ts';
import { Iptables } from './iptables/iptables.ts';
import { LinkTable } from './link.ts';
import { checkFree, formatTarget } from './listen-target.ts';
import { createComponentDial } from './loopback-connect.ts';
import { createOutsideDoor } from './loopback-door.ts';
import { takeLease } from './loopback-lease.ts';
import { OutsideClients } from './loopback-outside.ts';
import type { Bound, LoopbackHost, LoopbackParts } from './loopback-parts.ts';
import { PortTable, type RealPort } from './loopback-ports.ts';
import { createReception, type Reception } from './loopback-reception.ts';
import { UnixPorts } from './loopback-unix.ts';
import { createNatTable } from './nat.ts';
import type { Host, HostOptions, Listener, ListenOptions, ListenTarget, Net } from './net.ts';
import { OpenSockets } from './open-sockets.ts';
import { viewRoute } from './routing.ts';

export interface LoopbackNetOptions extends Pick<LoopbackParts, 'clock' | 'ids' | 'trace'> {
  leasePrefix?: string;
  asHost?: string;
  links?: boolean;
  uplink?: boolean;
}

const EPHEMERAL_PORT_FIRST = 32_768;

/**
 * The net of real sockets on 127.x.0.0/16. Components' dials are routed in this process by the same rules as on memory;
 * only then a real connection is made, from the leased address of the dialling host to that of the host reached.
 * @throws SimError SIM_ERR_NO_LEASE, SIM_ERR_ADDRESS
 */
export async function createLoopbackNet(options: LoopbackNetOptions): Promise<Net> {
  const lease = await takeLease(options.leasePrefix);
  const hosts = new HostTable<LoopbackHost>(options.uplink);
  const described = new Map<string, string>();
  const leased = new RegExp(`\\b${lease.prefix.replace('.', '\\.')}\\.\\d{1,3}\\.\\d{1,3}\\b`, 'g');
  const parts: LoopbackParts = {
    clock: options.clock,
    ids: options.ids,
    trace: options.trace,
    lease,
    hosts,
    links: new LinkTable({ clock: options.clock, trace: options.trace, works: options.links ?? false }),
    sockets: new OpenSockets(options.trace),
    dials: new Map(),
    describe: (text) => text.replace(leased, (address) => described.get(address) ?? address),
  };
  const ports = new PortTable(parts);
  const unix = new UnixPorts(parts);
  const connect = createComponentDial({ parts, ports, unix, clientContext: createClientContexts() });
  const outside = new OutsideClients(parts, ports, (host, target, pod) =>
    connect(host, target, { component: 'outside', pod }, 'forwards'),
  );
  let disposed = false;

  async function listen(
    host: LoopbackHost,
    asked: ListenTarget,
    listenOptions: ListenOptions,
    onConnection: Bound['onConnection'],
  ): Promise<Listener> {
    if (disposed) throw new SimError('SIM_ERR_DISPOSED', { action: `listen on ${formatTarget(asked)}` });
    let target = asked;
    if ('port' in asked) {
      const address = hosts.listenAddress(host, asked.address, listenOptions.component);
      target = address === undefined ? { port: asked.port } : { port: asked.port, address };
    }
    checkFree(host, target, listenOptions.component);
    const bound: Bound = { target, options: listenOptions, onConnection };
    const reception = createReception(parts, host.name, bound);
    host.bound.push(bound);
    const forget = () => {
      const index = host.bound.indexOf(bound);
      if (index >= 0) host.bound.splice(index, 1);
    };
    try {
      if ('path' in target) {
        const { socketPath, close } = await unix.bind(host.name, target.path, reception);
        const closeUnix = async () => {
          forget();
          close();
        };
        return { target, socketPath, close: closeUnix, [Symbol.asyncDispose]: closeUnix };
      }
      const reals = await bindAll(host, target, reception);
      const close = async () => {
        forget();
        reception.close();
        for (const real of reals.splice(0)) await ports.unbind(real);
      };
      const port = reals[0]?.port ?? target.port;
      bound.target = { ...target, port };
      return { target: bound.target, close, [Symbol.asyncDispose]: close };
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** One described port is two real ones, unless an address is given: on the host's address and on its loopback. */
  async function bindAll(
    host: LoopbackHost,
    target: { port: number; address?: string },
    reception: Reception,
  ): Promise<RealPort[]> {
    const both = [host.loopbackAddress, host.address];
    const addresses =
      target.address === undefined
        ? both
        : [target.address === '127.0.0.1' ? host.loopbackAddress : host.address];
    const reals: RealPort[] = [];
    try {
      for (const address of addresses) {
        reals.push(await ports.bind(address, reals[0]?.port ?? target.port, reception));
      }
      return reals;
    } catch (error) {
      for (const real of reals) await ports.unbind(real);
      throw error;
    }
  }

  function host(hostOptions: HostOptions): Host {
    hosts.check(hostOptions);
    const iptables = new Iptables((address) => described.get(address) ?? address);
    const created: LoopbackHost = {
      name: hostOptions.name,
      address: lease.allot(),
      describedAddress: hostOptions.address,
      loopbackAddress: lease.allot(),
      inbound: hostOptions.inbound ?? 'accept',
      iptables,
      nat: createNatTable(iptables),
      bound: [],
      nextPort: EPHEMERAL_PORT_FIRST,
      listen: (target, listenOptions, onConnection) => listen(created, target, listenOptions, onConnection),
      async connect(target, dialOptions) {
        if (disposed) throw new SimError('SIM_ERR_DISPOSED', { action: `dial ${formatTarget(target)}` });
        return connect(created, target, dialOptions);
      },
    };
    described.set(created.address, created.describedAddress).set(created.loopbackAddress, '127.0.0.1');
    hosts.add(created);
    iptables.subscribe(() => outside.refresh());
    if (created.name === options.asHost) outside.actAs(created);
    else outside.refresh();
    return created;
  }

  return {
    kind: 'loopback',
    leasePrefix: lease.prefix,
    hosts: hosts.all,
    host,
    link: (a, b) => parts.links.between(a, b),
    route: (from, target, routeOptions = {}) =>
      viewRoute(hosts, hosts.own(from), target, routeOptions, (onHost, at) => {
        const fits = ({ target: own }: Bound) =>
          'port' in own && own.port === at.port && (own.address === undefined || own.address === at.address);
        return onHost.bound.find(fits)?.options.component;
      }),
    async authority(request) {
      // Loaded when first needed: a run without TLS need not pay for it.
      const { createX509Authority } = await import('../tls/x509.ts');
      return createX509Authority(request, {
        now: () => options.clock.now(),
        nextSerial: () => options.ids.next('certificate'),
        alsoKnownAs(address) {
          const known = hosts.at(address);
          return known === undefined ? [] : [known.describedAddress, known.address];
        },
      });
    },
    createKey: () => randomBytes(32),
    describe: parts.describe,
    actAs: (actor, { pod } = {}) => outside.actAs(actor && hosts.named(actor.name), pod),
    settled: () => outside.settled(),
    outside: createOutsideDoor(parts),
    publish: (published, port, at) => ports.publish(published, port, at),
    open: () => [
      ...hosts.all.flatMap(({ name, bound }) =>
        bound.map(
          ({ target, options: { component } }) => `${component} listens on ${name} ${formatTarget(target)}`,
        ),
      ),
      ...parts.sockets.list().map((connection) => `open connection ${parts.describe(connection)}`),
    ],
    async [Symbol.asyncDispose]() {
      if (disposed) return;
      disposed = true;
      await outside.close();
      for (const { bound } of hosts.all) bound.length = 0;
      await ports.closeAll();
      unix.closeAll();
      const sockets = parts.sockets.destroyAll();
      for (const socket of sockets) await closed(socket);
      parts.links.close();
      await lease.release();
    },
  };
}

function closed(socket: Duplex): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
}

import type { Socket } from 'node:net';
import type { Table } from './iptables/tables.ts';
import { dressSocket, type LoopbackHost, type LoopbackParts } from './loopback-parts.ts';
import type { PortTable, RealPort } from './loopback-ports.ts';
import type { Endpoint, NetSocket } from './net.ts';
import { detailOfPod, routeDial } from './routing.ts';

/** Dials as a component of `host`, or as its pod with that address, keeping half-open connections open. */
export type ForwardDial = (
  host: LoopbackHost,
  target: Endpoint,
  pod: string | undefined,
) => Promise<NetSocket>;

/** Whom outside clients count as: a process on the host's own network, or a pod of it with that address. */
interface Actor {
  host: LoopbackHost;
  pod: string | undefined;
}

/**
 * Lets clients outside the world (curl, kubectl, a real metrics-server) count as components of one host, or as a pod of
 * it. Wherever a nat rule redirects such dials, a real listener waits at the leased address and forwards the bytes. It comes
 * and goes with the rule; connections already forwarded stay, as conntrack keeps them.
 *
 * What real sockets cannot express: an outside client's TCP connect to an address that drops is answered by the kernel,
 * so instead of no answer to its SYN it gets a connection on which nothing ever comes; an address without a listener
 * refuses at once, where the world might have dropped. All outside clients are one caller; there are no per-caller rules.
 * Rules for addresses that are no host's, and rules for more than a thousand ports, redirect components only.
 */
export class OutsideClients {
  readonly #parts: LoopbackParts;
  readonly #ports: PortTable;
  readonly #dial: ForwardDial;
  readonly #guarded = new Map<string, RealPort>();
  #actor: Actor | undefined;
  #work: Promise<void> = Promise.resolve();
  #failures: unknown[] = [];
  #closed = false;

  constructor(parts: LoopbackParts, ports: PortTable, dial: ForwardDial) {
    this.#parts = parts;
    this.#ports = ports;
    this.#dial = dial;
  }

  actAs(host: LoopbackHost | undefined, pod?: string): void {
    const actor = host && { host, pod };
    this.#actor = actor;
    this.#ports.outside = actor && ((raw, connection, port) => this.#accept(actor, raw, connection, port));
    this.refresh();
  }

  /** To be called when a rule or the hosts have changed. */
  refresh(): void {
    if (this.#closed || (this.#actor === undefined && this.#guarded.size === 0)) return;
    this.#work = this.#work.then(() => this.#sync());
  }

  /** @throws what kept a listener from being opened since the last call */
  async settled(): Promise<void> {
    await this.#work;
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined) throw failure;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
  }

  async #sync(): Promise<void> {
    if (this.#closed) return;
    const wanted = this.#wanted();
    for (const [key, port] of this.#guarded) {
      if (wanted.has(key)) continue;
      this.#guarded.delete(key);
      await this.#ports.unguard(port);
    }
    for (const [key, { address, port }] of wanted) {
      if (this.#guarded.has(key)) continue;
      try {
        this.#guarded.set(key, await this.#ports.guard(address, port));
      } catch (error) {
        this.#failures.push(error);
      }
    }
  }

  /** The real endpoints where rules redirect the actor. */
  #wanted(): Map<string, Endpoint> {
    const wanted = new Map<string, Endpoint>();
    const actor = this.#actor;
    if (actor === undefined) return wanted;
    const { hosts } = this.#parts;
    for (const host of hosts.all) {
      const ports = new Set([
        ...redirectedPorts(actor.host.iptables.nat),
        ...redirectedPorts(host.iptables.nat),
      ]);
      for (const port of ports) {
        const endpoint = { address: host.address, port };
        const { rule } = routeDial(hosts, actor.host, endpoint, { pod: actor.pod });
        if (rule !== undefined) wanted.set(`${host.address}:${port}`, endpoint);
      }
    }
    return wanted;
  }

  #accept(actor: Actor, raw: Socket, connection: string, port: RealPort): void {
    const { hosts, describe, trace } = this.#parts;
    const target = { address: describe(port.address), port: port.port };
    // A client that dials a leased loopback address gets what listens there: it is on that host, so to say.
    const redirectable = hosts.at(port.address) !== undefined;
    const route = redirectable ? routeDial(hosts, actor.host, target, { pod: actor.pod }) : undefined;
    if (route?.outcome === 'no-route' || route?.outcome === 'refused') return void raw.resetAndDestroy();
    if (route?.outcome === 'blackhole') return void raw.resume().once('end', () => raw.destroy());
    if (route?.translated !== undefined) return void this.#forward(actor, raw, connection, target);
    if (port.reception === undefined) return void raw.resetAndDestroy();
    const to = `${target.address}:${target.port}`;
    const detail = { connection, to, ...(route && detailOfPod(actor.pod, route)), outcome: 'open' as const };
    trace.link(
      connection,
      trace.emit({ host: actor.host.name, component: 'outside', kind: 'net.connect', detail }),
    );
    port.reception.accept(raw, connection, undefined);
  }

  async #forward({ host, pod }: Actor, raw: Socket, connection: string, target: Endpoint): Promise<void> {
    try {
      const { sockets } = this.#parts;
      sockets.pass(connection);
      const onward = await this.#dial(host, target, pod);
      sockets.pass(onward.connection);
      joinSockets(dressSocket(raw, connection), onward);
    } catch {
      // The client learns what a dial that fails after the kernel's own handshake can still say.
      raw.resetAndDestroy();
    }
  }
}

/** A rule for more ports than these gets no real listeners. */
const PORTS_OF_A_RULE_MAX = 1_000;

/** The ports that rules of a table name, which may be redirected. */
function redirectedPorts(nat: Table): number[] {
  const matches = nat.chains().flatMap(({ rules }) => rules.flatMap(({ spec }) => spec.matches));
  const ranges = matches.flatMap((match) => {
    if (match.module === 'tcp') return match.dport === undefined ? [] : [match.dport.is];
    return match.module === 'multiport' && match.side !== 'sports' ? match.ports.is : [];
  });
  return ranges
    .filter(({ first, last }) => last - first < PORTS_OF_A_RULE_MAX)
    .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}

/** Passes bytes, ends and resets both ways. */
function joinSockets(a: NetSocket, b: NetSocket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
    from.once('close', () => {
      if (!from.readableEnded) to.destroySoon();
    });
  }
  if (a.destroyed) b.destroy();
}

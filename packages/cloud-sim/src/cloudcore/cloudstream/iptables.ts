import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { TunnelPortRecord, TunnelPortStore } from '../tunnel-port.ts';
import '../trace-kinds.ts';

const RECONCILE_MS = 10_000;
const TUNNEL_PORT_CHAIN = 'TUNNEL-PORT';
/** iptablesJumpChains, in upstream's order. */
const jumpingChains = ['OUTPUT', 'PREROUTING'] as const;
const jump = ['-m', 'comment', '--comment', 'kubeedge tunnel port', '-j', TUNNEL_PORT_CHAIN];

export interface IptablesManagerOptions {
  /** Who it is, for traces: a part of cloudcore, or the process iptables-manager. */
  component: 'cloudcore' | 'iptables-manager';
  /** v1.8 makes the rule of an address when it is new on record, v1.9 whenever it is not there. */
  ensures: 'when-new' | 'every-cycle';
  streamPort: number;
  tunnelPorts: TunnelPortStore;
}

/**
 * Sends each tunnel port on record to the cloudcore that has it, on one host: at once, and every ten seconds until
 * disposed. Chain and rules stay when it ends, and are flushed by the next one.
 * kubeedge v1.8.0, v1.9.0 cloud/pkg/cloudstream/iptables/iptables.go Run, reconcile
 */
export function startIptablesManager(world: World, host: Host, options: IptablesManagerOptions): Disposable {
  const manager = new IptablesManager(world, host, options);
  manager.flush();
  manager.reconcile();
  const label = `iptables manager of ${host.name}`;
  const timer = world.clock.setInterval(() => manager.reconcile(), RECONCILE_MS, label);
  return { [Symbol.dispose]: () => timer.cancel() };
}

class IptablesManager {
  readonly #world: World;
  readonly #host: Host;
  readonly #options: IptablesManagerOptions;
  #previous: TunnelPortRecord['ipTunnelPort'] = {};

  constructor(world: World, host: Host, options: IptablesManagerOptions) {
    this.#world = world;
    this.#host = host;
    this.#options = options;
  }

  flush(): void {
    const rules = this.#host.nat.rules.filter((rule) => rule.startsWith(`-A ${TUNNEL_PORT_CHAIN} `));
    if (!this.#run('-F', TUNNEL_PORT_CHAIN)) return;
    for (const rule of rules) this.#tell('delete', rule);
  }

  /** Ends at the first call of iptables that fails, as upstream does; the next cycle tries again. */
  reconcile(): void {
    for (const chain of jumpingChains) {
      this.#run('-N', TUNNEL_PORT_CHAIN);
      if (!this.#ensure([chain, ...jump])) return;
    }
    const latest = this.#latest();
    if (latest === undefined) return;
    const previous = this.#previous;
    this.#previous = latest;
    // getAddedAndDeletedCloudCoreIPPort
    const added = Object.entries(latest).filter(
      ([address]) => this.#options.ensures === 'every-cycle' || previous[address] === undefined,
    );
    const deleted = Object.entries(previous).filter(([address]) => latest[address] === undefined);
    for (const [address, port] of added) if (!this.#ensure(this.#words(address, port))) return;
    for (const [address, port] of deleted) if (!this.#delete(this.#words(address, port))) return;
  }

  #latest(): TunnelPortRecord['ipTunnelPort'] | undefined {
    try {
      return this.#options.tunnelPorts.read()?.ipTunnelPort;
    } catch {
      // A record that somebody has spoiled: upstream logs it and waits for the next cycle.
      return undefined;
    }
  }

  #words(address: string, port: number): string[] {
    const to = `${address}:${this.#options.streamPort}`;
    return [TUNNEL_PORT_CHAIN, '-p', 'tcp', '-j', 'DNAT', '--dport', String(port), '--to', to];
  }

  /** EnsureRule: false when iptables refuses the rule. */
  #ensure(words: readonly string[]): boolean {
    if (this.#run('-C', ...words)) return true;
    const before = this.#host.nat.rules;
    if (!this.#run('-A', ...words)) return false;
    this.#tellDifference('add', before);
    return true;
  }

  #delete(words: readonly string[]): boolean {
    if (!this.#run('-C', ...words)) return true;
    const before = this.#host.nat.rules;
    if (!this.#run('-D', ...words)) return false;
    this.#tellDifference('delete', before);
    return true;
  }

  #run(...words: string[]): boolean {
    return this.#host.iptables.run(['-w', '5', '-t', 'nat', ...words]).exitCode === 0;
  }

  #tellDifference(op: 'add' | 'delete', before: readonly string[]): void {
    const after = this.#host.nat.rules;
    const [more, fewer] = op === 'add' ? [after, before] : [before, after];
    const left = [...fewer];
    for (const rule of more) {
      const at = left.indexOf(rule);
      if (at >= 0) left.splice(at, 1);
      else this.#tell(op, rule);
    }
  }

  #tell(op: 'add' | 'delete', rule: string): void {
    const { component } = this.#options;
    this.#world.trace.emit({ host: this.#host.name, component, kind: 'cloudcore.nat', detail: { op, rule } });
  }
}

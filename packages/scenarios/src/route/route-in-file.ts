import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { isAddress } from '../address.ts';
import { UsageError } from '../usage-error.ts';
import { type Caller, readEndpoint, SOME_POD_ADDRESS } from './caller.ts';
import { routeText } from './route-text.ts';

export interface RouteInFile {
  /** What `iptables-save` printed on the caller's host. */
  save: string;
  /** As in a cluster; the host may have any name. */
  caller: string;
  to: string;
  /** The host's own address. */
  local?: string | undefined;
  /** The pod's address. */
  from?: string | undefined;
}

/** An address for documentation (RFC 5737): no rule names it. */
const NO_ADDRESS = '192.0.2.10';

/**
 * Which rule of somebody's own file a connection would meet. There is no cluster: what it gets to behind the rules is not
 * known.
 * @throws UsageError for a file that is none, and for words of another form
 */
export async function routeInFile({ save, caller: name, to, local, from }: RouteInFile): Promise<string> {
  await using world = createMemoryWorld({ seed: 1 });
  const match = /^(?:pod:[^@]*@)?([^@:]+)$/.exec(name);
  if (match === null)
    throw new UsageError(
      `Tried to read the caller ${JSON.stringify(name)}; expected a host, or pod:namespace/name@host.`,
    );
  for (const [option, address] of [
    ['--local', local],
    ['--from', from],
  ] as const) {
    if (address !== undefined && !isAddress(address))
      throw new UsageError(`Tried to use ${address} as ${option}; expected an IPv4 address.`);
  }
  const host = world.net.host({ name: match[1] ?? '', address: local ?? NO_ADDRESS });
  const { stderr, exitCode } = host.iptables.restore(save, { anything: true });
  if (exitCode !== 0)
    throw new UsageError(
      `Tried to read the file as iptables-save writes it, found: ${stderr.trim()}. Give its output as it is, from "*nat" to "COMMIT".`,
    );
  const isPod = name.startsWith('pod:') || from !== undefined;
  const caller: Caller = { name, host, ...(isPod && { pod: from ?? SOME_POD_ADDRESS }) };
  const route = world.net.route(host, readEndpoint(to), isPod ? { pod: caller.pod as string } : {});
  const text = routeText(caller, to, route);
  const at = `${route.at.address}:${route.at.port}`;
  return route.outcome === 'no-route' || route.outcome === 'nobody'
    ? text.replace(/^(?:leaves for|ends at) .*$/m, `goes to ${at}; what is there, the file does not say`)
    : text;
}

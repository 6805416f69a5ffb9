import { SimError } from '../errors.ts';
import type { DialTarget, ListenOptions, ListenTarget } from './net.ts';

/** `address:port`, `:port` or the path. */
export function formatTarget(target: ListenTarget | DialTarget): string {
  return 'path' in target ? target.path : `${target.address ?? ''}:${target.port}`;
}

/** @throws SimError SIM_ERR_PORT_IN_USE when another listener of the host has the path or the port and address */
export function checkFree(
  host: { name: string; bound: readonly { target: ListenTarget; options: ListenOptions }[] },
  target: ListenTarget,
  who: string,
): void {
  const clash = host.bound.find(({ target: other }) => overlaps(other, target));
  if (clash === undefined) return;
  const endpoint = `${host.name} ${formatTarget(target)}`;
  throw new SimError('SIM_ERR_PORT_IN_USE', { endpoint, who, by: ` by ${clash.options.component}` });
}

function overlaps(a: ListenTarget, b: ListenTarget): boolean {
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path;
  if (a.port !== b.port || a.port === 0) return false;
  return a.address === undefined || b.address === undefined || a.address === b.address;
}

import type { Clock } from '../clock.ts';
import { formatTarget } from './listen-target.ts';
import type { DialOptions, DialTarget } from './net.ts';
import { NetError } from './net-error.ts';

/** Linux gives up a connection attempt after six retries: 1+2+4+8+16+32+64 s. */
export const DIAL_TIMEOUT_MS = 127_000;

/** Lets a dial fail as the outcome says: at once, or in silence until its time is over. */
export async function refuseDial(
  clock: Clock,
  outcome: 'refused' | 'no-route' | 'blackhole',
  target: DialTarget,
  options: DialOptions,
): Promise<never> {
  const endpoint = formatTarget(target);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  if (outcome === 'blackhole') {
    const label = `dial ${endpoint} (no answer)`;
    await clock.sleep(options.timeoutMs ?? DIAL_TIMEOUT_MS, { ...signal, label });
    throw new NetError('ETIMEDOUT', endpoint);
  }
  await clock.sleep(0, { ...signal, label: `dial ${endpoint}` });
  throw new NetError(outcome === 'refused' ? 'ECONNREFUSED' : 'EHOSTUNREACH', endpoint);
}

import { createSecureContext } from 'node:tls';
import { SimError } from '../errors.ts';
import { dialReal, type RealDial } from './loopback-dial.ts';
import type { Dial, LoopbackParts } from './loopback-parts.ts';
import type { Net, OutsideOptions } from './net.ts';

/** Makes `net.outside`: the one place where a simulation reaches something that is not simulated. */
export function createOutsideDoor(parts: LoopbackParts): Net['outside'] {
  return (target, options = {}) => {
    const where = parseOutside(target);
    const secure = where.secure ? secureOptions(where.host, options) : undefined;
    return (dialOptions) => {
      const dial = outsideDial(parts, where, dialOptions, secure !== undefined);
      return dialReal(parts, {
        to: 'path' in where ? { path: where.path } : { host: where.host, port: where.port },
        endpoint: where.endpoint,
        options:
          secure === undefined ? dialOptions : { ...dialOptions, tls: { verify: options.verify ?? true } },
        dial,
        meet: false,
        allowHalfOpen: false,
        ...(secure && { secure: secure(dial) }),
      });
    };
  };

  function secureOptions(
    host: string,
    options: OutsideOptions,
  ): (dial: Dial) => NonNullable<RealDial['secure']> {
    const context = createSecureContext({
      ...(options.rootsPem === undefined ? {} : { ca: options.rootsPem }),
      ...(options.certificatePem === undefined ? {} : { cert: options.certificatePem }),
      ...(options.keyPem === undefined ? {} : { key: options.keyPem }),
    });
    return ({ connection, opened }) => ({
      context,
      wanted: { name: host, aliases: [], describe: (text) => text },
      judged(verdict, text) {
        const detail = {
          connection,
          by: 'client' as const,
          verdict,
          peer: 'outside',
          ...(text && { detail: text }),
        };
        parts.trace.emit({
          host: 'outside',
          component: 'outside',
          kind: 'net.tls',
          parent: opened(),
          detail,
        });
      },
    });
  }
}

type Outside = { endpoint: string } & (
  | { secure: false; path: string }
  | { secure: boolean; host: string; port: number; path?: never }
);

/** @throws SimError SIM_ERR_ADDRESS */
function parseOutside(target: string): Outside {
  const path = target.startsWith('/') ? target : /^unix:\/\/(\/.*)$/.exec(target)?.[1];
  if (path !== undefined) return { secure: false, path, endpoint: path };
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const expected = 'a unix socket path or an http: or https: URL';
    throw new SimError('SIM_ERR_ADDRESS', { value: target, what: 'an address outside the world', expected });
  }
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  return { secure, host: url.hostname, port, endpoint: `${url.hostname}:${port}` };
}

function outsideDial(
  { trace, ids }: LoopbackParts,
  { endpoint }: Outside,
  { component, parent }: { component: string; parent?: number | undefined },
  encrypted: boolean,
): Dial {
  const connection = `outside#${ids.next('outside')}>${endpoint}`;
  let eventId: number | undefined;
  return {
    connection,
    encrypted,
    opened() {
      const detail = { connection, to: endpoint, outcome: 'open' as const };
      eventId ??= trace.emit({ host: 'outside', component, kind: 'net.connect', parent, detail });
      return eventId;
    },
    checked: Promise.withResolvers(),
    admitted: Promise.withResolvers(),
  };
}

import { connect, isIPv4, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { judgePeer, toTlsError, type WantedName } from '../tls/real-verdict.ts';
import { type TlsClientOptions, TlsError } from '../tls/verdict.ts';
import { type Dial, dressSocket, ignoreError, type LoopbackParts } from './loopback-parts.ts';
import type { MemorySocket } from './memory-socket.ts';
import type { DialOptions, NetSocket } from './net.ts';
import { NetError, type NetErrorCode } from './net-error.ts';
import { DIAL_TIMEOUT_MS } from './refusal.ts';

/** How to open one real connection. */
export interface RealDial {
  /** Where the packets go. */
  to: { host: string; port: number; localAddress?: string; localPort?: number } | { path: string };
  /** What the component asked for, for errors and for the name its certificate must have. */
  endpoint: string;
  options: DialOptions;
  dial: Dial;
  /** True when the listener is in this process, so that its decision can be waited for. */
  meet: boolean;
  /** Put in between once connected; what it returns is the dialler's. */
  relay?: (raw: Socket) => MemorySocket;
  /** Keeps sending when the far end has finished, as a forwarder must. */
  allowHalfOpen: boolean;
  secure?: SecureDial;
}

export interface SecureDial {
  context: SecureContext;
  wanted: WantedName;
  /** Called with the dialler's verdict on the server. */
  judged: (verdict: string, detail: string) => void;
}

/**
 * Opens a real connection and lets it go only when it is usable: connected, through TLS, and admitted by the server.
 * @throws NetError, TlsError, the signal's reason; errors of the local bind (EADDRINUSE, EADDRNOTAVAIL) as they are
 */
export async function dialReal(parts: LoopbackParts, real: RealDial): Promise<NetSocket> {
  const { dial, options, endpoint } = real;
  options.signal?.throwIfAborted();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(ignoreError);
  const raw = connect({
    ...real.to,
    family: 4,
    noDelay: true,
    allowHalfOpen: real.allowHalfOpen || real.relay !== undefined,
  });
  const pair: Pair = { raw, lower: raw };
  parts.sockets.add(dial.connection, raw);
  const onError = (error: NodeJS.ErrnoException) => failed.reject(toDialError(error, endpoint));
  const onClose = () => failed.reject(new NetError('ECONNRESET', endpoint));
  const watch = (socket: Socket | MemorySocket) => socket.on('error', onError).on('close', onClose);
  const unwatch = (socket: Socket | MemorySocket) => socket.off('error', onError).off('close', onClose);
  watch(raw);
  const giveUp = () => failed.reject(new NetError('ETIMEDOUT', endpoint));
  const timer = parts.clock.setTimeout(giveUp, options.timeoutMs ?? DIAL_TIMEOUT_MS, `dial ${endpoint}`);
  const abort = () => failed.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const connected = new Promise<void>((resolve) => raw.once('connect', resolve));
    await Promise.race([connected, failed.promise]);
    if (real.relay !== undefined) {
      // What the far end does now, the dialler learns when the link brings it.
      unwatch(raw);
      pair.lower = watch(real.relay(raw));
      parts.sockets.relay(dial.connection, raw, pair.lower);
    }
    return await Promise.race([open(parts, real, pair), failed.promise]);
  } catch (error) {
    dial.checked.resolve(false);
    // The TLS socket takes the one below with it; Node 24 crashes when that one is closed first.
    pair.lower.on('error', ignoreError);
    (pair.secure?.on('error', ignoreError) ?? pair.lower).destroy();
    throw error;
  } finally {
    timer.cancel();
    options.signal?.removeEventListener('abort', abort);
    unwatch(pair.lower);
  }
}

interface Pair {
  readonly raw: Socket;
  /** What is below TLS: the TCP socket, or the near end of its relay. */
  lower: Socket | MemorySocket;
  secure?: TLSSocket;
}

async function open(parts: LoopbackParts, real: RealDial, pair: Pair): Promise<NetSocket> {
  const { lower } = pair;
  const { dial, options, secure, meet } = real;
  dial.opened();
  if (secure === undefined || options.tls === undefined) {
    if (meet) await admission(dial);
    return lower === pair.raw ? dressSocket(pair.raw, dial.connection) : (lower as MemorySocket);
  }
  const socket = connectTls({
    socket: lower,
    secureContext: secure.context,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIPv4(secure.wanted.name) ? {} : { servername: secure.wanted.name }),
    ...(options.tls.alpn === undefined ? {} : { ALPNProtocols: [...options.tls.alpn] }),
  });
  pair.secure = socket;
  parts.sockets.add(dial.connection, socket);
  const secured = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', (error) => reject(toDialError(error, real.endpoint)));
    socket.once('close', () => reject(new NetError('ECONNRESET', real.endpoint)));
  });
  secured.catch(ignoreError);
  socket.on('error', ignoreError);
  // A server that refuses decides before this side hears of it, and it knows why.
  const refused = meet ? dial.admitted.promise.then((error) => error && Promise.reject(error)) : undefined;
  refused?.catch(ignoreError);
  try {
    await Promise.race([secured, refused?.then(() => secured) ?? secured]);
    check(socket, secure, options.tls);
  } catch (error) {
    if (error instanceof TlsError && error.by === 'client') secure.judged(error.verdict, error.message);
    throw error;
  }
  secure.judged('ok', '');
  dial.checked.resolve(true);
  if (meet) await admission(dial);
  return dressSocket(socket.off('error', ignoreError), dial.connection, lower);
}

function check(socket: TLSSocket, { wanted }: SecureDial, tls: TlsClientOptions): void {
  if (!tls.verify) return;
  const { verdict, detail } = judgePeer(socket, tls.roots ?? [], wanted);
  if (verdict !== 'ok') throw new TlsError(verdict, 'client', detail);
}

async function admission(dial: Dial): Promise<void> {
  const error = await dial.admitted.promise;
  if (error !== undefined) throw error;
}

const errnos: Readonly<Record<string, NetErrorCode>> = {
  ECONNREFUSED: 'ECONNREFUSED',
  EHOSTUNREACH: 'EHOSTUNREACH',
  ENETUNREACH: 'ENETUNREACH',
  ETIMEDOUT: 'ETIMEDOUT',
  ECONNRESET: 'ECONNRESET',
  EPIPE: 'EPIPE',
  // A name nobody knows, and a name server that did not say.
  ENOTFOUND: 'ENOTFOUND',
  EAI_AGAIN: 'ENOTFOUND',
  // No such socket file: nobody listens there.
  ENOENT: 'ECONNREFUSED',
};

function toDialError(error: NodeJS.ErrnoException, endpoint: string): Error {
  const code = errnos[error.code ?? ''];
  if (code !== undefined) return new NetError(code, endpoint, { cause: error });
  return toTlsError(error, 'client') ?? error;
}

/** True for the errors that mean: this local port will not do, try another. */
export function isLocalPortError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || (code === 'EADDRINUSE' && (syscall === 'bind' || syscall === 'connect'));
}

import type { Socket } from 'node:net';
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Certificate } from '../tls/certificate.ts';
import { readCertificate } from '../tls/read-certificate.ts';
import { judgePeer, toTlsError } from '../tls/real-verdict.ts';
import { serverContextOptions } from '../tls/secure-context.ts';
import { helloTexts, ofClient, TlsError, type TlsServerOptions } from '../tls/verdict.ts';
import {
  acceptedKey,
  type Bound,
  type Dial,
  dressSocket,
  ignoreError,
  type LoopbackParts,
} from './loopback-parts.ts';
import type { NetSocket } from './net.ts';

/** What happens to connections accepted for one listener: the handshake, the verdict, and the hand-over. */
export interface Reception {
  readonly bound: Bound;
  accept(raw: Socket, connection: string, dial: Dial | undefined): void;
  /** Hangs up on clients outside the world that are still in their handshake: no component knows of them. */
  close(): void;
}

interface Arrival {
  raw: Socket;
  /**
   * The TLS socket above `raw`, when there is one. It must be closed first and alone: Node 24 crashes when the one below
   * is closed before it.
   */
  secure?: TLSSocket;
  dial: Dial | undefined;
  connection: string;
}

/** @throws SimError SIM_ERR_CERTIFICATE */
export function createReception(parts: LoopbackParts, host: string, bound: Bound): Reception {
  const { options } = bound;
  const { tls } = options;
  /** Those in their handshake. */
  const arrivals = new Map<string, Arrival>();

  const tell = ({ connection, raw, dial }: Arrival, verdict: string, detail: string) => {
    const parent = dial?.opened() ?? parts.trace.linked(connection);
    const peer = parts.hosts.at(raw.remoteAddress ?? '')?.name ?? parts.describe(raw.remoteAddress ?? 'unix');
    const what = { connection, by: 'server' as const, verdict, peer, ...(detail && { detail }) };
    parts.trace.emit({ host, component: options.component, kind: 'net.tls', parent, detail: what });
  };
  const refuse = (arrival: Arrival, error: TlsError) => {
    if (error.by === 'server') tell(arrival, error.verdict, error.message);
    const { raw, secure } = arrival;
    options.onTlsError?.(error, `${raw.remoteAddress ?? ''}:${raw.remotePort ?? 0}`);
    arrival.dial?.admitted.resolve(error);
    (secure ?? raw).destroy();
  };
  const deliver = ({ connection, raw, secure, dial }: Arrival) => {
    const socket = secure ?? raw;
    arrivals.delete(connection);
    if (socket.destroyed) return;
    raw.off('error', ignoreError);
    secure?.off('error', ignoreError);
    // The reception looked after errors until now; from here the component does.
    const dressed = dressSocket(socket, connection, secure && raw);
    if (secure !== undefined) showPeerCertificate(dressed, secure);
    bound.onConnection(dressed);
    dial?.admitted.resolve(undefined);
  };

  const server = tls && createTlsServer(tls);
  const judge = async (socket: TLSSocket) => {
    const arrival = arrivals.get(acceptedKey(socket) ?? '');
    if (arrival === undefined) return void socket.destroy();
    arrival.secure = socket.on('error', ignoreError);
    arrival.raw.allowHalfOpen = true;
    socket.allowHalfOpen = true;
    parts.sockets.add(arrival.connection, socket);
    if (arrival.dial !== undefined && !(await arrival.dial.checked.promise)) return void socket.destroy();
    // A server that asks without requiring takes any certificate and does not look at it.
    const judged =
      tls?.clientAuth === 'require' ? ofClient(judgePeer(socket, tls.clientRoots ?? [])) : undefined;
    if (judged !== undefined && judged.verdict !== 'ok') {
      return refuse(arrival, new TlsError(judged.verdict, 'server', judged.detail));
    }
    tell(arrival, 'ok', '');
    deliver(arrival);
  };
  server?.on('secureConnection', (socket) => void judge(socket));
  server?.on('tlsClientError', (error, socket) => {
    const arrival = arrivals.get(acceptedKey(socket) ?? '');
    const verdict = toTlsError(error, 'server');
    if (arrival === undefined) return;
    arrival.secure = socket;
    if (verdict !== undefined) refuse(arrival, verdict);
  });

  return {
    bound,
    accept(raw, connection, dial) {
      const arrival: Arrival = { raw, dial, connection };
      dial?.opened();
      if (server === undefined) {
        // A component's TLS dial to a plain port: the component is told, the port need not see the ClientHello.
        if (dial?.encrypted) dial.admitted.resolve(new TlsError('not-tls', 'client', helloTexts['not-tls']));
        else deliver(arrival);
      } else if (dial?.encrypted === false) {
        refuse(arrival, new TlsError('not-tls', 'server', helloTexts['not-tls']));
      } else {
        // A client that leaves in mid-handshake must not leave this half open; later on half open is allowed again.
        raw.allowHalfOpen = false;
        arrivals.set(connection, arrival);
        raw.once('close', () => arrivals.delete(connection));
        server.emit('connection', raw);
      }
    },
    close() {
      for (const { raw, secure, dial } of arrivals.values()) {
        if (dial === undefined) (secure ?? raw).destroy();
      }
    },
  };
}

/** Few listeners look at it, so that it is read when they do. */
function showPeerCertificate(dressed: NetSocket, secure: TLSSocket): void {
  const found = secure.getPeerX509Certificate();
  if (found === undefined) return;
  let read: Certificate | undefined;
  const get = () => {
    read ??= readCertificate("the client's certificate", found.toString());
    return read;
  };
  Object.defineProperty(dressed, 'peerCertificate', { get });
}

/** A TLS server that never listens: it is handed accepted sockets. It lets everybody through, the reception judges. */
function createTlsServer(tls: TlsServerOptions): TlsServer {
  return createServer({
    ...serverContextOptions(tls),
    requestCert: tls.clientAuth !== 'none',
    rejectUnauthorized: false,
    ...(tls.alpn === undefined ? {} : { ALPNProtocols: [...tls.alpn] }),
  });
}

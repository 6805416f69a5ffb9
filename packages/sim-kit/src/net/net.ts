import type { Duplex } from 'node:stream';
import type { Certificate, CertificateAuthority, CertificateAuthorityOptions } from '../tls/certificate.ts';
import type { EcKey } from '../tls/ec-key.ts';
import type { TlsClientOptions, TlsError, TlsServerOptions } from '../tls/verdict.ts';
import type { Iptables } from './iptables/iptables.ts';
import type { NatTable } from './nat.ts';
import type { RouteOptions, RouteView } from './routing.ts';

/** A TCP endpoint; `address` is an IPv4 literal, or a name where a world has an uplink. */
export interface Endpoint {
  address: string;
  port: number;
}

/**
 * Where to listen: a TCP port (every address of the host unless one is given, any free port when it is 0) or a unix
 * socket path of that host.
 */
export type ListenTarget = { port: number; address?: string } | { path: string };

/** Whom to dial: a TCP endpoint or a unix socket path of the dialling host. */
export type DialTarget = Endpoint | { path: string };

/** A connected stream socket: what node:http and ws need of a `net.Socket`, on either net. */
export interface NetSocket extends Duplex {
  /** The same key at both ends, e.g. `10.66.0.11:40001>10.0.0.2:10004`. */
  readonly connection: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** True after a TLS handshake. */
  readonly encrypted?: boolean;
  /** The protocol chosen by ALPN, or false. */
  readonly alpnProtocol?: string | false | null;
  /** On an accepted socket: the certificate the client showed when asked, verified or not. */
  readonly peerCertificate?: Certificate | undefined;
  setNoDelay(on?: boolean): this;
  setKeepAlive(on?: boolean, initialDelayMs?: number): this;
  setTimeout(timeoutMs: number, callback?: () => void): this;
  ref(): this;
  unref(): this;
  destroySoon(): void;
  /** Closes with a TCP reset instead of a FIN; a real unix socket knows no reset and is just closed. */
  resetAndDestroy(): this;
}

export interface ListenOptions {
  /** Speak TLS; without it the bytes are plain. */
  tls?: TlsServerOptions;
  /** Who listens, for traces and errors, e.g. `cloudcore`. */
  component: string;
  /** Called when a handshake fails on this side; `remote` is `address:port`. */
  onTlsError?: (error: TlsError, remote: string) => void;
}

export interface DialOptions {
  tls?: TlsClientOptions;
  /** Give up after this long, as ETIMEDOUT; the default is Linux's (tcp_syn_retries 6, about 127 s). */
  timeoutMs?: number;
  /** Calls the attempt off; the dial then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Dial as a pod of this host, with this address: through the host's PREROUTING chain instead of OUTPUT. On loopback
   * the other end sees the host's address all the same.
   */
  pod?: string | undefined;
  /** Who dials, for traces, e.g. `edgestream`. */
  component: string;
  /** The trace event that made us dial. */
  parent?: number | undefined;
}

export interface Listener extends AsyncDisposable {
  /** What was asked for; a port 0 is replaced by the port chosen. */
  readonly target: ListenTarget;
  /**
   * Of a unix listener: the path under which it can be dialled. On loopback it is a real path of this machine, which
   * real clients (docker -H unix://…) can use; on memory it is the path asked for.
   */
  readonly socketPath?: string | undefined;
  /** Stops accepting; connections already open stay. */
  close(): Promise<void>;
}

/** What a host does with connections from other hosts that no rule of its own has redirected. */
export type Inbound = 'accept' | 'drop' | 'reject';

export interface HostOptions {
  name: string;
  /** The host's address as the description says it, e.g. `10.66.0.11`; see {@link Host.address}. */
  address: string;
  /** `drop`: behind a NAT or firewall, dials from outside vanish; `reject`: they are told no route. Default accept. */
  inbound?: Inbound;
}

/** One machine of the world. */
export interface Host {
  readonly name: string;
  /** The address others dial. On loopback it is the leased 127.x.y.z that stands for the described one. */
  readonly address: string;
  /** The address of the description. */
  readonly describedAddress: string;
  /**
   * What `127.0.0.1` means to this host's components. On loopback each host has a leased address of its own for it, on
   * memory it is `127.0.0.1`.
   */
  readonly loopbackAddress: string;
  /** The host's own redirecting rules, in short. */
  readonly nat: NatTable;
  /** The host's tables, as `iptables` has them. */
  readonly iptables: Iptables;
  /** @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED */
  listen(
    target: ListenTarget,
    options: ListenOptions,
    onConnection: (socket: NetSocket) => void,
  ): Promise<Listener>;
  /**
   * Dials, through the host's OUTPUT chain first. `127.0.0.1` is this host's own loopback.
   * @throws NetError ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT, ECONNRESET; TlsError with the verdict
   */
  connect(target: DialTarget, options: DialOptions): Promise<NetSocket>;
}

/**
 * `silent`: a path that swallows packets: nobody is told, and nothing is lost, for TCP sends it again. `rst`: a path
 * that answers with resets, as a firewall that has forgotten its connections does.
 */
export type CutMode = 'silent' | 'rst';

export type LinkState = 'up' | CutMode;

/**
 * The line between two hosts. It carries every connection between them, whoever dialled, and none of their own.
 *
 * While it is silent, bytes, FINs and resets of both directions are held; they arrive in order after {@link heal}.
 * Dials get no answer; Linux sends the SYN again after 1, 3, 7, 15, 31 and 63 s, and the first one sent on the healed
 * line gets through. Retransmission of data is not timed that way: what was held goes on its way at once. Nor does TCP
 * give up on it, as Linux does after about 15 minutes.
 *
 * A cut by reset breaks the open connections at both ends at once, as ECONNRESET; dials then fail as ECONNREFUSED
 * (what a kernel makes of an RST that answers its SYN) until it is healed.
 */
export interface Link {
  /**
   * One-way delay in milliseconds; applies to what is sent from now on.
   * @throws SimError SIM_ERR_NO_LINKS, SIM_ERR_LINK_DELAY
   */
  delayMs: number;
  readonly state: LinkState;
  /** Does nothing when the line is cut that way already. @throws SimError SIM_ERR_NO_LINKS */
  cut(mode: CutMode): void;
  /** Does nothing when the line is up. */
  heal(): void;
}

export interface Net extends AsyncDisposable {
  readonly kind: 'memory' | 'loopback';
  /** @throws SimError SIM_ERR_HOST_EXISTS, SIM_ERR_ADDRESS */
  host(options: HostOptions): Host;
  readonly hosts: readonly Host[];
  /**
   * The line between two hosts: up and without delay until changed. On loopback only worlds created with `links: true`
   * can change it. There a relay of the dialling process carries the connection: the kernels of both ends acknowledge
   * what it still holds, so writers are held back only when its own buffers are full, and a split run must make the
   * same change in both processes.
   * @throws SimError SIM_ERR_LINK_SELF
   */
  link(a: Host, b: Host): Link;
  /**
   * Where a dial of `from` would end and which rules it would meet on its way; nothing is dialled, nothing counted.
   * `natOf` gives hosts other nat tables than they have.
   */
  route(from: Host, target: Endpoint, options?: Pick<RouteOptions, 'pod' | 'natOf'>): RouteView;
  /** Creates a throw-away certificate authority: real X.509 on loopback, a model of it on memory. */
  authority(options: CertificateAuthorityOptions): Promise<CertificateAuthority>;
  /** A new P-256 key: from seed and label on memory, from the machine's randomness on loopback. */
  createKey(label: string): EcKey;
  /** Replaces leased addresses in a text by the described ones, so that both nets read alike. */
  describe(text: string): string;
  /** What is still listening or open, one line each. */
  open(): string[];
  /** On loopback, the first two octets of the leased addresses, to be handed to the other processes of a split run. */
  readonly leasePrefix?: string;
  /**
   * On loopback, lets clients outside the world (curl, kubectl) count as components of `host`: its OUTPUT chain is
   * theirs; or, with the address of a pod, as that pod of the host, whose PREROUTING chain is theirs instead. Nobody until
   * set; memory has no outside and ignores it.
   */
  actAs(host: Host | undefined, as?: Pick<DialOptions, 'pod'>): void;
  /**
   * Resolves when the real listeners agree with the nat tables; on memory at once.
   * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED for an endpoint that outside clients cannot be given
   */
  settled(): Promise<void>;
  /**
   * The one door to the real outside: a dialler of `target`, a unix socket path or an `http:`/`https:` URL.
   * @throws SimError SIM_ERR_NO_OUTSIDE on memory, SIM_ERR_ADDRESS
   */
  outside(target: string, options?: OutsideOptions): OutsideDialler;
  /**
   * Opens a port of a host on an address of the machine itself (`0.0.0.0`: all of them), for clients on other machines:
   * what arrives at `at` is a connection to the host, handed on untouched. To be called before anything in the world
   * listens on `at.port`; it ends with the net.
   * @returns `at`, a port 0 replaced by the one chosen
   * @throws SimError SIM_ERR_NO_OUTSIDE on memory, SIM_ERR_ADDRESS, SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
   */
  publish(host: Host, port: number, at: Endpoint): Promise<Endpoint>;
}

/** How to speak TLS to an `https:` target of the outside; all of it PEM text. */
export interface OutsideOptions {
  /** Roots instead of the system's. */
  rootsPem?: string;
  certificatePem?: string;
  keyPem?: string;
  /** Default true. */
  verify?: boolean;
}

/**
 * Opens a connection to a real server.
 * @throws NetError, TlsError as {@link Host.connect}
 */
export type OutsideDialler = (options: Omit<DialOptions, 'tls'>) => Promise<NetSocket>;

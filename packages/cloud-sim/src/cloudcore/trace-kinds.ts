import type {} from '@kubeedge-sim/sim-kit';
import type { RequestKind } from './release.ts';

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * A tunnel was accepted. `overwrote`: keys that named another session until now. Parent: its
     * `net.connect`.
     */
    'tunnel.session': { connection: string; hostname: string; internalIp: string; overwrote: string[] };
    /**
     * A tunnel took keys of the session table from one that is another's, as far as cloudcore can tell: it is still open,
     * or had another hostname or another certificate. Upstream says nothing of it: a hostname is not held against the
     * certificate. Parent: the new one's `tunnel.session`.
     */
    'tunnel.takeover': { keys: string[]; from: TunnelPeer; by: TunnelPeer; wasOpen: boolean };
    /**
     * Cloudcore stopped serving a tunnel. `state` `zombie`: after a panic it stays open with nobody reading.
     */
    'tunnel.session-end': {
      connection: string;
      hostname: string;
      state: 'closed' | 'zombie';
      reason: string;
    };
    /**
     * A request reached port 10003. `sessionKey` and `found` are there when a handler looked a session up.
     */
    'stream.request': {
      method: string;
      path: string;
      hostHeader: string;
      route: RequestKind | 'none';
      sessionKey?: string;
      found?: boolean;
      forwardedUri?: string;
    };
    /** One tunnel message on port 10004; `bytes` is the length of its data. */
    'tunnel.message': {
      direction: 'to-edge' | 'to-cloud';
      session: string;
      connectId: number;
      type: string;
      bytes: number;
    };
    /** The end of a request on port 10003; `connectId` is 0 when it got none, `bytes` counts the body. */
    'stream.response': { connectId: number; status: number; bytes: number; end: ResponseEnd };
    /**
     * The client of an exec has gone and nobody tells the edge: a goroutine reads as fast as it can, until the edge
     * ends the request or its tunnel drops. `spinning` is how many there are now, `cpuSeconds` what they all have used.
     * kubeedge v1.6.1 cloud/pkg/cloudstream/containerexec_connection.go Serve
     */
    'stream.spin': { connectId: number; state: 'begins' | 'ends'; spinning: number; cpuSeconds: number };
    /** An edge was told to close its tunnel, or nothing, and has no session. Parent: its `net.connect`. */
    'tunnel.refused': { connection: string; hostname: string; reason: string };
    /**
     * Cloudcore took its tunnel port. kubeedge v1.7.0 cloud/cmd/cloudcore/app/server.go NegotiateTunnelPort
     */
    'cloudcore.tunnel-port': { port: number };
    /**
     * The kubelet port of a Node changes. `by`: a status or a patch that edgecontroller passes on (kubeedge
     * v1.7.0, v1.12.0 cloud/pkg/edgecontroller/controller/upstream.go updateNodeStatus, patchNode), or a
     * tunnel that connects (kubeedge v1.9.0 cloud/pkg/cloudstream/tunnelserver.go
     * updateNodeKubeletEndpoint).
     */
    'cloudcore.node-port': {
      node: string;
      port: number;
      by: 'node-status' | 'node-patch' | 'tunnel-connect';
    };
    /**
     * A patch of a Node came to a release that knows none. kubeedge v1.11.0
     * cloud/pkg/edgecontroller/controller/upstream.go dispatchMessage
     */
    'cloudcore.node-patch-dropped': { node: string };
    /**
     * Cloudcore, or a process iptables-manager, changed a rule of its host: of chain TUNNEL-PORT, or a jump there.
     * kubeedge v1.8.0 cloud/pkg/cloudstream/iptables/iptables.go reconcile
     */
    'cloudcore.nat': { op: 'add' | 'delete'; rule: string };
    /**
     * A request for an edge's certificate on port 10002, `by` a token or the certificate it is to replace. `notAfter` is
     * the end of the one issued, `reason` what the log says of a refusal. Parent: its `net.connect`.
     */
    'cloudhub.certificate': {
      node: string;
      by: 'token' | 'certificate';
      outcome: 'issued' | 'refused';
      status: number;
      commonName?: string;
      notAfter?: string;
      reason?: string;
    };
    /** Cloudcore replaced the token of Secret tokensecret; the first one of a process has no event. */
    'cloudhub.token': { expiresAt: string };
    /** The process ended by itself. */
    'cloudcore.exit': { code: number; reason: string };
  }
}

/** Who is at the other end of a tunnel, by what it says and by what it shows. */
export interface TunnelPeer {
  hostname: string;
  /** `address:port` it dialled from. */
  address: string;
  /** Common name of its certificate. */
  certificate: string;
  /** Serial number of its certificate: keadm's edges all have one name. */
  serial: string;
}

/** How a response ended: written to its end, its client left before, or the handler panicked. */
export type ResponseEnd = 'complete' | 'client-gone' | 'panic';

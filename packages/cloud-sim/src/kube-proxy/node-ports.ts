import type { Host, Listener, World } from '@kubeedge-sim/sim-kit';

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A connection came in by a NodePort and was handed to the pod behind its Service. Parent: its `net.connect`. */
    'kube-proxy.service': { connection: string; service: string; nodePort: number; targetPort: number };
  }
}

/** A Service of type NodePort with one pod behind it. */
export interface NodePortService {
  /** `namespace/name`. */
  name: string;
  ports: readonly {
    name: string;
    port: number;
    nodePort: number;
    /** Whether the pod's port can also be reached at the node's own address. */
    direct?: boolean;
  }[];
}

/**
 * The host as a pod behind a Service has it: what the pod listens on is reached at the NodePorts of its node, and not at the
 * ports it names. So that nothing has to be forwarded, kube-proxy is no process here: the pod's listener waits at the NodePort.
 * That is what IPVS does to a connection, whether it arrives from elsewhere, is made on the node itself, or has been sent
 * there by a DNAT rule of OUTPUT before.
 */
export function behindNodePorts(world: World, host: Host, service: NodePortService): Host {
  return {
    ...host,
    async listen(target, options, onConnection) {
      const port = 'port' in target ? service.ports.find(({ port: own }) => own === target.port) : undefined;
      if (port === undefined) return host.listen(target, options, onConnection);
      const name = `${service.name}:${port.name}`;
      const listeners: Listener[] = [
        await host.listen({ port: port.nodePort }, options, (socket) => {
          const { connection } = socket;
          world.trace.emit({
            host: host.name,
            component: 'kube-proxy',
            kind: 'kube-proxy.service',
            parent: world.trace.linked(connection),
            detail: { connection, service: name, nodePort: port.nodePort, targetPort: port.port },
          });
          onConnection(socket);
        }),
      ];
      const close = async () => {
        for (const listener of listeners.splice(0)) await listener.close();
      };
      try {
        if (port.direct === true) listeners.push(await host.listen(target, options, onConnection));
      } catch (error) {
        await close();
        throw error;
      }
      return { target, close, [Symbol.asyncDispose]: close };
    },
  };
}

import type { NodeClient } from '../nodes.ts';
import type { CloudcoreProcess } from '../process.ts';

/** What an edge's message says of the kubelet endpoint. */
export interface ReportedPort {
  /** Left out: the message is a patch that does not touch it. */
  readonly port?: number;
  /**
   * The message is a patch of the Node instead of a whole status: the embedded kubelet's, v1.12.0 and later.
   */
  readonly patch?: boolean;
}

/**
 * Decides on the kubelet port that is written with an edge's status: `port`, or the present one if left out.
 * Undefined when the release drops the message.
 * kubeedge v1.7.0, v1.9.0 cloud/pkg/edgecontroller/controller/upstream.go updateNodeStatus; v1.12.0 patchNode
 */
export function nodeStatusPort(
  process: CloudcoreProcess,
  tunnelPort: number | undefined,
  nodes: NodeClient | undefined,
  node: string,
  reported: ReportedPort,
): { port?: number } | undefined {
  const { nodePatch } = process.release;
  if (reported.patch === true && !nodePatch) {
    process.trace('cloudcore.node-patch-dropped', { node });
    return undefined;
  }
  const current = nodes?.kubeletPort(node);
  const port =
    reported.patch === true ? reported.port : portOfStatus(process, tunnelPort, current, reported.port);
  if (port === undefined) return {};
  if (current !== undefined && current !== port) {
    const by = reported.patch === true ? 'node-patch' : 'node-status';
    process.trace('cloudcore.node-port', { node, port, by });
  }
  return { port };
}

function portOfStatus(
  process: CloudcoreProcess,
  tunnelPort: number | undefined,
  current: number | undefined,
  reported: number | undefined,
): number | undefined {
  switch (process.release.nodePortWriter) {
    case 'edge':
      return reported;
    case 'node-status':
      return tunnelPort;
    case 'tunnel-connect':
      return current === undefined || current === 0 ? reported : current;
  }
}

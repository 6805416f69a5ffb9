import { getNodeFailed, updatePortDone, updatePortFailed, updatePortTimedOut } from '../messages.ts';
import type { NodeClient } from '../nodes.ts';
import type { CloudcoreProcess } from '../process.ts';

const RETRY_SLEEP_MS = 20_000;
const UPDATE_TIMEOUT_MS = 120_000;

/** What {@link createNodePortWriter} needs. */
export interface NodePortOptions {
  nodes: NodeClient | undefined;
  tunnelPort: number | undefined;
  /** Ends the waiting between attempts, with the process. */
  signal: AbortSignal;
}

/**
 * Writes the tunnel port into the Node of an edge that connects. `now` tries once, and is true for a
 * release, or a process, that writes nothing; `retry` is what follows when that failed: true once it
 * succeeded.
 * kubeedge v1.9.0, v1.10.0 cloud/pkg/cloudstream/tunnelserver.go updateNodeKubeletEndpoint
 */
export function createNodePortWriter(process: CloudcoreProcess, options: NodePortOptions) {
  const { nodes, tunnelPort, signal } = options;
  const { release, world } = process;

  function now(name: string, parent: number | undefined): boolean {
    if (release.nodePortWriter !== 'tunnel-connect' || nodes === undefined || tunnelPort === undefined)
      return true;
    const current = nodes.kubeletPort(name);
    if (current === undefined) {
      process.log('E', 'getNodeError', getNodeFailed(name), parent);
      return false;
    }
    if (!nodes.setKubeletPort(name, tunnelPort)) {
      process.log('E', 'updatePortError', updatePortFailed(release, name, tunnelPort), parent);
      return false;
    }
    if (current !== tunnelPort) {
      process.trace('cloudcore.node-port', { node: name, port: tunnelPort, by: 'tunnel-connect' }, parent);
    }
    process.log('I', 'portUpdated', updatePortDone(release, name, tunnelPort), parent, 4);
    return true;
  }

  // k8s.io/apimachinery v0.21 pkg/util/wait/wait.go PollImmediate: at once, at each tick, and once more
  // when the time is over. v1.9 passes the count 3 as the timeout, which is 3 ns.
  async function retry(name: string, parent: number | undefined): Promise<boolean> {
    const ticks = release.nodeWriteFailure === 'exit' ? 0 : UPDATE_TIMEOUT_MS / RETRY_SLEEP_MS;
    for (let tick = 1; tick <= ticks; tick += 1) {
      await world.clock.sleep(RETRY_SLEEP_MS, { signal, label: `node port of ${name}` });
      if (now(name, parent)) return true;
    }
    if (now(name, parent)) return true;
    process.log('E', 'portTimedOut', updatePortTimedOut(name), parent);
    return false;
  }

  return { now, retry };
}

/** See {@link createNodePortWriter}. */
export type NodePortWriter = ReturnType<typeof createNodePortWriter>;

import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ComponentLog } from '../component-log.ts';
import type { Edgehub, OutgoingMessage } from './edgehub.ts';
import {
  initialNode,
  type NodeReport,
  nodePatch,
  nodeStatusRequest,
  type PodReport,
} from './node-messages.ts';

// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go NodeStatusUpdateFrequency.
const STATUS_PERIOD_MS = 10_000;
/** kubeedge v1.6.1 edge/pkg/edged/edged.go syncMsgRespTimeout. */
const ANSWER_TIMEOUT_MS = 60_000;

export interface SyncNodeStatusOptions {
  world: World;
  host: Host;
  log: ComponentLog;
  nodeName: string;
  edgehub: Edgehub;
  report: () => Promise<NodeReport>;
  /** Whether the cloud is asked to create the Node. */
  registerNode: boolean;
  /** The pods it runs, of a node that nobody has described to the cloud. */
  podReports?: () => readonly PodReport[];
  signal: AbortSignal;
}

/**
 * Registers the node once, then reports its status every ten seconds.
 * kubeedge v1.6.1 edge/pkg/edged/edged_status.go syncNodeStatus, registerNode. From v1.12.0 on the embedded kubelet
 * does both, the one beside the other, in messages of its own: edge/pkg/metamanager/client/node.go,
 * edge/pkg/edged/kubeclientbridge/typed/core/v1/node_bridge.go.
 */
export async function syncNodeStatus(options: SyncNodeStatusOptions): Promise<void> {
  const { world, host, log, nodeName, edgehub, signal } = options;
  let registered = !options.registerNode;
  let registering = false;

  async function register(report: NodeReport): Promise<void> {
    if (registering || signal.aborted) return;
    registering = true;
    await askToRegister(report);
    registering = false;
  }

  async function askToRegister(report: NodeReport): Promise<void> {
    log.info('edged_status.go:388', `Attempting to register node ${nodeName}`);
    const resource = `${report.patch ? 'null/node' : 'default/nodestatus'}/${nodeName}`;
    const answer = await edgehub.request(
      metaMessage('insert', resource, initialNode(report)),
      ANSWER_TIMEOUT_MS,
    );
    signal.throwIfAborted();
    registered = answer !== undefined && (report.patch || answer.content === 'OK');
    if (registered) log.info('edged_status.go:407', `Successfully registered node ${nodeName}`);
    else if (answer === undefined)
      log.error('edged_status.go:399', 'register node failed, error: timeout to get response');
    else log.error('edged_status.go:401', `response from cloud core: ${String(answer.content)}`);
    if (registered && options.podReports !== undefined) edgehub.send(podsMessage(options.podReports()));
  }

  // A cloud of ours that was started anew has forgotten the nodes that nobody described to it.
  edgehub.onConnect = () => {
    if (registered && options.podReports !== undefined)
      void options.report().then(register).catch(ignoreEnd(signal));
  };

  if (registered) log.info('edged_status.go:383', 'register-node is set to false');
  for (;;) {
    const report = await options.report();
    if (!registered) {
      const registration = register(report);
      if (report.patch) registration.catch(ignoreEnd(signal));
      else await registration;
    }
    if (registered || report.patch) {
      const { ready, kubeletVersion, containerRuntimeVersion } = report;
      world.trace.emit({
        host: host.name,
        component: 'edgehub',
        kind: 'edgehub.node-status',
        detail: { ready, kubeletVersion, containerRuntimeVersion },
      });
      edgehub.send(statusMessage(nodeName, report, world.clock.now()));
    }
    await world.clock.sleep(STATUS_PERIOD_MS, { signal, label: `node status of ${host.name}` });
  }
}

const ignoreEnd = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};

const metaMessage = (operation: string, resource: string, content: unknown): OutgoingMessage => ({
  source: 'edged',
  group: 'meta',
  operation,
  resource,
  content,
});

function statusMessage(nodeName: string, report: NodeReport, nowMs: number): OutgoingMessage {
  if (report.patch) return metaMessage('patch', `null/nodepatch/${nodeName}`, nodePatch(report, nowMs));
  return metaMessage('update', `default/nodestatus/${nodeName}`, nodeStatusRequest(report, nowMs));
}

/** A message of ours, which no release knows: upstream's cloud has its pods from those who create them. */
const podsMessage = (pods: readonly PodReport[]) => metaMessage('insert', 'kubeedge-sim/podreports', pods);

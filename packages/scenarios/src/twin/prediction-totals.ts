import { cloudDocker, controlPlaneOf, isRunning } from './describe-twin.ts';
import type { Note } from './note.ts';
import type { PlacedNode, Placement } from './place-nodes.ts';
import type { Prediction } from './predict.ts';

/** Where the items of a dump went. The parts of each sum add up: nothing is lost on the way. */
export function totalsOf({ dump, placement }: Prediction) {
  const { edges, aside, cloud, unplaced, podsWithoutNode } = placement;
  const others = [...dump.otherKinds.values()].reduce((sum, count) => sum + count, 0);
  const onNodes = [...edges, ...aside, ...cloud, ...unplaced].reduce((sum, { pods }) => sum + pods.length, 0);
  return {
    items: dump.items,
    nodes: {
      all: dump.nodes.length,
      edgesPlayed: edges.length,
      edgesNotPlayed: aside.length,
      cloud: cloud.length,
      unplaced: unplaced.length,
    },
    pods: { all: dump.pods.length, onNodes, withoutNode: podsWithoutNode.length },
    unusable: dump.bad.length,
    otherKinds: others,
  };
}

export interface CloudNodeReport {
  name: string;
  ready: string;
  kubeletVersion?: string;
  containerRuntimeVersion?: string;
  pods: { running: number; notRunning: number };
  role: Note;
}

/** What each node of the cloud is in the twin. */
export function cloudReports(placement: Placement): CloudNodeReport[] {
  const controlPlane = controlPlaneOf(placement);
  return placement.cloud.map((placed) => {
    const { name, ready, kubeletVersion, containerRuntimeVersion } = placed.node;
    const running = placed.pods.filter(isRunning).length;
    return {
      name,
      ready,
      ...(kubeletVersion !== undefined && { kubeletVersion }),
      ...(containerRuntimeVersion !== undefined && { containerRuntimeVersion }),
      pods: { running, notRunning: placed.pods.length - running },
      role: placed === controlPlane ? controlPlaneRole(placed) : beside,
    };
  });
}

const beside: Note = {
  id: 'beside',
  text: {
    en: 'not simulated: no request for an edge’s metrics passes through it',
    zh: '不模拟：边缘节点的监控请求不经过它',
  },
};

function controlPlaneRole({ node }: PlacedNode): Note {
  const docker = cloudDocker(node);
  return {
    id: 'control-plane',
    text: {
      en: `played: kube-apiserver, cloudcore and metrics-server run here, beside Docker ${docker}`,
      zh: `参与推演：kube-apiserver、cloudcore、metrics-server 运行于此，Docker ${docker}`,
    },
  };
}

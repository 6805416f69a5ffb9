import { type EngineProfile, edgecoreRelease } from '@kubeedge-sim/edge-sim';
import type { Text } from '../text.ts';
import type { Dump, DumpNode, DumpPod } from './dump.ts';
import { findEngine, findRelease } from './find-versions.ts';
import type { Note } from './note.ts';

export interface PlacedNode {
  node: DumpNode;
  pods: readonly DumpPod[];
  notes: readonly Note[];
}

/** An edge that can be played: edgecore of a known release on a Docker of a known line. */
export interface PlacedEdge extends PlacedNode {
  /** Release tag that is played. */
  edgecore: string;
  engine: EngineProfile;
  /** Whether other edges have the same InternalIP. */
  sharesAddress: boolean;
}

/** An edge that cannot be played. */
export interface AsideEdge extends PlacedNode {
  reason: Note;
  /** True where the engine's API version cannot matter, false where nothing is known. */
  unaffected: boolean;
}

/** Where every node and pod of a dump went: each is in exactly one list. */
export interface Placement {
  edges: readonly PlacedEdge[];
  aside: readonly AsideEdge[];
  cloud: readonly PlacedNode[];
  /** Nodes that cannot be told to be of the cloud or of the edge. */
  unplaced: readonly { node: DumpNode; pods: readonly DumpPod[]; reason: Text }[];
  /** Pods that are on no node of the dump. */
  podsWithoutNode: readonly { pod: DumpPod; reason: Text }[];
}

/**
 * Says of every node whether it is of the cloud or of the edge, and of every edge whether and as what it is
 * played.
 */
export function placeNodes(dump: Pick<Dump, 'nodes' | 'pods'>): Placement {
  const names = new Set(dump.nodes.map(({ name }) => name));
  const podsOf = Map.groupBy(dump.pods, ({ nodeName = '' }) => (names.has(nodeName) ? nodeName : ''));
  const edgesByAddress = Map.groupBy(dump.nodes.filter(isEdge), (node) => internalAddress(node) ?? '');
  const edges: PlacedEdge[] = [];
  const aside: AsideEdge[] = [];
  const cloud: PlacedNode[] = [];
  const unplaced: Placement['unplaced'][number][] = [];
  for (const node of dump.nodes) {
    const pods = podsOf.get(node.name) ?? [];
    if (isEdge(node)) {
      const address = internalAddress(node);
      const sharing = address === undefined ? [node] : (edgesByAddress.get(address) ?? []);
      const notes = addressNotes(node, address, sharing);
      const placed = placeEdge({ node, pods, notes }, sharing.length > 1);
      if ('reason' in placed) aside.push(placed);
      else edges.push(placed);
    } else if (node.kubeletVersion === undefined) unplaced.push({ node, pods, reason: neverReported });
    else cloud.push({ node, pods, notes: [] });
  }
  const podsWithoutNode = (podsOf.get('') ?? []).map((pod) => ({ pod, reason: whyWithoutNode(pod) }));
  return { edges, aside, cloud, unplaced, podsWithoutNode };
}

/**
 * An edge says so by its kubelet's version; one that has none, by the label that edgecore registers with.
 */
function isEdge(node: DumpNode): boolean {
  return node.kubeletVersion?.includes('-kubeedge-') === true || node.roles.includes('edge');
}

/** Whether a text is an IPv4 literal, which is all that a simulated net knows. */
export const isIPv4 = (text: string) => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/.test(text);

/** The address metrics-server asks for first (--kubelet-preferred-address-types=InternalIP,…). */
export function internalAddress({ addresses }: DumpNode): string | undefined {
  const internal = addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
  return internal.find(isIPv4) ?? internal[0];
}

function placeEdge(placed: PlacedNode, sharesAddress: boolean): PlacedEdge | AsideEdge {
  const { kubeletVersion, containerRuntimeVersion } = placed.node;
  const setAside = (id: string, text: Text, notes: readonly Note[] = [], unaffected = false): AsideEdge => ({
    ...placed,
    notes: [...placed.notes, ...notes],
    reason: { id, text },
    unaffected,
  });
  if (kubeletVersion === undefined) return setAside('never-reported', edgeNeverReported);
  const found = findRelease(kubeletVersion);
  if ('unknown' in found) return setAside('release-unknown', found.unknown);
  if (containerRuntimeVersion === undefined) return setAside('runtime-unknown', runtimeNotTold, found.notes);
  const release = edgecoreRelease(found.tag);
  if (release.dockershim === null && release.cadvisorDocker === null)
    return setAside('no-docker-client', noDockerClient(found.tag), found.notes, true);
  if (!containerRuntimeVersion.startsWith('docker://'))
    return setAside('not-docker', notDocker(containerRuntimeVersion), found.notes, true);
  const engine = findEngine(containerRuntimeVersion);
  if ('unknown' in engine) return setAside('engine-unknown', engine.unknown, found.notes);
  const notes = [...placed.notes, ...found.notes, ...engine.notes];
  return { ...placed, notes, edgecore: found.tag, engine: engine.profile, sharesAddress };
}

function addressNotes(node: DumpNode, address: string | undefined, sharing: readonly DumpNode[]): Note[] {
  if (address === undefined) {
    const text = {
      en: 'it has no InternalIP, so a stand-in is played; metrics-server would use another of its addresses',
      zh: '节点没有 InternalIP，推演时使用替代地址；metrics-server 会使用它的其他地址',
    };
    return [{ id: 'no-internal-address', text }];
  }
  if (sharing.length < 2) return [];
  // kubeedge v1.6.1 cloud/pkg/cloudstream/tunnelserver.go: addSession under host name and under internal IP.
  const shown = sharing
    .slice(0, 4)
    .filter((each) => each !== node)
    .slice(0, 3);
  const more = sharing.length - 1 - shown.length;
  const shared = isIPv4(address) ? address : JSON.stringify(address);
  const others = `${shown.map(({ name }) => name).join(', ')}${more > 0 ? ` +${more}` : ''}`;
  const text = {
    en: `InternalIP ${shared} is also that of ${others}: cloudcore keeps one tunnel for each address, the last to connect, so metrics-server may be answered by the wrong edge`,
    zh: `InternalIP ${shared} 与 ${others} 相同：cloudcore 对每个地址只保留最后建立的隧道，metrics-server 可能得到其他边缘节点的数据`,
  };
  return [{ id: 'shared-address', text }];
}

const neverReported: Text = {
  en: 'it has neither a kubeletVersion nor an edge label: its kubelet never reported',
  zh: '既没有 kubeletVersion 也没有 edge 标签：kubelet 从未上报',
};
const edgeNeverReported: Text = {
  en: 'it has an edge label but no kubeletVersion: edgecore never reported',
  zh: '有 edge 标签但没有 kubeletVersion：edgecore 从未上报',
};
const runtimeNotTold: Text = {
  en: 'it has no containerRuntimeVersion, so its engine cannot be told',
  zh: '没有 containerRuntimeVersion，无法得知容器引擎',
};
const noDockerClient = (tag: string): Text => ({
  en: `edgecore ${tag} has no Docker client: the Docker API version cannot matter; not simulated yet`,
  zh: `edgecore ${tag} 没有 Docker 客户端：与 Docker API 版本无关；尚未模拟`,
});
const notDocker = (runtime: string): Text => {
  const [name = ''] = runtime.split('://');
  const shown = /^[\w.-]{1,40}$/.test(name) ? name : JSON.stringify(runtime);
  return {
    en: `it runs ${shown}, no Docker client is used: the Docker API version cannot matter; not simulated yet`,
    zh: `运行时是 ${shown}，不使用 Docker 客户端：与 Docker API 版本无关；尚未模拟`,
  };
};

function whyWithoutNode(pod: DumpPod): Text {
  if (pod.nodeName === undefined) return { en: 'it is not scheduled', zh: '尚未调度' };
  const node = JSON.stringify(pod.nodeName);
  return { en: `its node ${node} is not in the dump`, zh: `所在节点 ${node} 不在导出文件中` };
}
